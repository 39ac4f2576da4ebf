"""One run at a time: an flock on ``lock`` in ``backup_path``; the file itself is never deleted.

It never waits longer than it was asked to, and never reads the settings.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gvma.errors import LockedError, SettingsError
from gvma.settings.ownership import refuse_if_others_may_change
from gvma.storage import disk
from gvma.storage.asterisk.conf_files import content
from gvma.storage.private import private_folder

_POLL_SECONDS = 0.1
_HOLDER = re.compile(r"process (\d+), started ")


@contextmanager
def hold_lock(backup_path: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Holds the lock while the block runs; makes ``backup_path`` (0700) where it is missing.

    wait_seconds: how long another run is waited for.
    Raises LockedError, which names the holder's process and start; SettingsError where ``backup_path``
    cannot be used.
    """
    path = backup_path / "lock"
    refuse_if_others_may_change(backup_path, "backup_path")
    try:
        private_folder(backup_path)
        descriptor = disk.open_lock(path)
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        _take(descriptor, path, wait_seconds)
        try:
            _sign(descriptor, path)
            yield
        finally:
            _wipe(descriptor, path)
    finally:
        os.close(descriptor)


def holder(backup_path: Path) -> str:
    """The run that holds the lock now, such as ``process 4711, started 2026-11-27T21:30:00Z``; empty where none does.

    The lock is not tried for that: a run that begins at this moment would find it taken.
    """
    text = (content(backup_path / "lock") or b"").decode("ascii", "replace").strip()
    found = _HOLDER.match(text)
    return text if found and os.path.exists(f"/proc/{found[1]}") else ""


def _take(descriptor: int, path: Path, wait_seconds: float) -> None:
    give_up = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = give_up - time.monotonic()
            if left <= 0:
                raise _locked_error(descriptor, path, wait_seconds) from None
            time.sleep(min(_POLL_SECONDS, left))
        except OSError as error:
            raise _unusable(path, error) from error
        else:
            return


def _sign(descriptor: int, path: Path) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        disk.truncate(descriptor, path)
        os.lseek(descriptor, 0, os.SEEK_SET)
        disk.write(descriptor, f"process {os.getpid()}, started {now}\n".encode(), path)
    except OSError as error:
        raise _unusable(path, error) from error


def _wipe(descriptor: int, path: Path) -> None:
    try:
        disk.truncate(descriptor, path)
    except OSError:
        return  # the flock is what counts; the text is only for the reader


def _locked_error(descriptor: int, path: Path, waited: float) -> LockedError:
    holder = os.pread(descriptor, 200, 0).decode("ascii", "replace").strip() or "process unknown"
    message = f"another run of gvma holds the lock ({holder})"
    if waited:
        message += f"; waited {waited:g} s for it"
    return LockedError(
        message, where=str(path), hint="Nothing was changed. Wait until it ends, or give --wait SECONDS to sync."
    )


def _unusable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"backup_path cannot be used: {error.strerror or error}",
        where=str(error.filename or path),
        hint="Nothing was changed. Point backup_path at a folder that this user may write, with room left on its disk.",
    )
