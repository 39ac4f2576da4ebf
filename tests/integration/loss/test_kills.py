"""Whatever stops a sync, the next run finishes or puts back; the short form of ``tests/soak/test_kills.py``."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.experiments.kills import (
    Experiment,
    fail_everywhere,
    fill_the_disk,
    kill_everywhere,
    kill_the_recovery_everywhere,
)
from tests.soak.site import watched_site

DNS = 20


@pytest.fixture
def experiment(tmp_path: Path) -> Iterator[Experiment]:
    with watched_site(tmp_path, keep_last=3, keep_daily=0, keep_monthly=0) as site:
        yield Experiment(site, DNS)


def test_a_sync_killed_at_any_point_leaves_all_old_or_all_new(experiment: Experiment) -> None:
    kill_everywhere(experiment, 40)
    assert len(experiment.points) >= 40


def test_the_run_after_a_killed_one_may_be_killed_too(experiment: Experiment) -> None:
    kill_the_recovery_everywhere(experiment, 10)


def test_a_sync_whose_calls_fail_once_leaves_all_old_or_all_new(experiment: Experiment) -> None:
    fail_everywhere(experiment, (errno.EIO, errno.ENOSPC, errno.EACCES), 15)


def test_a_disk_that_fills_up_leaves_all_old_or_all_new(experiment: Experiment) -> None:
    fill_the_disk(experiment, 1_500)
