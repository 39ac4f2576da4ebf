"""One run at a time, and who holds the lock is named."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from gvma.errors import LockedError, SettingsError
from gvma.storage.lock import hold_lock, holder


def test_a_second_run_leaves_at_once_and_names_the_holder(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "kept"), pytest.raises(LockedError) as refused, hold_lock(tmp_path / "kept"):
        pass
    assert refused.value.exit_status == 11
    assert re.search(rf"process {os.getpid()}, started \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ", refused.value.message)


def test_a_run_that_waits_gets_the_lock_when_the_holder_ends(tmp_path: Path) -> None:
    taken, release, got = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with hold_lock(tmp_path):
            taken.set()
            release.wait()

    def wait() -> None:
        with hold_lock(tmp_path, wait_seconds=60):
            got.set()

    holder, waiter = threading.Thread(target=hold), threading.Thread(target=wait)
    holder.start()
    taken.wait()
    waiter.start()
    assert not got.is_set()
    release.set()
    holder.join()
    waiter.join()
    assert got.is_set()


def test_the_lock_of_a_killed_run_is_free_although_the_file_names_it(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with hold_lock(tmp_path):
            os._exit(0)
    os.waitpid(child, 0)
    assert "process" in (tmp_path / "lock").read_text()
    with hold_lock(tmp_path):
        pass


def test_the_lock_file_stays_and_others_may_not_look_into_its_folder(tmp_path: Path) -> None:
    kept = tmp_path / "var" / "kept"
    kept.mkdir(parents=True)
    kept.chmod(0o755)
    with hold_lock(kept):
        pass
    assert (kept / "lock").read_bytes() == b""
    assert kept.stat().st_mode & 0o777 == 0o700
    assert (kept / "lock").stat().st_mode & 0o777 == 0o600


def test_a_backup_path_that_is_no_folder_is_a_matter_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(SettingsError, match="backup_path cannot be used"), hold_lock(tmp_path / "kept"):
        pass


def test_who_looks_sees_the_holder_and_never_takes_the_lock(tmp_path: Path) -> None:
    assert holder(tmp_path) == ""
    with hold_lock(tmp_path):
        assert holder(tmp_path).startswith(f"process {os.getpid()}, started ")
    assert holder(tmp_path) == ""


def test_a_run_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    (tmp_path / "lock").write_text(f"process {gone.pid}, started 2026-11-27T21:30:00Z\n")
    assert holder(tmp_path) == ""
