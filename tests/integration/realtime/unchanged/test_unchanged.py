"""With `sink = realtime` too a run with the inputs of one that found nothing to do ends at once: no row is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gvma.sinks.base import Recovery
from gvma.sinks.realtime import reading
from gvma.sinks.realtime.database import rows
from gvma.sinks.realtime.sink import RealtimeSink
from gvma.storage.state import pending_reload, records
from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import boxes, phone_changes_pin
from tests.integration.realtime.unchanged.runs import TOO_LONG, is_full, other_host, synced
from tests.unit.sync import state

Change = Callable[[Site, Database, pytest.MonkeyPatch], object]


def _sql(text: str) -> Change:
    return lambda site, database, patch: database.sql(text)


def _row(sets: str) -> Change:
    return _sql(f"update voicemail set {sets} where mailbox = '1001'")


def _record(name: str) -> Change:
    """Another host has left another one."""
    return _sql(f"update gvma_records set content = content || '\\x0a' where name = '{name}'")


def _note(site: Site, database: Database, patch: pytest.MonkeyPatch) -> None:
    """Somebody writes the nodes' files, and they are as they should be now."""
    assert site.gvma("realtime", "files", str(site.folder / "nodes")).status == 0


CHANGES: dict[str, Change] = {
    "a setting": lambda site, database, patch: site.settings.update(vm_dn_ext_prefix="99"),
    "a time limit of the database": lambda site, database, patch: site.settings.update(realtime_timeout=59),
    "what Configuration Server says": lambda site, database, patch: site.layer.dns["1000"].update(contact="elsewhere"),
    "a PIN that its owner has changed": lambda site, database, patch: phone_changes_pin(
        database, "1001@GVMA_DN", "4321"
    ),
    "a name": _row("fullname = 'By hand'"),
    "NULL in place of an empty value": _row("pager = null"),
    "where one value ends and the next begins": _row("fullname = '1001bob', email = '@example.com'"),
    "an option": _row("attach = 'no'"),
    "a column of the site's own": _row("stamp = '2026-11-28 12:00'"),
    "a row more": _sql("insert into voicemail (context, mailbox, password) values ('GVMA_DN', '9', '9')"),
    "a row less": _sql("delete from voicemail where mailbox = '1001'"),
    "the mailbox of an AOR": _sql("update ps_aors set mailboxes = '1001@GVMA_DN' where id = 'gvm-1000'"),
    "another column of an AOR": _sql("update ps_aors set max_contacts = 1 where id = 'gvm-1000'"),
    "an AOR more": _sql("insert into ps_aors (id) values ('gvm-9')"),
    "an AOR less": _sql("delete from ps_aors where id = 'gvm-1000'"),
    "another column": _sql(
        "alter table voicemail add column minsecs integer; grant update (minsecs) on voicemail to gvma"
    ),
    "the length of a column": _sql("alter table voicemail alter column fullname type varchar(90)"),
    "the labels of a type": _sql("alter type yes_no_values add value 'maybe'"),
    "the length of a column of ps_aors": _sql("alter table ps_aors alter column mailboxes type varchar(90)"),
    "the version of PostgreSQL": lambda site, database, patch: patch.setattr(
        psycopg.ConnectionInfo, "server_version", 90600
    ),
    "the record of first PINs": _record(records.PINS),
    "the record of owners": _record(records.OWNERS),
    "the record of the last run": _record(records.LAST),
    "the record of the marks": _sql(f"delete from gvma_records where name = '{records.MARKS}'"),
    "the note of the nodes' files": _note,
}


@pytest.mark.parametrize("what", CHANGES)
def test_another_input_means_a_full_run(
    what: str, quiet: Site, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    CHANGES[what](quiet, database, monkeypatch)
    assert is_full(synced(quiet))


@pytest.mark.parametrize("words", [["--force"], ["--resume"], ["--allow-remove"], ["--reset-pin", "1001@GVMA_DN"]])
def test_who_asks_for_more_gets_a_full_run(words: list[str], quiet: Site) -> None:
    assert is_full(synced(quiet, *words))


def test_a_run_that_mends_an_interrupted_one_is_a_full_one(quiet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gvma.sync.run.mend", lambda _: Recovery("mended", applied=False, reloads=(), backup_set=""))
    assert is_full(synced(quiet))


def test_rows_of_the_sites_own_are_no_input_and_gvmas_account_does_not_see_them(
    quiet: Site, database: Database
) -> None:
    database.sql(
        "update voicemail set fullname = 'Janitor' where context = 'site';"
        "insert into ps_aors (id, mailboxes) values ('phone-2', '1000@GVMA_DN')"
    )
    assert not is_full(synced(quiet))


def test_what_the_nodes_have_is_no_input_and_no_node_is_asked_where_nothing_has_changed(
    quiet: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(self: RealtimeSink, change: object) -> None:
        raise AssertionError

    monkeypatch.setattr(RealtimeSink, "ask_nodes", asked)
    quiet.settings["realtime_nodes"] = "127.0.0.1:1"
    assert [is_full(synced(quiet)) for _ in range(2)] == [True, False]


def test_a_pin_that_is_changed_by_phone_is_kept_by_a_full_run_and_by_those_after_it(
    quiet: Site, database: Database
) -> None:
    phone_changes_pin(database, "1000@GVMA_DN", "8642")
    assert [is_full(synced(quiet)) for _ in range(2)] == [True, False]
    assert boxes(database)["1000@GVMA_DN"][0] == "8642"


def test_a_change_by_another_host_means_one_full_run_on_this_one(quiet: Site, tmp_path: Path) -> None:
    other = other_host(quiet, tmp_path)
    assert [is_full(synced(other)) for _ in range(2)] == [True, False]
    assert not is_full(synced(quiet))
    quiet.layer.dns["1000"]["gvm_name"] = "Anna"
    quiet.lay_out()  # both ask the same Configuration Server
    assert [is_full(synced(other)) for _ in range(3)] == [True, True, False]
    assert [is_full(synced(quiet)) for _ in range(2)] == [True, False]
    assert not is_full(synced(other))


def test_hosts_with_different_warnings_have_full_runs(quiet: Site, tmp_path: Path) -> None:
    other = other_host(quiet, tmp_path)
    other.settings["no_such_key"] = "1"
    for _ in range(3):
        assert [is_full(synced(one)) for one in (other, quiet)] == [True, True]


def test_a_pause_by_another_host_stops_this_one(quiet: Site, tmp_path: Path) -> None:
    other = other_host(quiet, tmp_path)
    synced(other)
    assert other.gvma("backup", "restore", "latest", "--no-reload").status == 17  # it has no set of its own
    assert quiet.gvma("backup", "restore", "latest", "--no-reload").status == 0
    assert other.gvma("sync").status == 13


def test_a_reload_that_is_pending_on_this_host_means_a_full_run(quiet: Site) -> None:
    pending_reload.add(quiet.backup_path, ["app_voicemail.so"])
    assert is_full(synced(quiet))


def test_a_run_that_ends_at_once_says_and_leaves_what_a_full_one_does(quiet: Site, database: Database) -> None:
    quiet.settings["no_such_key"] = "1"
    fulls = [quiet.answer("sync") for _ in range(2)]
    before, kept = state(quiet), _whole(database)
    short = quiet.answer("sync")
    assert not is_full(synced(quiet))
    assert [one["table"] for one in short["tables"]] == ["voicemail", "ps_aors"]
    for one in (*fulls, short):
        del one["run_id"]
    assert short == fulls[1]
    assert (state(quiet), _whole(database)) == (before, kept)
    done = quiet.gvma("sync")
    assert (done.stdout, done.stderr) == ("", "")


def test_records_that_the_database_has_lost_are_brought_back_also_by_a_run_that_ends_at_once(
    quiet: Site, database: Database
) -> None:
    before = _whole(database)
    database.sql("delete from gvma_records where name <> 'last-run'")
    assert not is_full(synced(quiet))
    assert _whole(database) == before


def test_an_owner_whose_values_are_refused_keeps_no_run_from_ending_at_once(quiet: Site) -> None:
    """His rows are read for the plan, which leaves them as they are."""
    quiet.layer.dns["1001"]["gvm_email"] = TOO_LONG
    assert [is_full(synced(quiet)) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("read", ["compared", "read"])
def test_a_row_that_is_written_while_it_is_looked_at_is_put_right_by_the_next_run(
    read: str, quiet: Site, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is of the rows as the plan has seen them: between the plan's look and the digest somebody writes."""
    if read == "read":
        quiet.layer.dns["1001"]["gvm_email"] = TOO_LONG
        synced(quiet)
    quiet.layer.dns["1000"]["contact"] = "elsewhere"  # another answer, the same plan
    look = rows.look_at_rows

    def late(connection: Any, table: str) -> None:
        database.sql("update voicemail set fullname = 'By hand' where mailbox = '1000'")
        look(connection, table)

    with monkeypatch.context() as patch:
        patch.setattr(reading, "look_at_rows", late)
        assert is_full(synced(quiet))
    assert boxes(database)["1000@GVMA_DN"][1] == "By hand"
    assert is_full(synced(quiet))
    assert boxes(database)["1000@GVMA_DN"][1] == "Ann"


def test_rows_that_cannot_be_looked_at_mean_a_full_run(quiet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(connection: Any, table: str) -> None:
        connection.execute("select 1 / 0")

    monkeypatch.setattr(rows, "look_at_rows", failing)
    assert is_full(synced(quiet))


def _whole(database: Database) -> list[str]:
    """Every row of every table that gvma writes, with its place and the transaction that wrote it."""
    return database.sql(
        "select xmin, ctid, v.* from voicemail v order by v::text;"
        "select xmin, ctid, a.* from ps_aors a order by a::text;"
        "select name, md5(content) from gvma_records order by 1"
    )
