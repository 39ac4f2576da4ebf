"""What gvma itself left under ``backup_path``; nothing is judged or changed here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gvma.errors import BackupSetError, LockedError, UsageError
from gvma.evidence.model import RecordsEvidence
from gvma.evidence.model.runs import Removal, Run
from gvma.storage.history import log
from gvma.storage.history.model import PastRun
from gvma.storage.lock import holder
from gvma.storage.state import last_success, open_transaction, pending_reload, records
from gvma.storage.state.pause import read_pause

# The history knows a run by its start, in seconds; the time of a success is that of its end.
_SAME_RUN_SECONDS = 2.0


def look_at_records(backup_path: Path) -> RecordsEvidence:
    """What earlier runs left. A folder that this account may not read counts as empty."""
    try:
        synced = any(records.folder(backup_path).iterdir())
    except OSError:
        return RecordsEvidence(synced=False)
    try:
        return _read(backup_path, synced)
    except BackupSetError as problem:
        return RecordsEvidence(synced, problem=problem)


def _read(backup_path: Path, synced: bool) -> RecordsEvidence:
    left = records.read_left(backup_path)
    runs = log.read(backup_path).runs
    now = time.time()
    last_run, succeeded = _last_syncs(backup_path, runs, now)
    return RecordsEvidence(
        synced,
        running=holder(backup_path),
        interrupted=_interrupted(backup_path),
        paused=read_pause(backup_path),
        pending_reload=pending_reload.read(backup_path),
        last_run=last_run,
        last_success=succeeded,
        pins=left.pins,
        owners=left.owners,
        removed=_removed(runs, succeeded, now),
        files=left.files(),
    )


def _interrupted(backup_path: Path) -> str:
    if not open_transaction.is_open(backup_path):
        return ""
    from gvma.sinks.files.atomic.recovery import pending_recovery  # noqa: PLC0415  (start-up)

    return pending_recovery(backup_path)


def _removed(runs: Sequence[PastRun], succeeded: Run | None, now: float) -> Removal | None:
    """runs: newest first. succeeded: the last sync that ended well; where it came later, ours is in place again, in a
    sink that had it all the while, such as the database of a site that has left its files."""
    last = next((one for one in runs if one.changed), None)
    if last is None or last.command != "remove":
        return None
    if succeeded is not None and succeeded.age < _run(last, now).age - (last.seconds or 0.0) - _SAME_RUN_SECONDS:
        return None
    return Removal(last.at, last.starter)


def _last_syncs(backup_path: Path, history: Sequence[PastRun], now: float) -> tuple[Run | None, Run | None]:
    """The last sync, and the last that ended well. The history has none that changed nothing: of such only the time is
    known."""
    past = [one for one in history if one.command == "sync" and not _is_none(one)]
    runs = [_run(one, now) for one in past]
    last = runs[0] if runs else None
    succeeded = last_success.read(backup_path)
    if succeeded is None:
        return last, None
    known = (one for one in runs if not one.exit_code and abs(_ended(one, now) - succeeded) < _SAME_RUN_SECONDS)
    last_good = next(known, None) or Run(_text(succeeded), max(0.0, now - succeeded))
    if last is None or last is last_good:
        return last_good, last_good
    is_later = last.age <= last_good.age
    # The history has whole seconds: of two syncs in one second the files tell which was later.
    if abs(last.age - last_good.age) < _SAME_RUN_SECONDS and history[0] is past[0]:
        written = log.written_at(backup_path)
        is_later = written is None or written >= succeeded
    return last if is_later else last_good, last_good


def _is_none(run: PastRun) -> bool:
    """A run that never had the lock, or whose command line was wrong, says nothing of the site."""
    return run.failure is not None and run.failure[0] in {LockedError.code, UsageError.code}


def _run(past: PastRun, now: float) -> Run:
    try:
        age = now - datetime.fromisoformat(past.at).timestamp()
    except ValueError:  # changed by hand
        age = 0.0
    code, message = past.failure or ("", "")
    return Run(past.at, max(0.0, age), past.exit_code, past.run_id, past.changes, past.seconds, code, message)


def _ended(run: Run, now: float) -> float:
    return now - run.age + (run.seconds or 0.0)


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
