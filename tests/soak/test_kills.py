"""2,000 changes over three files on a real Asterisk 22, ended by SIGKILL at every point, and by every fault."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.kills import (
    Experiment,
    fail_everywhere,
    fill_the_disk,
    kill_everywhere,
    kill_the_recovery_everywhere,
)
from tests.soak.site import watched_site
from tests.soak.small_disk import on_a_disk_of_eight_megabytes

DNS = 1_000


@pytest.fixture
def experiment(tmp_path: Path, start_asterisk: StartAsterisk) -> Iterator[Experiment]:
    asterisk = start_asterisk(22)
    with watched_site(tmp_path, asterisk, keep_last=3, keep_daily=0, keep_monthly=0) as site:
        yield Experiment(site, DNS)


def test_a_sync_of_2000_changes_killed_at_any_of_300_points_leaves_all_old_or_all_new(experiment: Experiment) -> None:
    kill_everywhere(experiment, 0)
    print(f"killed at {len(experiment.points)} points: {experiment.outcomes}")
    assert len(experiment.points) >= 300


def test_the_run_after_a_killed_one_may_be_killed_at_any_point_too(experiment: Experiment) -> None:
    kill_the_recovery_everywhere(experiment, 0)
    print(f"killed again at {len(experiment.points)} points: {experiment.outcomes}")


def test_a_sync_of_2000_changes_whose_calls_fail_once_leaves_all_old_or_all_new(experiment: Experiment) -> None:
    fail_everywhere(experiment, (errno.EIO, errno.ENOSPC, errno.EACCES), 0)
    print(f"failed at {len(experiment.points)} points: {experiment.outcomes}")


def test_a_disk_of_eight_megabytes_that_fills_up_leaves_all_old_or_all_new(
    tmp_path: Path, mount_namespace: tuple[str, ...]
) -> None:
    print(on_a_disk_of_eight_megabytes(tmp_path, mount_namespace))


def test_a_disk_that_fills_up_leaves_all_old_or_all_new(experiment: Experiment) -> None:
    fill_the_disk(experiment, 8_192)
