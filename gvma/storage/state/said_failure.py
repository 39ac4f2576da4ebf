"""The failure that cron was sent last: the same one again is said once a day, not every five minutes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gvma.errors import BackupSetError, GvmaError
from gvma.settings.ownership import who_may_change
from gvma.storage.private import read_json, remove_private, write_json

_AGAIN_SECONDS = 24 * 3600


def is_repeated(backup_path: Path, error: GvmaError, now: float) -> bool:
    """Whether this failure was said within a day already; if not, it counts as said now.

    Of its place, text and hint only a digest is kept. now: seconds since 1970. A note that cannot be read or written
    is no reason to be silent.
    """
    failure = f"{error.code}\n{error}\n{error.hint}"
    digest = hashlib.sha256(failure.encode("utf-8", "surrogateescape")).hexdigest()
    try:
        note = read_json(_path(backup_path))
        if note is not None and note.get("failure") == digest:
            said_at = note.get("said_at")
            if isinstance(said_at, int | float) and 0 <= now - said_at < _AGAIN_SECONDS:
                return True
        if backup_path.is_dir() and not who_may_change(backup_path):
            said = {"failure": digest, "said_at": now}
            write_json(_path(backup_path), said)
    except BackupSetError:
        return False
    return False


def forget(backup_path: Path) -> None:
    """A run has succeeded: the next failure is a new one. Raises BackupSetError."""
    remove_private(_path(backup_path))


def _path(backup_path: Path) -> Path:
    return backup_path / "state" / "said-failure.json"
