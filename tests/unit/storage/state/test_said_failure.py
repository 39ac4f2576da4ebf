"""The failure of the run before is said once, then once a day; cron mails whatever is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.errors import GvmaError, SyncPausedError
from gvma.storage.state.said_failure import forget, is_repeated

DAY = 24 * 3600
BEGIN = 1_800_000_000.0


@pytest.fixture
def backup_path(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def paused(message: str = "the sync is paused") -> GvmaError:
    return SyncPausedError(message, where="/var/lib/gvma", hint="Run `gvma sync --resume`.")


def test_a_pause_is_said_again_a_day_later_and_not_before(backup_path: Path) -> None:
    runs = (BEGIN, BEGIN + 300, BEGIN + DAY - 1, BEGIN + DAY, BEGIN + DAY + 300)
    assert [is_repeated(backup_path, paused(), now) for now in runs] == [False, True, True, False, True]


def test_another_failure_is_said_at_once_and_the_first_one_after_it_too(backup_path: Path) -> None:
    other = paused("another reason")
    runs = [is_repeated(backup_path, error, BEGIN) for error in (paused(), other, paused())]
    assert runs == [False, False, False]


def test_after_a_success_the_same_failure_is_a_new_one(backup_path: Path) -> None:
    assert not is_repeated(backup_path, paused(), BEGIN)
    forget(backup_path)
    assert not is_repeated(backup_path, paused(), BEGIN + 300)


def test_a_clock_that_was_ahead_silences_nothing(backup_path: Path) -> None:
    assert not is_repeated(backup_path, paused(), BEGIN + DAY)
    assert not is_repeated(backup_path, paused(), BEGIN)
