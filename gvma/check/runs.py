"""Rules about the runs of ``gvma sync``: how the last one ended, and what the next one would do. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gvma.check.finding import Finding, Rule
from gvma.errors import BackupSetError, GvmaError, SyncPausedError, UnsafeTargetError
from gvma.evidence.model import Evidence
from gvma.plan.items import Item
from gvma.printable import first_names

EDITED = Rule(
    "block-edited", "error", "a mailbox or subscription that the last sync wrote is not there any more, or one stands "
    "in the block that no sync wrote",
    "Somebody has changed the managed block. Once Asterisk has reloaded, calls to a mailbox that has gone are lost, "
    "and its lamp stays dark.",
    "Run `gvma sync`: it writes the block anew. Change mailboxes in Configuration Manager, not in the block.",
)  # fmt: skip
BRAKE = Rule(
    "brake-would-stop", "error", "Configuration Server's answer would stop a sync at the safety brake",
    "Every run stops with exit 13 before it writes anything, so nothing new reaches Asterisk.",
    "Look at the three queries and at the rights of gvma's account in Configuration Server. If the objects have "
    "really gone, run `gvma sync --allow-remove` once.",
)  # fmt: skip
STOPS = Rule(
    "sync-would-stop", "error", "something else for which a sync would stop before it writes anything",
    "Nothing new reaches Asterisk.",
    "Do what the message says; `gvma sync --dry-run` says it too.",
)  # fmt: skip
PENDING = Rule(
    "changes-pending", "warning", "what Configuration Server says is not in Asterisk's files yet",
    "New mailboxes do not work yet, and removed ones still do. A sync that runs every few minutes ends that; where "
    "this stays, none runs.",
    "Look at `gvma sync --dry-run`, then run `gvma sync`; see that cron or the timer starts it.",
)  # fmt: skip
PAUSED = Rule(
    "sync-paused", "warning", "the sync is paused since a restore",
    "No run writes anything (exit 13), so that the restored state stays.",
    "`gvma sync --dry-run` shows what a sync would change; `gvma sync --resume` goes on.",
)  # fmt: skip
INTERRUPTED = Rule(
    "interrupted-run", "error", "a run was killed while it wrote",
    "Some files may be new and others old.",
    "Run `gvma sync`: it finishes or undoes that change before anything else.",
)  # fmt: skip
RELOAD = Rule(
    "reload-pending", "error", "files were written that Asterisk has not reloaded",
    "Asterisk still serves the old mailboxes and subscriptions.",
    "See that Asterisk runs and AMI answers, then run `gvma sync`: it does the reload.",
)  # fmt: skip
TOO_OLD = Rule(
    "sync-too-old", "error", "the last success of a sync is older than status_max_age",
    "What has changed in Configuration Server since then is not in Asterisk.",
    "See that cron or the timer starts `gvma sync`, and run it by hand to see why it fails. Where it is meant to run "
    "seldom, set status_max_age.",
)  # fmt: skip
FAILED = Rule(
    "last-run-failed", "error", "the last sync has failed",
    "Nothing new reaches Asterisk while runs fail.",
    "Run `gvma sync`, which says what is wrong.",
)  # fmt: skip
RECORDS = Rule(
    "records-damaged", "error", "a file under backup_path/state that cannot be read",
    "A sync stops with exit 17 before it writes anything.",
    "Look at the file; without it the next sync is more cautious, and loses no PIN.",
)  # fmt: skip
RULES = (EDITED, BRAKE, STOPS, PENDING, PAUSED, INTERRUPTED, RELOAD, TOO_OLD, FAILED, RECORDS)

Change = tuple[str, str]
"""``mailbox`` or ``subscription``, and its name."""


class Edit(NamedTuple):
    """What was done to a file. verb: what the block does now that it should not."""

    file: str
    verb: str


_KINDS = ("mailbox", "subscription")
_NAMED = 3


def check_last_run(evidence: Evidence) -> Iterator[Finding]:
    """How the last runs ended. While one holds the lock, what it is about to end is no fault."""
    records, where = evidence.records, str(evidence.settings.gvma.backup_path)
    if records.problem is not None:
        yield RECORDS.at(records.problem.where, records.problem.message)
    if records.paused:
        yield PAUSED.at(where, records.paused.sentence)
    if not records.running:
        if records.interrupted:
            yield INTERRUPTED.at(where, records.interrupted)
        if records.pending_reload:
            yield RELOAD.at(where, f"Asterisk has still to reload {', '.join(records.pending_reload)}")
    last, success = records.last_run, records.last_success
    if last is not None and last.exit_code and last.code != SyncPausedError.code:
        yield FAILED.at(where, f"it left with {last.exit_code}: {last.message or 'internal error'}")
    limit = evidence.settings.gvma.status_max_age
    if success is not None and success.age > limit and not records.paused and not records.removed:
        yield TOO_OLD.at(where, f"the last success was {duration(success.age)} ago, status_max_age is {limit:g} s")


def check_next_run(evidence: Evidence) -> Iterator[Finding]:
    """What a sync would do now, in files that no run is writing."""
    records, planned = evidence.records, evidence.next_sync
    if records.running or records.interrupted:
        return
    edited = _edited(evidence)
    for where, message in _edits(edited):
        yield EDITED.at(where, message)
    if planned is None:
        return
    if planned.problem is not None and not _found_elsewhere(planned.problem, evidence):
        yield STOPS.at(planned.problem.where, planned.problem.message)
    if planned.brake is not None:
        yield BRAKE.at(planned.brake.where, planned.brake.message)
    elif planned.files and not records.paused:
        rest = [item for item in planned.items if (item.kind, item.name) not in edited]
        if rest or not edited:
            yield PENDING.at(", ".join(planned.files), _planned(rest))


def _edited(evidence: Evidence) -> dict[Change, Edit]:
    """What somebody has changed in the blocks by hand."""
    records, planned = evidence.records, evidence.next_sync
    is_unchanged = planned is not None and planned.problem is None and not planned.files
    if is_unchanged or records.paused or not records.owners or evidence.files.unreadable:
        return {}
    from gvma.plan.owners import read_owners  # noqa: PLC0415  (start-up)

    known: set[Change] = set()
    for owned in read_owners(records.owners).values():
        known |= {("mailbox", owned.mailbox), ("subscription", owned.subscription)}
    lost = {change: Edit(where, "lacks") for change, where in _absent(known, evidence)}
    added = {
        (item.kind, item.name): Edit(_file_of(item.kind, evidence).name, "has, and no sync wrote,")
        for item in (planned.items if planned else ())
        if item.action == "remove" and item.kind in _KINDS and (item.kind, item.name) not in known
    }
    return {**lost, **added}


def _absent(known: Collection[Change], evidence: Evidence) -> Iterator[tuple[Change, str]]:
    """Of what the last sync left in a file, what the whole file lacks now, with the file's name."""
    files, driver = evidence.files, evidence.driver
    there: dict[str, set[str]] = {}
    if files.voicemail is not None:
        there["mailbox"] = {one.mailbox.lower() for one in files.voicemail.settings}
    if files.channel is not None:
        there["subscription"] = {driver.folded(section.name) for section in files.channel.objects}
    folded = {"mailbox": str.lower, "subscription": driver.folded}
    for kind, name in sorted(known):
        file = _file_of(kind, evidence)
        if kind in there and str(file) in evidence.records.files and folded[kind](name) not in there[kind]:
            yield (kind, name), file.name


def _file_of(kind: str, evidence: Evidence) -> Path:
    settings = evidence.settings.gvma
    return settings.target(settings.asterisk_cfg_file_vm) if kind == "mailbox" else evidence.driver.path(settings)


def _edits(edited: Mapping[Change, Edit]) -> Iterator[tuple[str, str]]:
    """File and message, one for each file and kind of edit."""
    for edit in dict.fromkeys(edited.values()):
        names = [name for (_, name), other in edited.items() if other == edit]
        yield edit.file, f"the block {edit.verb} {first_names(names, _NAMED)}"


def _planned(items: Sequence[Item]) -> str:
    """``3 to add, 1 to change, 0 to remove: 1000@GVMA_DN, gvm-1000 and 2 more``."""
    if not items:
        return "the block would be written anew, without a change of any mailbox"
    number = Counter(item.action for item in items)
    names = [item.name for item in items]
    return (
        f"{number['add']} to add, {number['change']} to change, {number['remove']} to remove: "
        f"{first_names(names, _NAMED)}"
    )


def _found_elsewhere(problem: GvmaError, evidence: Evidence) -> bool:
    """Whether another check says already that a file cannot be used, or that a record is damaged."""
    files, settings = evidence.files, evidence.settings_file
    if isinstance(problem, UnsafeTargetError):
        return bool(files.unsafe or files.unreadable or settings.unreachable)
    return isinstance(problem, BackupSetError) and evidence.records.problem is not None


def duration(seconds: float) -> str:
    """In the largest unit of which there are two or more: ``90 min``, ``2 h``."""
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


CHECKS = (check_last_run, check_next_run)
