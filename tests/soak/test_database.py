"""A sync of 2,000 changes into the database, cut and killed at each of its statements and system calls; PINs by phone
against syncs; and a whole day of cron."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.relays.postgresql_relay import PostgreSQLRelay
from tests.harness.servers.asterisk_fixtures import StartTelephone
from tests.harness.servers.many_hosts import ManyHosts
from tests.harness.servers.postgresql_fixtures import Database
from tests.integration.realtime.conftest import hosts
from tests.integration.realtime.loss.cron_day import FAULTS
from tests.integration.realtime.loss.test_cron_day import day_of_cron
from tests.soak.experiments.row_pins import race
from tests.soak.experiments.rows import RowsExperiment, cut_at_messages, kill_at_messages, kill_at_system_calls

__all__ = ["hosts"]

CHANGES = 2_000


def test_a_kill_at_each_system_call_leaves_all_old_or_all_new(database: Database, tmp_path: Path) -> None:
    experiment = RowsExperiment(database, tmp_path, CHANGES)
    killed = kill_at_system_calls(experiment, every=1)
    experiment.reckon()
    print(f"killed at {killed} system calls with an effect: {dict(experiment.ended)}")
    assert killed > 300


def test_a_kill_at_each_statement_leaves_all_old_or_all_new(database: Database, tmp_path: Path) -> None:
    relay = PostgreSQLRelay(database.server.port)
    with relay.serve():
        experiment = RowsExperiment(database, tmp_path, CHANGES, relay)
        killed = kill_at_messages(experiment, relay, every=1)
        experiment.reckon()
    print(f"killed at {killed} messages to the database: {dict(experiment.ended)}")
    assert killed > 100


@pytest.mark.parametrize("then", ["before", "after"])
def test_a_connection_that_is_cut_at_each_statement_leaves_all_old_or_all_new(
    database: Database, tmp_path: Path, then: str
) -> None:
    relay = PostgreSQLRelay(database.server.port)
    with relay.serve():
        experiment = RowsExperiment(database, tmp_path, CHANGES, relay)
        cuts = cut_at_messages(experiment, relay, then, every=1)
        experiment.reckon()
    print(f"cut {then} {cuts} messages to the database: {dict(experiment.ended)}")
    assert cuts > 100


@pytest.mark.asterisk
@pytest.mark.parametrize("hosts", ["pgsql", "odbc"], indirect=True)
def test_no_pin_is_lost_in_fifty_rounds_of_a_sync_racing_a_pin_change(
    hosts: ManyHosts, start_telephone: StartTelephone
) -> None:
    raced = race(hosts, start_telephone(hosts.node()), rounds=50, mailboxes=CHANGES)
    print(f"in {raced} of 50 rounds the PIN was written while a sync ran")
    assert raced > 10


def test_a_day_of_cron_beside_a_database_that_fails_locks_and_restarts(database: Database, tmp_path: Path) -> None:
    day = day_of_cron(database, tmp_path, 500)
    print(f"500 runs: {dict(day.ended)}")
    assert {fault for fault, _ in day.ended} == set(FAULTS)
