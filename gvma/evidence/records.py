"""What gvma itself left under ``backup_path``; nothing is judged or changed here."""

from __future__ import annotations

import time
from pathlib import Path

from gvma.errors import BackupSetError
from gvma.evidence.model import RecordsEvidence
from gvma.sinks.files.atomic.recovery import pending_recovery
from gvma.storage import last_success, pending_reload, records, said_failure
from gvma.storage.lock import holder
from gvma.storage.pause import read_pause


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
    pause = read_pause(backup_path)
    succeeded = last_success.read(backup_path)
    failure = said_failure.read(backup_path)
    return RecordsEvidence(
        synced,
        running=holder(backup_path),
        interrupted=pending_recovery(backup_path),
        paused=pause.sentence if pause else "",
        pending_reload=pending_reload.read(backup_path),
        success_age=None if succeeded is None else max(0.0, time.time() - succeeded),
        failure=(failure.code, failure.exit_code) if failure else None,
        owners=left.owners,
        files=left.files(),
    )
