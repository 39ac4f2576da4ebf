"""A sync into the database, ended anywhere; `make soak` ends it at each statement and each system call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.relays.postgresql_relay import PostgreSQLRelay
from tests.harness.servers.postgresql_fixtures import Database
from tests.soak.experiments.rows import RowsExperiment, cut_at_messages, kill_at_messages, kill_at_system_calls

CHANGES = 40


def test_a_kill_at_any_system_call_leaves_all_old_or_all_new(database: Database, tmp_path: Path) -> None:
    experiment = RowsExperiment(database, tmp_path, CHANGES)
    assert kill_at_system_calls(experiment, every=40) > 8
    experiment.reckon()


def test_a_kill_at_any_statement_leaves_all_old_or_all_new(database: Database, tmp_path: Path) -> None:
    relay = PostgreSQLRelay(database.server.port)
    with relay.serve():
        experiment = RowsExperiment(database, tmp_path, CHANGES, relay)
        assert kill_at_messages(experiment, relay, every=61) > 14
        experiment.reckon()


@pytest.mark.parametrize("then", ["before", "after"])
def test_a_connection_that_is_cut_at_any_statement_leaves_all_old_or_all_new(
    database: Database, tmp_path: Path, then: str
) -> None:
    relay = PostgreSQLRelay(database.server.port)
    with relay.serve():
        experiment = RowsExperiment(database, tmp_path, CHANGES, relay)
        assert cut_at_messages(experiment, relay, then, every=61) > 14
        experiment.reckon()
