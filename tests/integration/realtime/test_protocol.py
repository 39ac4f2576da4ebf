"""The tables do what the protocol says that every sink does: the same tests, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from gvma.asterisk.drivers import PJSIP
from gvma.sinks.base import Applied, SinkMoved
from gvma.sinks.realtime.database import records
from gvma.sinks.realtime.database.session import session
from gvma.sinks.realtime.sink import RealtimeSink
from gvma.storage.state.records import PINS
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database
from tests.integration.realtime.prepared import foreign_rows, prepare, settings_for
from tests.unit.sinks import test_protocol
from tests.unit.sinks.sites import PURPOSE, begin, box, planned, records_of, wanted, write


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

    def somebody_writes(self, key: str) -> tuple[str, str]:
        """By hand. A PIN of the phone would be no hindrance, since the sink does not write it."""
        self._database.sql(f"update voicemail set fullname = 'By hand' where mailbox || '@' || context = '{key}'")
        return "1000", "By hand"

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


def test_a_pin_that_is_changed_between_reading_and_applying_stays_and_keeps_no_name_from_being_written(
    site: RealtimeSite,
) -> None:
    write(site, wanted(site, box("1000")))
    sink = site.sink()
    plan, change = planned(site, sink, wanted(site, box("1000", name="Ann")))
    saved = sink.save(change, PURPOSE)
    site.phone_changes_pin("1000@GVMA_DN", "8642")
    with sink.apply(change, saved, PURPOSE, records_of(plan)) as applied:
        assert not applied.finish(())
    mailbox = site.sink().read().present().mailboxes["1000@GVMA_DN"]
    assert (mailbox.pin, mailbox.name) == ("8642", "Ann")


def test_a_row_that_was_written_between_applying_and_the_end_is_left_and_nothing_is_written(site: RealtimeSite) -> None:
    write(site, wanted(site, box("1000"), box("1001")))
    record = site.record(PINS)
    applied, _ = begin(site, site.sink(), wanted(site, box("1000", name="Ann"), box("1001", "9999")))
    pin, name = site.somebody_writes("1000@GVMA_DN")
    with pytest.raises(SinkMoved), applied:
        applied.finish(())
    present = site.sink().read().present().mailboxes
    assert {key: (one.pin, one.name) for key, one in present.items()} == {
        "1000@GVMA_DN": (pin, name),
        "1001@GVMA_DN": ("1001", "1001"),
    }
    assert site.record(PINS) == record
