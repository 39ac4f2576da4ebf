"""What comes of a run, for the history: begun with the run, and kept when it has ended, however it ended."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from gvma.errors import BackupSetError, GvmaError
from gvma.plan.items import Item
from gvma.settings.ownership import who_may_change
from gvma.storage.history import log
from gvma.storage.history.model import TIME, PastRun, shortened
from gvma.storage.history.starter import starter
from gvma.storage.signals import Stopped
from gvma.sync.report import RunReport

_log = logging.getLogger(__name__)
_MOST_ITEMS = 1_000
_OWNED = frozenset({"mailbox", "subscription"})


@dataclass(slots=True)
class Outcome:
    """How a run ended. exit_code: 1 until that is known. failure: code and message. seconds: how long it took."""

    exit_code: int = 1
    failure: tuple[str, str] | None = None
    seconds: float = 0.0


@contextmanager
def remembered(command: str, backup_path: Path, report: RunReport, *, restored: str = "") -> Iterator[Outcome]:
    """Around a run that may write. One that changed nothing and did not fail is not kept.

    restored: id of the set that a restore brings back. Where the history cannot be written, the run has a warning.
    """
    outcome, began = Outcome(), time.monotonic()
    begun = PastRun(report.run_id, _now(), command, 0, starter(), restored=restored)
    try:
        yield outcome
        outcome.exit_code = 0
    except GvmaError as error:
        outcome.exit_code, outcome.failure = error.exit_status, (error.code, shortened(str(error)))
        _log.error("exit %d: %s", error.exit_status, error)
        raise
    except Stopped as stopped:
        outcome.exit_code, outcome.failure = 128 + stopped.signal, ("stopped", f"stopped by signal {stopped.signal}")
        _log.error("stopped by signal %d", stopped.signal)
        raise
    finally:
        outcome.seconds = time.monotonic() - began
        if report.changed or outcome.exit_code:
            _keep(begun, outcome, backup_path, report)


def _keep(begun: PastRun, outcome: Outcome, backup_path: Path, report: RunReport) -> None:
    """A folder that is not there, or that others may change, gets nothing."""
    if not os.path.isdir(backup_path) or who_may_change(backup_path):
        return
    items = _with_owners(tuple(islice(report.items(), _MOST_ITEMS)), backup_path)
    shown = sum(1 for item in items if item.kind in _OWNED)
    counts = report.counts
    run = begun._replace(
        exit_code=outcome.exit_code,
        changes=counts,
        items=items,
        items_left_out=max(0, counts.add + counts.change + counts.remove - shown),
        why=report.why,
        backup_set=report.backup_set,
        seconds=round(outcome.seconds, 3),
        failure=outcome.failure,
    )
    try:
        log.add(backup_path, run)
    except BackupSetError as error:
        report.warn("history-not-written", f"this run is missing in the history: {error.message}", error.where)


def _with_owners(items: tuple[Item, ...], backup_path: Path) -> tuple[Item, ...]:
    """What a restore brought back may have an owner whom the last sync did not know, and an earlier run did."""
    nameless = {(item.kind, item.name) for item in items if not item.owner and item.kind in _OWNED}
    if not nameless:
        return items
    owners: dict[tuple[str, str], str] = {}
    with suppress(BackupSetError):  # the history that cannot be read is said when it is written
        for item in (item for run in log.read(backup_path).runs for item in run.items if item.owner):
            if (item.kind, item.name) in nameless:
                owners.setdefault((item.kind, item.name), item.owner)
    return tuple(item._replace(owner=item.owner or owners.get((item.kind, item.name), "")) for item in items)


def _now() -> str:
    return datetime.now(UTC).strftime(TIME)
