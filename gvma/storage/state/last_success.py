"""When a sync last ended well: the time of an empty file under ``backup_path/state``.

The file is touched and never rewritten, so that a run that changes nothing still changes no content on the disk.
"""

from __future__ import annotations

from pathlib import Path

from gvma.storage import disk
from gvma.storage.private import not_kept, write_private

NAME = "last-success"
"""The file under ``backup_path/state``."""


def leave(backup_path: Path) -> None:
    """A sync has ended well just now. Raises BackupSetError."""
    path = _path(backup_path)
    try:
        disk.touch(path)
    except FileNotFoundError:
        write_private(path, b"")
    except OSError as error:
        raise not_kept(path, error) from error


def read(backup_path: Path) -> float | None:
    """Seconds since 1970; None where no sync has ended well. Raises BackupSetError."""
    path = _path(backup_path)
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None
    except OSError as error:
        raise not_kept(path, error) from error


def _path(backup_path: Path) -> Path:
    return backup_path / "state" / NAME
