"""Numbers that the boxes' patterns and business call routing both take, by the files; nothing here asks Asterisk.

Of two contexts that one context includes Asterisk takes the first that matches, however well the other one would.
"""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.dialplan import CONTEXT
from gvma.check.evidence import Evidence
from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import DnType

HIDDEN = Rule(
    "routing-number-hidden", "warning", "a number of business call routing that begins with a prefix of boxes",
    "Where a context includes GVMA first, its pattern takes the call, which ends at a mailbox and not at the phone or "
    "at SIP Server.",
    "Include the routing context before GVMA, or choose another prefix.",
)  # fmt: skip
RULES = (HIDDEN,)

_NAMED = 5


def check_hidden_numbers(evidence: Evidence) -> Iterator[Finding]:
    """Extension DNs and Routing Points behind ``_37X.`` of a context that includes GVMA first."""
    settings, dialplan = evidence.settings.gvma, evidence.confs.get("exten")
    if not settings.routing or dialplan is None:
        return
    included: dict[str, list[str]] = {}
    for line in dialplan.lines:
        if line.key.lower() == "include" and not line.ours:
            included.setdefault(line.section, []).append(line.value.partition(",")[0].strip())
    first = [name for name, targets in included.items() if _before(CONTEXT, settings.routing_context, targets)]
    prefixes = (settings.vm_dn_ext_prefix, settings.vm_agt_ext_prefix, settings.vm_grp_ext_prefix)
    hidden = sorted(number for number in _numbers(evidence) if number.startswith(prefixes) and number not in prefixes)
    if first and hidden:
        more = f" and {len(hidden) - _NAMED} more" if len(hidden) > _NAMED else ""
        yield HIDDEN.at(
            dialplan.name, f"[{first[0]}] includes {CONTEXT} first, which takes {', '.join(hidden[:_NAMED])}{more}"
        )


def _before(one: str, other: str, targets: list[str]) -> bool:
    return one in targets and other in targets and targets.index(one) < targets.index(other)


def _numbers(evidence: Evidence) -> set[str]:
    points = evidence.layer.objects("routingpointquery")
    wanted = {DnType.EXTENSION, None}, {DnType.ROUTING_POINT, None}
    return {
        thing.number
        for things, types in zip((evidence.layer.dns, points), wanted, strict=True)
        for thing in things
        if thing.type in types
    }
