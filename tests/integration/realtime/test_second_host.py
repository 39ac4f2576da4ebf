"""What a second host says of runs on the first: both look at one database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import site_on


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return site_on(database, tmp_path, Layer(dns={"1000": {"gvm_name": "Ann", "gvm_password": "86420"}}))


def test_every_host_says_that_another_one_has_paused_the_sync_and_that_it_has_resumed(
    site: Site, tmp_path: Path
) -> None:
    site.sync()
    other = Site(tmp_path / "other", site.layer, run=site._run)
    other.settings |= {key: site.settings[key] for key in site.settings if key.startswith(("realtime", "sink"))}
    other.sync()
    site.layer.dns["1000"]["gvm_name"] = "Anna"
    site.sync()
    assert other.gvma("--output", "json", "status").json()["edited"] is False
    assert site.gvma("backup", "restore", "latest").status == 0
    status = other.gvma("--output", "json", "status").json()
    assert status["paused"] == site.gvma("--output", "json", "status").json()["paused"]
    assert [found["code"] for found in status["problems"]] == ["sync-paused"]
    assert status["edited"] is False
    assert "sync-paused" in other.gvma("check").stdout
    assert other.try_sync().status == 13
    assert site.try_sync("--resume").status == 0
    assert other.gvma("--output", "json", "status").json()["paused"] is None
    assert "sync-paused" not in other.gvma("check").stdout
