"""Whatever fails, and whenever: rows and records are all old or all new, and the next sync goes on."""

from __future__ import annotations

import os
import signal
import threading
from copy import deepcopy
from pathlib import Path

import psycopg
import pytest

from gvma.sinks.realtime.database import connection
from gvma.sinks.realtime.database.patience import PatientConnection
from tests.fakes.postgresql_pool import PostgreSQLPool
from tests.fakes.relays.postgresql_relay import PostgreSQLRelay
from tests.harness.command import Done, in_this_process
from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import aors, boxes, phone_changes_pin, settings_for, site_on

LAYERS = (
    Layer(dns={str(number): {"gvm_name": f"Ann {number}"} for number in range(1000, 1040)}),
    Layer(
        dns={str(number): {"gvm_name": f"Bob {number}", "gvm_password": "24680"} for number in range(1010, 1050)},
        agents={"A1": {"gvm_mailbox": "2000", "gvm_options": "attach=no|tz=eu"}},
    ),
)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return site_on(database, tmp_path, LAYERS[0])


def state(database: Database) -> object:
    """Rows and records: what has to be all old or all new."""
    records = database.sql(
        "select name, md5(content) from gvma_records where name in ('first-pins', 'owners') order by 1"
    )
    return boxes(database), aors(database), records


def test_two_syncs_at_once_from_two_hosts_leave_the_second_with_11(
    site: Site, database: Database, tmp_path: Path
) -> None:
    other = Site(tmp_path / "other", site.layer, run=in_this_process)
    other.settings |= {key: site.settings[key] for key in site.settings if key.startswith(("realtime", "sink"))}
    relay = PostgreSQLRelay(database.server.port)
    seen: list[Done] = []
    with relay.serve():
        site.settings["realtime_dsn"] = database.dsn().replace(f"port={database.server.port}", f"port={relay.port}")
        site.sync()
        site.put(LAYERS[1])
        relay.sent, relay.at = 0, 70  # the first host has the lock, and has not written yet
        relay.then = lambda: seen.append(other.try_sync())
        site.sync("--allow-remove")
    assert [done.status for done in seen] == [11]
    assert "another run of gvma holds the lock in the database (from 127.0.0.1" in seen[0].stderr
    assert set(boxes(database)) == {f"{number}@GVMA_DN" for number in range(1010, 1050)} | {"2000@GVMA_AGENT"}


def test_a_run_that_follows_at_once_gets_the_lock_also_where_the_database_sees_the_end_of_the_last_one_late(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    still_open: list[PatientConnection] = []

    def close(connection: PatientConnection) -> None:
        still_open.append(connection)

    with monkeypatch.context() as patched:
        patched.setattr(PatientConnection, "close", close)
        site.sync()
    try:
        assert len(still_open) == 1
        assert site.try_sync().status == 0
    finally:
        for one in still_open:
            one.close()


def test_a_lock_of_another_account_in_this_database_is_named_and_none_of_another_database(
    site: Site, database: Database
) -> None:
    site.sync()
    lock = f"select pg_advisory_lock(({connection._LOCK_CLASS}::bigint << 32)"
    with (
        psycopg.connect(database.server.dsn("postgres"), autocommit=True) as elsewhere,
        psycopg.connect(database.dsn("postgres"), autocommit=True) as here,
    ):
        elsewhere.execute(f"{lock})".encode())
        assert site.try_sync().status == 0
        here.execute(f"{lock} | 'voicemail'::regclass::oid::bigint)".encode())
        done = site.try_sync()
        assert done.status == 11
        assert f"(server process {here.info.backend_pid} of the account postgres)" in done.stderr


def test_a_row_lock_that_is_not_had_in_time_is_18_and_nothing_is_written(site: Site, database: Database) -> None:
    site.sync()
    site.settings["realtime_timeout"] = 1
    site.layer.dns["1000"]["gvm_name"] = "Anna"
    before = state(database)
    with psycopg.connect(database.dsn("postgres")) as somebody:
        somebody.execute("select 1 from voicemail where mailbox = '1000' for update")
        done = site.try_sync()
    assert (done.status, state(database)) == (18, before)
    assert "realtime_timeout" in done.stderr
    site.sync()


@pytest.mark.parametrize(
    "setting", ["row_security = off", "standard_conforming_strings = off", "quote_all_identifiers = on"]
)
def test_settings_of_the_sites_for_every_account_keep_no_sync_and_no_check_from_its_work(
    site: Site, database: Database, setting: str
) -> None:
    database.sql(f"alter database {database.name} set {setting}")
    site.sync()
    site.put(LAYERS[1])
    site.sync("--allow-remove")
    assert "1049@GVMA_DN" in boxes(database)
    assert [one for one in site.check() if one["code"].startswith("database-")] == []


@pytest.mark.parametrize(
    ("limit", "milliseconds"),
    [
        ("idle_session_timeout", "0"),  # Configuration Server may take its time
        ("transaction_timeout", "0"),
        ("idle_in_transaction_session_timeout", "600000"),
        ("statement_timeout", "600000"),
        ("lock_timeout", "30000"),
    ],
)
def test_time_limits_are_gvmas_own(database: Database, tmp_path: Path, limit: str, milliseconds: str) -> None:
    database.sql(f"alter database {database.name} set {limit} = '1min'")
    settings = settings_for(database, tmp_path)._replace(realtime_timeout=30.0)
    with connection.opened(settings) as opened:
        asked = opened.execute("select setting from pg_settings where name = %s", (limit,))
        assert asked.fetchone() == (milliseconds,)


@pytest.mark.parametrize(("by_transaction", "status"), [(True, 18), (False, 0)])
def test_a_pool_that_lends_sessions_by_transaction_is_refused_before_a_lock_stays_behind_in_one(
    site: Site, database: Database, by_transaction: bool, status: int
) -> None:
    pool = PostgreSQLPool(database.server.port, by_transaction)
    with pool.serve():
        site.settings["realtime_dsn"] = pool.dsn(database.name)
        done = site.try_sync()
    assert done.status == status
    assert ("a pool in session mode" in done.stderr) == by_transaction
    assert bool(boxes(database)) != by_transaction
    assert database.sql("select count(*) from pg_locks where locktype = 'advisory'") == ["0"]


def test_a_database_that_turns_read_only_is_18(site: Site, database: Database) -> None:
    site.sync()
    database.sql(f"alter database {database.name} set default_transaction_read_only = on")
    done = site.try_sync()
    assert done.status == 18
    assert "takes no writes" in done.stderr


def test_a_database_that_is_stopped_is_18_and_works_again_afterwards(site: Site, database: Database) -> None:
    site.sync()
    database.server.stop()
    assert site.try_sync().status == 18
    assert site.try_sync("--dry-run").status == 18
    database.server.start()
    assert site.try_sync().status == 0


def test_a_server_that_is_frozen_is_left_in_time_with_18(
    site: Site, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.sync()
    site.settings["realtime_timeout"] = 1
    monkeypatch.setattr(connection, "STATEMENT_TIMES", 1)
    relay = PostgreSQLRelay(database.server.port)
    frozen: list[int] = []

    def freeze() -> None:
        (pid,) = database.sql("select pid from pg_stat_activity where usename = 'gvma'")
        os.kill(int(pid), signal.SIGSTOP)
        frozen.append(int(pid))

    with relay.serve():
        site.settings["realtime_dsn"] = database.dsn().replace(f"port={database.server.port}", f"port={relay.port}")
        relay.at, relay.then = 30, freeze
        try:
            done = site.try_sync()
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
    assert (done.status, len(frozen)) == (18, 1)
    assert "no answer within" in done.stderr
    site.settings["realtime_dsn"] = database.dsn()
    site.sync("--wait", "60")  # what was frozen has the lock until it has seen that nobody is there any more


def test_a_table_without_its_guarantee_is_14_and_nothing_is_written(site: Site, database: Database) -> None:
    site.sync()
    before = state(database)
    database.sql("grant update on voicemail to gvma")
    site.put(LAYERS[1])
    done = site.try_sync("--allow-remove")
    assert (done.status, state(database)) == (14, before)
    assert "gvma realtime sql" in done.stderr


def test_pins_that_owners_change_by_phone_are_never_lost_in_fifty_rounds_of_syncs(
    site: Site, database: Database
) -> None:
    site.sync()
    layers = [deepcopy(LAYERS[0]), deepcopy(LAYERS[0])]
    for options in layers[1].dns.values():
        options["gvm_name"] = "Renamed"
    keys = [f"{number}@GVMA_DN" for number in range(1000, 1040)]
    pins: dict[str, str] = {}
    stop = threading.Event()

    def owners() -> None:
        """Each changes the PIN as Asterisk does, one after the other, some 50 a second."""
        with psycopg.connect(database.dsn("asterisk"), password=PASSWORDS["asterisk"], autocommit=True) as asterisk:
            number = 10_000
            while not stop.is_set():
                key = keys[number % len(keys)]
                box, _, context = key.partition("@")
                asked = "update voicemail set password = %s where context = %s and mailbox = %s"
                assert asterisk.execute(asked, (str(number), context, box)).rowcount == 1
                pins[key] = str(number)
                number += 1
                stop.wait(0.02)

    phones = threading.Thread(target=owners)
    phones.start()
    statuses = []
    try:
        for number in range(50):
            site.put(layers[(number + 1) % 2])
            statuses.append(site.try_sync().status)
    finally:
        stop.set()
        phones.join()
    assert {key: row[0] for key, row in boxes(database).items()} == {**dict.fromkeys(keys, ""), **pins}
    assert statuses == [0] * 50
    phone_changes_pin(database, keys[0], "777777")
    site.sync()
    assert boxes(database)[keys[0]][0] == "777777"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("53100", 18),  # disk full
        ("25006", 18),  # read-only from one moment to the next
        ("57014", 18),  # a time limit of the database's
        ("42501", 14),  # a right is gone
        ("40P01", 14),  # a deadlock each time: planned again ten times
    ],
)
def test_a_write_that_the_database_refuses_leaves_everything_old(
    site: Site, database: Database, code: str, status: int
) -> None:
    site.sync()
    before = state(database)
    refuse = f"begin raise exception 'refused' using errcode = '{code}'; end"
    database.sql(f"create function refuse() returns trigger language plpgsql as $$ {refuse} $$")
    database.sql("create trigger refuse before insert on ps_aors for each row execute function refuse()")
    site.put(LAYERS[1])
    done = site.try_sync("--allow-remove")
    assert (done.status, state(database)) == (status, before), str(done)
    database.sql("drop trigger refuse on ps_aors")
    site.sync("--allow-remove")
    assert state(database) != before
