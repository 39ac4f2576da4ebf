"""Cron runs in a world that changes and fails at random; the short form of ``tests/soak/test_cron.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.cron import World
from tests.soak.site import watched_site


@pytest.mark.asterisk
def test_thirty_cron_runs_lose_nothing_whatever_fails(start_asterisk: StartAsterisk, tmp_path: Path) -> None:
    asterisk = start_asterisk(22)
    with watched_site(tmp_path, asterisk) as site:
        World(site, seed=20261121).live(30)
