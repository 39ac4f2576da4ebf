"""The tables do what the protocol says that every sink does: the same tests, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from gvma.asterisk.drivers import PJSIP
from gvma.sinks.base import Applied
from gvma.sinks.realtime.database import records
from gvma.sinks.realtime.database.session import session
from gvma.sinks.realtime.sink import RealtimeSink
from tests.harness.postgresql_fixtures import PASSWORDS, Database
from tests.integration.realtime.prepared import foreign_rows, prepare, settings_for
from tests.unit.sinks import test_protocol


class RealtimeSite:
    """A prepared database with rows of the site's own."""

    driver = PJSIP
    reloads = recovers_itself = False

    def __init__(self, database: Database, folder: Path, stack: ExitStack) -> None:
        self.settings = settings_for(database, folder)
        self._database = database
        self._stack = stack
        prepare(database)

    def sink(self) -> RealtimeSink:
        return RealtimeSink(self._stack.enter_context(session(self.settings)))

    def phone_changes_pin(self, key: str, pin: str) -> None:
        box, _, context = key.partition("@")
        with psycopg.connect(self._database.dsn("asterisk"), password=PASSWORDS["asterisk"]) as asterisk:
            asked = "update voicemail set password = %s where context = %s and mailbox = %s"
            assert asterisk.execute(asked, (pin, context, box)).rowcount == 1

    def record(self, name: str) -> bytes | None:
        with session(self.settings) as one:
            return records.content(one.connection, name)

    def sites_own(self) -> object:
        return foreign_rows(self._database)

    def die_after(self, applied: Applied) -> None:
        del applied
        self._database.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gvma'")


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[RealtimeSite]:
    with ExitStack() as stack:
        yield RealtimeSite(database, tmp_path, stack)


globals().update({name: test for name, test in vars(test_protocol).items() if name.startswith("test_")})
