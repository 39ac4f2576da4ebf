"""Two runs of ``gvma sync`` at once: one goes on, the other leaves or waits."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from gvma.storage.lock import hold_lock
from tests.harness.children import SECONDS, child_process
from tests.harness.site import Site
from tests.harness.waiting import wait_until


def test_a_dry_run_works_while_another_run_holds_the_lock(site: Site) -> None:
    with hold_lock(site.backup_path):
        done = site.gvma("sync", "--dry-run", *site.from_tree)
    assert (done.status, done.stdout.splitlines()[-1]) == (0, "Plan: 9 to add, 0 to change, 0 to remove.")


def test_a_second_run_leaves_at_once_or_waits_as_long_as_wait_says(site: Site) -> None:
    with hold_lock(site.backup_path):
        done = site.gvma("sync", *site.from_tree)
        assert done.status == 11
        for part in (
            f"process {os.getpid()}, started ",
            str(site.backup_path / "lock"),
            "Nothing was changed.",
            "--wait",
        ):
            assert part in done.stderr
        waited = site.gvma("sync", "--wait", "0.5", *site.from_tree)
        assert waited.status == 11
        assert "waited 0.5 s for it" in waited.stderr
        assert len(site.answer("sync", *site.from_tree)["errors"]) == 1


def test_a_waiting_run_goes_on_when_the_other_ends(site: Site) -> None:
    with ExitStack() as stack:
        with hold_lock(site.backup_path):
            command = [sys.executable, "-m", "gvma", *site.words("sync", "--wait", "60", *site.from_tree)]
            waiting = stack.enter_context(child_process(command, stdout=subprocess.PIPE, text=True))
            lock = site.backup_path / "lock"
            wait_until(lambda: _has_opened(waiting.pid, lock), f"{lock} was not opened")
        said, _ = waiting.communicate(timeout=SECONDS)
    assert (waiting.returncode, said[:15]) == (0, "sync: 9 added, ")


def _has_opened(pid: int, path: Path) -> bool:
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):  # closed meanwhile
            if descriptor.samefile(path):
                return True
    return False


def test_two_runs_at_once_are_one_that_writes_and_one_that_leaves_or_finds_nothing_to_do(site: Site) -> None:
    command = [sys.executable, "-m", "gvma", *site.words("sync", *site.from_tree)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with child_process(command, **streams) as one, child_process(command, **streams) as other:
        ended = [(run.communicate(), run.returncode) for run in (one, other)]
    assert {status for _, status in ended} <= {0, 11}
    assert len([out for (out, _), _ in ended if out.startswith(b"sync: 9 added")]) == 1
    assert len(list(site.backup_path.glob("2*"))) == 1


def test_a_lock_that_outlived_its_run_locks_nobody_out(site: Site) -> None:
    site.backup_path.mkdir(mode=0o700)
    lock = site.backup_path / "lock"
    lock.write_text("process 1, started 2020-01-01T00:00:00Z\n")
    assert site.sync().status == 0
    with lock.open() as opened:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
