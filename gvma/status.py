"""What ``gvma status`` says: which state the site is in, and what in it needs a person. Pure.

It is one more reader of the evidence; where a state is a finding of a check, the check's own rule says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.asterisk.ami import check_reached
from gvma.check.finding import Finding, Rule
from gvma.check.runs import BRAKE, EDITED, STOPS, check_last_run, check_next_run
from gvma.errors import GvmaError, UnpreparedDatabaseError, UnsafeTargetError
from gvma.evidence.model import AmiEvidence, Evidence
from gvma.evidence.model.runs import NextSync, Run
from gvma.evidence.model.sink import SinkEvidence
from gvma.plan.counts import Counts
from gvma.settings.model import REALTIME

NEVER = Rule(
    "never-synced", "error", "no sync has ended well yet",
    "Asterisk has no mailbox of Configuration Server's.",
    "Look at `gvma sync --dry-run`, then run `gvma sync`, and have cron or a timer run it.",
)  # fmt: skip


def troubles(evidence: Evidence) -> list[Finding]:
    """What needs a person; empty where all is well, also where changes are pending."""
    if not evidence.syncs:
        return []
    return list(dict.fromkeys(_troubles(evidence)))


def _troubles(evidence: Evidence) -> Iterator[Finding]:
    records = evidence.records
    if records.last_success is None and records.problem is None:
        yield NEVER.at(str(evidence.settings.gvma.backup_path), "no sync has ended well yet")
    yield from check_last_run(evidence)
    if not records.running:
        yield from _of_the_sink(evidence)
    yield from check_reached(evidence) if evidence.hosts is None else _of_the_nodes(evidence)
    if evidence.next_sync is not None or evidence.configserver.answers:
        yield from _of_the_next_sync(evidence)


def _of_the_nodes(evidence: Evidence) -> Iterator[Finding]:
    from gvma.check.asterisk.nodes import check_answers  # noqa: PLC0415  (start-up)

    return check_answers(evidence)


def _of_the_next_sync(evidence: Evidence) -> Iterator[Finding]:
    from gvma.check.configserver import CREDENTIALS, QUERY_FAILED, check_queries  # noqa: PLC0415  (start-up)

    codes = {CREDENTIALS.code, QUERY_FAILED.code, BRAKE.code, STOPS.code}
    for check in (check_queries, check_next_run):
        yield from (found for found in check(evidence) if found.code in codes)


def _of_the_sink(evidence: Evidence) -> Iterator[Finding]:
    problem = evidence.sink.problem
    if problem is not None:
        yield _rule_of(evidence.sink, problem).at(problem.where, problem.message)
    for name in evidence.sink.edited:
        yield EDITED.at(name, "what gvma wrote there has been changed by somebody else")


def _rule_of(sink: SinkEvidence, problem: GvmaError) -> Rule:
    """Check's own rule for what keeps the sink from being read."""
    from gvma.check.database import GRANTS, UNREACHABLE  # noqa: PLC0415  (start-up)
    from gvma.check.sync import UNSAFE  # noqa: PLC0415  (start-up)

    if isinstance(problem, UnpreparedDatabaseError):
        return GRANTS
    return UNREACHABLE if sink.name == REALTIME else UNSAFE


def is_edited(evidence: Evidence) -> bool:
    """Whether somebody else has changed what the last run wrote, or its markers."""
    problem = evidence.sink.problem
    is_damaged = isinstance(problem, UnsafeTargetError) and not isinstance(problem, UnpreparedDatabaseError)
    return bool(evidence.sink.edited) or is_damaged


def as_json(evidence: Evidence) -> dict[str, object]:
    """The fields of ``--output json`` beside ``problems``."""
    records, present = evidence.records, evidence.sink.present
    return {
        "last_run": _run(records.last_run),
        "last_success": _run(records.last_success),
        "pending": _pending(evidence.next_sync),
        "edited": is_edited(evidence),
        "paused": {"backup_set": records.paused.backup_set, "since": records.paused.since} if records.paused else None,
        "removed": records.removed.as_json() if records.removed else None,
        "pending_reload": list(records.pending_reload),
        "interrupted": bool(records.interrupted) and not records.running,
        "mailboxes": len(present.mailboxes),
        "subscriptions": len(present.subscriptions),
        "sinks": [
            {
                "sink": evidence.sink.name,
                "mailboxes": len(present.mailboxes),
                "subscriptions": len(present.subscriptions),
                "edited": list(evidence.sink.edited),
            }
        ],
        "asterisk": _asterisk(evidence.ami, evidence.driver.name),
        "media": _media(evidence),
    }


def _run(run: Run | None) -> dict[str, object] | None:
    if run is None:
        return None
    return {
        "at": run.at,
        "exit_code": run.exit_code,
        "run_id": run.run_id,
        "changes": run.changes.as_json(),
        "seconds": run.seconds,
    }


def pending(planned: NextSync | None) -> Counts | None:
    """What the next sync would change, of mailboxes and subscriptions; None where it was not planned."""
    if planned is None or planned.problem is not None:
        return None
    actions = [item.action for item in planned.items if item.kind in {"mailbox", "subscription"}]
    return Counts(actions.count("add"), actions.count("change"), actions.count("remove"))


def _pending(planned: NextSync | None) -> dict[str, int] | None:
    found = pending(planned)
    return None if found is None else found.as_json()


def _asterisk(ami: AmiEvidence | None, driver: str) -> dict[str, object] | None:
    if ami is None or not ami.version:
        return None
    messages = {"new": ami.messages.new, "old": ami.messages.old} if ami.messages is not None else None
    return {"version": ami.version, "driver": driver, "messages": messages}


def _media(evidence: Evidence) -> dict[str, int] | None:
    figures, hour = evidence.media.figures, evidence.media.last_hour
    if figures is None or hour is None:
        return None
    return {"open_calls": figures.open_calls, "calls": hour.calls, "refused": hour.refused, "failed": hour.failed}
