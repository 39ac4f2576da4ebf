"""More than 500 cron runs in a world that changes and fails at random, with Asterisk 16 and with 22."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gvma.errors import GvmaError
from gvma.settings.reader import load
from gvma.sync.run import SyncOptions, SyncReport, sync
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.soak.experiments.cron import World
from tests.soak.site import WatchedSite, watched_site


def test_more_than_500_cron_runs_lose_nothing_whatever_fails(
    start_asterisk: StartAsterisk, version: int, tmp_path: Path
) -> None:
    asterisk = start_asterisk(version)
    with watched_site(tmp_path, asterisk) as site:
        world = World(site, seed=version)
        world.live(550)
    print(f"Asterisk {version}: {dict(world.happened)}")


@pytest.mark.asterisk
def test_a_process_that_syncs_500_times_keeps_no_descriptor_open(start_asterisk: StartAsterisk, tmp_path: Path) -> None:
    site = WatchedSite(tmp_path, start_asterisk(22), routing="no")
    exports = [site.export(f"{name}.xml", Layer({"1000": {"gvm_name": name}})) for name in ("one", "two")]
    settings = load(site.config, {}).settings
    opened = []
    for number in range(500):
        site.age()
        export = tmp_path / "missing.xml" if number % 7 == 6 else exports[number % 2]
        try:
            sync(settings, SyncOptions(export=export), SyncReport(), lambda _: None)
        except GvmaError:
            assert number % 7 == 6
        opened.append(len(os.listdir("/proc/self/fd")))
    assert opened[-1] <= opened[10]
    assert site.litter() == []
