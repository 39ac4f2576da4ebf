"""Which contexts of the dialplan calls come to, through ``include`` and otherwise. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.asterisk.conf.model import Conf
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

_CONTEXT_KEYS = ("context", "subscribecontext", "subscribe_context", "message_context")
_WORD = re.compile(r"[A-Za-z0-9_-]+")


def unreached(
    wanted: str, dialplan: Conf, evidence: Evidence, *, not_included: Rule, not_reached: Rule
) -> Iterator[Finding]:
    """A finding where no include leads to the context ``wanted``, or only such as no call comes to."""
    includes: dict[str, set[str]] = {}
    for one in dialplan.with_key("include"):
        if not one.ours:
            includes.setdefault(one.section, set()).add(one.value.partition(",")[0].strip())
    for context, target in _from_elsewhere(dialplan, evidence):
        includes.setdefault(context, set()).add(target)
    if not any(wanted in targets for targets in includes.values()):
        yield not_included.at(dialplan.name, f"nothing includes {wanted}")
        return
    # A context that the file lacks comes from elsewhere; a static Realtime dialplan says pbx_config as well.
    own = {section.name for section in dialplan.sections}
    for context, target, _ in evidence.ami.includes if evidence.ami else ():
        if context not in own:
            includes.setdefault(context, set()).add(target)
    reached = _entered(dialplan, evidence)
    waiting = list(reached)
    while waiting:
        further = includes.get(waiting.pop(), set()) - reached
        reached |= further
        waiting += further
    if wanted not in reached:
        where = ", ".join(f"[{context}]" for context, targets in includes.items() if wanted in targets)
        yield not_reached.at(dialplan.name, f"only {where} includes {wanted}, and no call is seen to come there")


def _from_elsewhere(dialplan: Conf, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Includes that Asterisk has and that no line of the file shows: from AEL, Lua, the console, an ``#exec``."""
    for context, target, registrar in evidence.ami.includes if evidence.ami else ():
        if registrar != "pbx_config" or dialplan.executes:
            yield context, target


def _entered(dialplan: Conf, evidence: Evidence) -> set[str]:
    """Contexts that calls come to: [default], those of endpoints, and those that a line of the dialplan names."""
    channel = evidence.files.channel
    contexts = {section.name for section in dialplan.sections if not section.ours}
    contexts |= {context for context, _ in _from_elsewhere(dialplan, evidence)}
    if channel is None or not channel.exists or channel.executes or "phones" in evidence.files.realtime:
        return contexts  # an endpoint that no file shows may lead to any of them
    named = {one.value for one in channel.with_key(*_CONTEXT_KEYS)}
    words = {word for one in dialplan.settings if one.key.lower() != "include" for word in _WORD.findall(one.value)}
    return {"default", *named, *evidence.files.entered_contexts, *(words & contexts)}
