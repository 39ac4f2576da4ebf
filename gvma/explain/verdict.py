"""What could not be asked, and one sentence on whether message waiting works. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.evidence.model import Evidence
from gvma.explain.chain import Explanation


def verdict(evidence: Evidence, found: Explanation) -> str:
    """One sentence, or two where Configuration Server is away; without its reasons' remedies."""
    grave = [one for one in found.reasons if one.severity != "info"]
    if grave:
        return f"Message waiting does not work: {grave[0].message.rstrip('.')} ({grave[0].where})."
    if not found.mailboxes:
        return "It has no mailbox."
    if evidence.ami is None or not evidence.ami.version:
        return "Whether message waiting works is not known: Asterisk could not be asked."
    watchers = {who for one in found.mailboxes for who in one.subscription.subscribers or ()}
    new = [one.named.messages.new for one in found.mailboxes if one.named.messages is not None]
    if watchers:
        lamp = f"{sum(new)} new messages" if sum(new) != 1 else "1 new message"
        dark = "" if sum(new) else ", so that the lamp is dark"
        verb = "subscribes" if len(watchers) == 1 else "subscribe"
        return f"Message waiting works: {', '.join(sorted(watchers))} {verb}, {lamp}{dark}."
    asked = "" if _answered(evidence) else ", as far as could be asked"
    unknown = "" if _answered(evidence) else " Configuration Server did not answer: SIP Server's options are not known."
    if found.reasons:
        return f"Message waiting is in place{asked}, and {found.reasons[0].message.rstrip('.')}.{unknown}"
    return f"Message waiting is in place{asked or ', as far as gvma can see'}.{unknown}"


def _answered(evidence: Evidence) -> bool:
    """Whether Configuration Server answered all that it should have been asked."""
    layer = evidence.configserver
    return not layer.not_asked and all(answer.error is None for answer in layer.answers.values())


def not_asked(evidence: Evidence) -> Iterator[str]:
    """A sentence for each source that could not be asked, or not to the end."""
    layer = evidence.configserver
    if layer.not_asked:
        yield f"Configuration Server was not asked: {layer.not_asked}."
    failed: dict[str, list[str]] = {}
    for answer in layer.answers.values():
        if answer.error is not None:
            failed.setdefault(answer.error.message, []).append(answer.query)
    for reason, queries in failed.items():
        yield f"Configuration Server did not answer {', '.join(queries)}: {reason.rstrip('.')}."
    if layer.answers and "applicationquery" not in layer.answers:
        yield "SIP Server's mwi options are not known: applicationquery is not set."
    if evidence.named.problem is not None:
        yield f"Objects that no query selects could not be asked for: {evidence.named.problem.message.rstrip('.')}."
    yield from _not_asked_of_asterisk(evidence)
    if evidence.sink.problem is not None:
        problem = evidence.sink.problem
        yield f"What a sync wrote could not be read: {problem.where}: {problem.message.rstrip('.')}."
    planned = evidence.next_sync
    if planned is None:
        yield "The next sync could not be planned."
    elif planned.problem is not None:
        yield f"The next sync would stop: {planned.problem.message.rstrip('.')}."


def _not_asked_of_asterisk(evidence: Evidence) -> Iterator[str]:
    if evidence.ami is None:
        yield "Asterisk was not asked."
        return
    if evidence.ami.problem is not None:
        yield f"Asterisk could not be asked: {evidence.ami.problem.message.rstrip('.')}."
    for refusal in evidence.ami.refused:
        yield f"Asterisk did not answer all: {refusal.rstrip('.')}."
