"""What the owner's SQL gives and denies, and that gvma refuses a database that guarantees less."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from gvma.demo.debian import NotObtainableError
from gvma.errors import CredentialsError, DatabaseError, UnpreparedDatabaseError
from gvma.settings import Secret
from gvma.sinks.realtime.database.columns import discovered
from gvma.sinks.realtime.database.connection import opened
from gvma.sinks.realtime.database.guarantees import found_faults, require
from gvma.sinks.realtime.owner_sql import owner_sql
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database
from tests.integration.realtime.prepared import foreign_rows, prepare, settings_for

GVMAS = "insert into voicemail (context, mailbox, password) values ('GVMA_DN', '1000', '4711')"

OTHER_FUNCTION = """
create or replace function gvma_reset_pin(box_context text, box text, pin_now text, pin_new text) returns boolean
language sql volatile security definer set search_path = public, pg_temp as
$$ update voicemail set password = $4 where mailbox = $2 returning true $$
"""
OTHER_LANGUAGE = """
create or replace function gvma_reset_pin(box_context text, box text, pin_now text, pin_new text) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$ begin return true; end $$
"""
HIDES = "create policy hides on {table} as restrictive {what} using ({rows})"


def faults(database: Database, folder: Path) -> list[str]:
    with opened(settings_for(database, folder)) as connection:
        return list(found_faults(connection, discovered(connection)))


def test_a_prepared_database_has_no_fault_and_may_be_prepared_again(database: Database, tmp_path: Path) -> None:
    prepare(database)
    database.sql(owner_sql("gvma"))
    assert faults(database, tmp_path) == []


def test_gvma_sees_and_changes_its_own_rows_alone(database: Database) -> None:
    prepare(database)
    before = foreign_rows(database)
    with psycopg.connect(database.dsn(), password=PASSWORDS["gvma"], autocommit=True) as gvma:
        assert gvma.execute("select count(*) from voicemail").fetchone() == (0,)
        gvma.execute(GVMAS)
        gvma.execute("update voicemail set fullname = 'x'")
        gvma.execute("delete from ps_aors")
        gvma.execute("delete from voicemail")
    assert foreign_rows(database) == before


@pytest.mark.parametrize(
    "statement",
    [
        "update voicemail set password = '1'",
        "insert into voicemail (context, mailbox, password) values ('GVMA_DN', '1000', '1') "
        "on conflict (context, mailbox) do update set password = excluded.password",
        "insert into voicemail (context, mailbox, password) values ('site', '9', '1')",
        "insert into ps_aors (id) values ('phone-2')",
        "update ps_aors set contact = 'sip:x'",
        "alter table voicemail add column x int",
        "truncate voicemail",
    ],
)
def test_the_database_itself_denies_what_must_never_happen(database: Database, statement: str) -> None:
    prepare(database)
    database.sql(GVMAS)
    with (
        psycopg.connect(database.dsn(), password=PASSWORDS["gvma"], autocommit=True) as gvma,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        gvma.execute(statement.encode())


@pytest.mark.parametrize(
    ("context", "pin_now", "done"), [("GVMA_DN", "4711", True), ("GVMA_DN", "4712", False), ("site", "0815", False)]
)
def test_a_pin_is_set_again_in_gvmas_contexts_and_only_where_it_is_the_one_that_was_read(
    database: Database, context: str, pin_now: str, done: bool
) -> None:
    prepare(database)
    database.sql(GVMAS)
    mailbox = "1000" if context == "GVMA_DN" else "7"
    with psycopg.connect(database.dsn(), password=PASSWORDS["gvma"], autocommit=True) as gvma:
        asked = gvma.execute("select gvma_reset_pin(%s, %s, %s, '9999')", (context, mailbox, pin_now))
        assert asked.fetchone() == (done,)
    pins = database.sql(f"select password from voicemail where context = '{context}'")
    assert pins == (["9999"] if done else [{"GVMA_DN": "4711", "site": "0815"}[context]])


def test_asterisk_reads_every_row_and_changes_a_pin_as_before(database: Database) -> None:
    prepare(database)
    with psycopg.connect(database.dsn("asterisk"), password=PASSWORDS["asterisk"], autocommit=True) as asterisk:
        assert asterisk.execute("update voicemail set password = '1' where mailbox = '7'").rowcount == 1
        assert asterisk.execute("select count(*) from ps_aors").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asterisk.execute("select gvma_reset_pin('GVMA_DN', '1', '1', '1')")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("drop index gvma_voicemail_key", "voicemail has no unique index on context, mailbox"),
        ("drop table gvma_records", "there is no gvma_records"),
        ("drop function gvma_reset_pin", "there is no gvma_reset_pin"),
        ("revoke delete on voicemail from gvma", "the right to delete on voicemail is missing"),
        ("revoke update (email) on voicemail from gvma", "the right to update voicemail (email) is missing"),
        ("revoke execute on function gvma_reset_pin from gvma", "the right to execute gvma_reset_pin is missing"),
        ("grant execute on function gvma_reset_pin to public", "everybody may execute gvma_reset_pin"),
        ("alter function gvma_reset_pin reset search_path", "gvma_reset_pin does not run as its owner"),
        ("alter function gvma_reset_pin set search_path = 'elsewhere'", "gvma_reset_pin does not run as its owner"),
        ("alter function gvma_reset_pin set work_mem = '1MB'", "gvma_reset_pin does not run as its owner"),
        ("alter function gvma_reset_pin security invoker", "gvma_reset_pin does not run as its owner"),
        ("alter function gvma_reset_pin owner to gvma", "gvma_reset_pin does not run as its owner"),
        ("alter function gvma_reset_pin owner to asterisk", "gvma_reset_pin does not run as its owner"),
        (OTHER_FUNCTION, "gvma_reset_pin is not the function that gvma prints"),
        (OTHER_LANGUAGE, "gvma_reset_pin is not the function that gvma prints"),
        ("grant trigger on voicemail to gvma", "gvma's account may add triggers to voicemail"),
        ("grant references on ps_aors to public", "gvma's account may refer to ps_aors"),
        ("grant create on schema public to gvma", "gvma's account may create objects in the schema of voicemail"),
        ("grant update (context) on voicemail to gvma", "gvma's account may update voicemail (context)"),
        ("grant update (uniqueid) on voicemail to gvma", "gvma's account may update voicemail (uniqueid)"),
        ("grant update (id) on ps_aors to gvma", "gvma's account may update ps_aors (id)"),
        (
            "revoke usage on sequence voicemail_uniqueid_seq from gvma",
            "the right to use the sequence voicemail_uniqueid",
        ),
        (HIDES.format(table="voicemail", what="", rows="context <> 'GVMA_AGENT'"), "gvma's account may not keep"),
        (HIDES.format(table="ps_aors", what="for select", rows="id not like 'gvm-%'"), "a policy or trigger hides"),
        ("grant update on voicemail to gvma", "gvma's account may update voicemail (password)"),
        ("grant update (password) on voicemail to public", "gvma's account may update voicemail (password)"),
        ("grant update (contact) on ps_aors to gvma", "gvma's account may update ps_aors (contact)"),
        ("grant truncate on ps_aors to gvma", "gvma's account may truncate ps_aors"),
        ("alter table ps_aors disable row level security", "row level security is not in force on ps_aors"),
        ("drop policy gvma_own_rows on voicemail", "gvma's account sees rows of voicemail that are not gvma's"),
        ("drop policy gvma_own_rows on ps_aors", "gvma's account may add rows to ps_aors that are not gvma's"),
        ("drop policy gvma_everybody on ps_aors", "no policy lets everybody go on with ps_aors"),
        ("alter table voicemail owner to gvma", "gvma's account owns the tables"),
        ("alter table voicemail drop column fullname", "voicemail lacks fullname"),
    ],
)
def test_what_is_missing_or_too_wide_is_found(database: Database, tmp_path: Path, sql: str, said: str) -> None:
    prepare(database)
    database.sql(sql)
    assert any(one.startswith(said) for one in faults(database, tmp_path))
    with opened(settings_for(database, tmp_path)) as connection, pytest.raises(UnpreparedDatabaseError) as caught:
        require(connection, discovered(connection))
    assert caught.value.exit_status == 14


@pytest.mark.parametrize("attribute", ["superuser", "bypassrls", "createrole", "replication"])
def test_an_account_with_an_attribute_that_passes_by_every_right_is_found(
    database: Database, tmp_path: Path, attribute: str
) -> None:
    prepare(database)
    database.sql(f"alter role gvma {attribute}")
    try:
        assert any(one.startswith(f"gvma's account has {attribute}") for one in faults(database, tmp_path))
    finally:
        database.sql(f"alter role gvma no{attribute}")


def test_an_account_that_may_become_another_role_is_found(database: Database, tmp_path: Path) -> None:
    prepare(database)
    database.sql("create role site_admin; grant site_admin to gvma with inherit false")
    try:
        assert any(one.startswith("gvma's account is a member of site_admin") for one in faults(database, tmp_path))
    finally:
        database.sql("drop role site_admin")


def test_the_owners_sql_takes_rights_that_are_too_wide(database: Database, tmp_path: Path) -> None:
    prepare(database)
    database.sql(
        f"grant create on schema public to gvma; grant all on voicemail, ps_aors to gvma; {OTHER_FUNCTION};"
        "grant update (password, context) on voicemail to gvma; alter function gvma_reset_pin set work_mem = '1MB'"
    )
    database.sql(owner_sql("gvma"))
    assert faults(database, tmp_path) == []


def test_a_table_that_is_missing_is_14(database: Database, tmp_path: Path) -> None:
    with opened(settings_for(database, tmp_path)) as connection, pytest.raises(UnpreparedDatabaseError) as caught:
        require(connection, discovered(connection))
    assert "there is no voicemail, no ps_aors, no gvma_records" in caught.value.message


def test_a_database_that_takes_no_writes_is_18(database: Database, tmp_path: Path) -> None:
    prepare(database)
    database.sql(f"alter database {database.name} set default_transaction_read_only = on")
    with opened(settings_for(database, tmp_path)) as connection, pytest.raises(DatabaseError) as caught:
        require(connection, discovered(connection))
    assert caught.value.exit_status == 18


def test_a_wrong_password_is_12_and_is_not_repeated(database: Database, tmp_path: Path) -> None:
    settings = settings_for(database, tmp_path)._replace(realtime_password=Secret("hush-hush"))
    with pytest.raises(CredentialsError) as caught, opened(settings):
        pass
    assert "hush" not in f"{caught.value}{caught.value.hint}"


def test_a_database_that_is_away_is_18(database: Database, tmp_path: Path) -> None:
    database.server.stop()
    with pytest.raises(DatabaseError), opened(settings_for(database, tmp_path)):
        pass


def test_the_owners_sql_for_a_role_of_any_name_is_run_as_it_is(database: Database) -> None:
    name = 'my "gvma" role\'s'
    quoted = name.replace('"', '""')
    database.sql(f'do $$ begin create role "{quoted}"; exception when duplicate_object then null; end $$')
    database.sql(owner_sql(name, create=True))
    literal = name.replace("'", "''")
    assert database.sql(f"select has_table_privilege('{literal}', 'voicemail', 'insert')") == ["t"]
    with pytest.raises(NotObtainableError):
        database.sql(f'set role "{quoted}"; update voicemail set password = 1')
