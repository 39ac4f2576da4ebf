"""A sync into the database, cut and killed at each of its statements, and a whole day of cron."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime import test_faults
from tests.integration.realtime.test_cron_day import day_of_cron
from tests.integration.realtime.test_faults import site

__all__ = ["site"]


@pytest.fixture
def each_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_faults, "EVERY", 1)


@pytest.mark.usefixtures("each_statement")
@pytest.mark.parametrize("then", ["before", "after"])
def test_a_connection_that_is_cut_at_each_statement(site: Site, database: Database, then: str) -> None:
    test_faults.test_a_connection_that_is_cut_at_any_statement_leaves_all_old_or_all_new(site, database, then)


@pytest.mark.usefixtures("each_statement")
def test_a_kill_at_each_statement(site: Site, database: Database) -> None:
    test_faults.test_a_kill_at_any_statement_leaves_all_old_or_all_new(site, database)


def test_a_day_of_cron_beside_a_database_that_fails_locks_and_restarts(database: Database, tmp_path: Path) -> None:
    day = day_of_cron(database, tmp_path, 500)
    print(f"500 runs: {day.ended}")
