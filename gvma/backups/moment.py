"""Which backup set has the state that was in force at a moment; nothing is read here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from gvma.backups.backup_set import BackupSet
from gvma.storage.history.model import PastRun


def set_in_force_at(when: datetime, sets: Sequence[BackupSet], runs: Iterable[PastRun]) -> BackupSet | None:
    """The oldest set whose run came after ``when``: a set holds what stood before its run. None where none did.

    when: aware. sets: oldest first. runs: of the history. A run whose change was put back leaves a set, which the next
    run with the same state before it uses again: then that later run counts.
    """
    used: dict[str, datetime] = {}
    for run in runs:
        if run.changed and run.backup_set is not None:
            at = datetime.fromisoformat(run.at)
            used[run.backup_set] = max(at, used.get(run.backup_set, at))
    return next((one for one in sets if max(one.time, used.get(one.id, one.time)) > when), None)
