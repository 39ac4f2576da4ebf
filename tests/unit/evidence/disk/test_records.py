"""What the last runs left: which sync was the last, and which was the last that ended well."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gvma.evidence.disk.records import look_at_records
from gvma.plan.counts import Counts
from gvma.storage.history import log
from gvma.storage.history.model import PastRun, Starter
from gvma.storage.state import last_success

NOW = time.time()


def at(seconds_ago: float) -> str:
    return datetime.fromtimestamp(NOW - seconds_ago, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


CHANGED = PastRun("1a2b", at(600), "sync", 0, Starter("root"), changes=Counts(2, 0, 1), seconds=30.0)
FAILED = CHANGED._replace(
    run_id="3c4d", at=at(300), exit_code=10, changes=Counts(), failure=("configserver-timeout", "x")
)


def left(folder: Path, *runs: PastRun, success: float | None) -> Path:
    """success: seconds ago."""
    (folder / "state").mkdir(mode=0o700)
    for run in runs:
        log.add(folder, run)
    if success is not None:
        last_success.leave(folder)
        os.utime(folder / "state" / last_success.NAME, (NOW - success, NOW - success))
    return folder


def test_a_sync_that_changed_something_is_known_whole(tmp_path: Path) -> None:
    seen = look_at_records(left(tmp_path, CHANGED, success=570.0))
    assert seen.last_run == seen.last_success
    assert seen.last_run is not None
    assert (seen.last_run.run_id, seen.last_run.changes, seen.last_run.seconds) == ("1a2b", Counts(2, 0, 1), 30.0)
    assert 0 <= seen.last_run.age - 600 <= time.time() - NOW + 1


def test_of_a_later_sync_that_changed_nothing_the_time_alone_is_known(tmp_path: Path) -> None:
    seen = look_at_records(left(tmp_path, CHANGED, success=60.0))
    assert seen.last_run == seen.last_success
    assert seen.last_run is not None
    assert (seen.last_run.at, seen.last_run.run_id, seen.last_run.changes) == (at(60), None, Counts())


@pytest.mark.parametrize(("success", "exit_code"), [(0.2, 10), (-0.2, 0)])
def test_of_two_syncs_in_one_second_the_later_one_is_the_last_run(
    tmp_path: Path, success: float, exit_code: int
) -> None:
    folder = left(tmp_path, FAILED._replace(at=at(0)), success=success)
    os.utime(folder / "state" / log.NAME, (NOW, NOW))
    seen = look_at_records(folder)
    assert seen.last_run is not None
    assert seen.last_run.exit_code == exit_code


def test_a_failure_since_then_is_the_last_run_and_no_success(tmp_path: Path) -> None:
    seen = look_at_records(left(tmp_path, CHANGED, FAILED, success=570.0))
    assert seen.last_run is not None
    assert seen.last_success is not None
    assert (seen.last_run.run_id, seen.last_run.exit_code, seen.last_run.code) == ("3c4d", 10, "configserver-timeout")
    assert seen.last_success.run_id == "1a2b"


def test_a_failure_before_a_success_is_over(tmp_path: Path) -> None:
    seen = look_at_records(left(tmp_path, CHANGED, FAILED, success=5.0))
    assert seen.last_run == seen.last_success
    assert seen.last_run is not None
    assert seen.last_run.exit_code == 0


def test_restores_and_runs_that_never_had_the_lock_say_nothing_of_the_last_sync(tmp_path: Path) -> None:
    locked = FAILED._replace(exit_code=11, failure=("lock-held", "x"))
    restore = FAILED._replace(command="backup restore", exit_code=17)
    seen = look_at_records(left(tmp_path, CHANGED, locked, restore, success=570.0))
    assert seen.last_run == seen.last_success


def test_a_first_sync_that_failed_is_no_success(tmp_path: Path) -> None:
    seen = look_at_records(left(tmp_path, FAILED, success=None))
    assert seen.last_success is None
    assert seen.last_run is not None
    assert seen.last_run.exit_code == 10


@pytest.mark.parametrize(("success", "is_removed"), [(605.0, True), (560.0, False), (None, True)])
def test_a_sync_that_ended_well_after_a_remove_found_all_of_ours_elsewhere(
    tmp_path: Path, success: float | None, is_removed: bool
) -> None:
    """As the database has it of a site that has taken the block out of its files."""
    remove = CHANGED._replace(command="remove", changes=Counts(0, 0, 4))
    assert (look_at_records(left(tmp_path, remove, success=success)).removed is not None) == is_removed
