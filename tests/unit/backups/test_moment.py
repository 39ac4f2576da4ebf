"""The set that has the state of a moment: the oldest whose run came after it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gvma.backups.backup_set import BackupSet
from gvma.backups.moment import set_in_force_at
from gvma.plan.counts import Counts
from gvma.storage.history.model import PastRun, Starter


def one(time: str) -> BackupSet:
    return BackupSet(f"20261121T{time}Z-1a2b3c4d", Path("/kept"), None)


def run(time: str, of: BackupSet, exit_code: int = 0) -> PastRun:
    at = f"2026-11-21T{time[:2]}:{time[2:4]}:{time[4:]}Z"
    counts = Counts() if exit_code else Counts(change=1)
    return PastRun("r", at, "sync", exit_code, Starter(), counts, backup_set=of.id)


SETS = [one("100000"), one("120000"), one("140000")]


@pytest.mark.parametrize(("hour", "expected"), [(9, 0), (10, 1), (11, 1), (12, 2), (13, 2), (14, None), (15, None)])
def test_it_is_the_oldest_set_made_after_the_moment(hour: int, expected: int | None) -> None:
    found = set_in_force_at(datetime(2026, 11, 21, hour, tzinfo=UTC), SETS, ())
    assert found == (None if expected is None else SETS[expected])


def test_a_set_that_a_later_run_used_again_counts_with_that_run() -> None:
    first, second = SETS[:2]
    runs = [run("160000", second), run("120000", second, exit_code=15), run("100000", first)]
    moment = datetime(2026, 11, 21, 13, tzinfo=UTC)
    assert set_in_force_at(moment, [first, second], runs) == second
    assert set_in_force_at(moment, [first, second], runs[1:]) is None


def test_without_a_set_nothing_has_changed() -> None:
    assert set_in_force_at(datetime(2026, 1, 1, tzinfo=UTC), [], ()) is None
