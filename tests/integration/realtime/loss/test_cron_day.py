"""The first hours of a day of cron; `make soak` has the whole one."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.relays.postgresql_relay import PostgreSQLRelay
from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import Database
from tests.integration.realtime.loss.cron_day import NUMBERS, Day
from tests.integration.realtime.prepared import foreign_rows, site_on


def day_of_cron(database: Database, folder: Path, runs: int) -> Day:
    """Runs with faults by a fixed seed, and one at the end without."""
    site = site_on(database, folder, Layer(dns={number: {} for number in NUMBERS[:20]}))
    site.settings["realtime_timeout"] = 1
    foreign = foreign_rows(database)
    relay = PostgreSQLRelay(database.server.port)
    with relay.serve():
        site.settings["realtime_dsn"] = database.dsn().replace(f"port={database.server.port}", f"port={relay.port}")
        day = Day(site, database, relay, seed=2026)
        day.run(runs)
        relay.at = 0
        site.sync("--allow-remove")
    assert foreign_rows(database) == foreign
    return day


def test_whatever_becomes_of_the_database_no_pin_is_lost_and_rows_are_old_or_new(
    database: Database, tmp_path: Path
) -> None:
    day = day_of_cron(database, tmp_path, 24)
    assert {0, 18} == {status for _, status in day.ended}
