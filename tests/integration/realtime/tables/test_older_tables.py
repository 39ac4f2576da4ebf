"""Tables that a site has made or altered by itself: gvma works with them, or its owner hears what to alter."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from gvma.sinks.realtime.database.columns import discovered
from gvma.sinks.realtime.database.connection import opened
from gvma.sinks.realtime.database.guarantees import found_faults
from gvma.sinks.realtime.owner_sql import owner_sql
from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import Database
from tests.integration.realtime.prepared import prepare, settings_for, site_with

TEXTS = ", ".join(f"{name} varchar(80)" for name in ("fullname", "email", "pager"))
VOICEMAIL = f"context varchar(80) not null, mailbox varchar(80) not null, password varchar(80) not null, {TEXTS}"
AORS = "create table ps_aors (id varchar(40) not null unique, mailboxes varchar(80));"
LAYERS = (
    Layer(
        dns={
            "1000": {"gvm_name": "Ann", "gvm_password": "4711", "gvm_options": "attach=no"},
            "1001": {"gvm_name": "Bea", "gvm_email": "bea@example.com"},
        }
    ),
    Layer(dns={"1000": {"gvm_name": "Anna", "gvm_password": "9999"}, "1002": {"gvm_name": "Cem"}}),
)
FIRST = ["1000 4711 Ann", "1001 1001 Bea"]
SECOND = ["1000 9999 Anna", "1002 1002 Cem"]


def run_by_owner(database: Database, text: str) -> None:
    with psycopg.connect(database.dsn("postgres"), autocommit=True) as owner:
        owner.execute(text.encode())


def faults(database: Database, folder: Path) -> list[str]:
    with opened(settings_for(database, folder)) as connection:
        return list(found_faults(connection, discovered(connection)))


def kept(database: Database) -> list[str]:
    return database.sql(
        "select concat_ws(' ', trim(mailbox), trim(password), trim(fullname)) from voicemail order by 1"
    )


@pytest.mark.parametrize(
    "tables",
    [
        f"create sequence boxes; create table voicemail (uniqueid int default nextval('boxes'), {VOICEMAIL}); {AORS}",
        f"create table voicemail (uniqueid int generated always as identity, {VOICEMAIL}); {AORS}",
        f"create table voicemail (id bigserial primary key, {VOICEMAIL}, attach varchar(3) default 'yes');"
        "create table ps_aors (line serial, id varchar(40) not null, mailboxes varchar(80));",
        f"create table voicemail ({VOICEMAIL}, attach boolean,"
        f"sort text generated always as (mailbox || email) stored); {AORS}",
        f"create table voicemail ({VOICEMAIL}) partition by list (context);"
        f"create table others partition of voicemail default; {AORS}",
        f"create domain word as varchar(80); create table voicemail ({VOICEMAIL}); {AORS}".replace(
            "varchar(80)", "word"
        ).replace("as word", "as varchar(80)"),
        f"create table voicemail ({VOICEMAIL}); {AORS}".replace("varchar", "char"),
    ],
    ids=["sequence", "identity", "default", "expression", "partitions", "domain", "char"],
)
def test_rows_of_the_sites_own_tables_are_added_changed_removed_and_restored(
    database: Database, tmp_path: Path, tables: str
) -> None:
    database.sql(tables)
    for _ in range(2):
        run_by_owner(database, owner_sql("gvma"))
    assert faults(database, tmp_path) == []
    site = site_with(database, tmp_path, LAYERS[0])
    site.sync()
    assert kept(database) == FIRST
    assert site.sync().stdout == ""
    site.put(LAYERS[1])
    site.sync("--allow-remove")
    assert kept(database) == SECOND
    assert site.sync().stdout == ""
    assert site.gvma("backup", "restore", "latest", "--pins").status == 0
    assert kept(database) == FIRST
    assert site.gvma("remove").status == 0
    assert kept(database) == []


@pytest.mark.parametrize(
    ("altered", "said"),
    [
        ("alter column attach set not null", "voicemail (attach) may not be NULL, as an option that a mailbox lacks"),
        ("add customer text not null", "voicemail (customer) may not be NULL and has no default"),
        ("alter column uniqueid drop default", "voicemail (uniqueid) may not be NULL and has no default"),
    ],
)
def test_a_column_that_gvma_leaves_empty_and_that_refuses_it_is_named(
    database: Database, tmp_path: Path, altered: str, said: str
) -> None:
    prepare(database)
    database.sql("delete from voicemail; alter table voicemail " + altered)
    assert [one.partition(":")[0] for one in faults(database, tmp_path)] == [said]


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("new.fullname := lower(new.fullname); return new;", "a trigger or rule of the site's writes other values"),
        ("raise exception 'closed today';", "a trigger of the site's refuses gvma's rows in voicemail: closed today"),
    ],
)
def test_a_trigger_that_alters_or_refuses_rows_is_found_before_a_sync_writes(
    database: Database, tmp_path: Path, does: str, said: str
) -> None:
    prepare(database)
    database.sql(
        f"create function guard() returns trigger language plpgsql as $$ begin {does} end $$;"
        "create trigger guard before insert or update on voicemail for each row execute function guard()"
    )
    (fault,) = faults(database, tmp_path)
    assert fault.startswith(said)


@pytest.mark.parametrize(
    ("before", "said", "hint"),
    [
        ("", "no table voicemail, ps_aors in the search_path", "--create"),
        (f"create table boxes ({VOICEMAIL}); create view voicemail as select * from boxes; {AORS}", "not a table", ""),
        (f"create table voicemail ({VOICEMAIL}); {AORS}".replace("mailbox varchar(80)", "mailbox int"),
         r"missing, or are no text: voicemail \(mailbox\)", "varchar"),
        (f"create table voicemail ({VOICEMAIL}); create table ps_aors (id text)",
         r"missing, or are no text: ps_aors \(mailboxes\)", "Add them"),
        (f"create schema other; create table other.voicemail ({VOICEMAIL}); {AORS}",
         "voicemail and ps_aors stand in different schemas: other, public", "search_path"),
    ],
)  # fmt: skip
def test_the_owners_sql_says_what_hinders_it_and_changes_nothing(
    database: Database, before: str, said: str, hint: str
) -> None:
    database.sql(before)
    with pytest.raises(psycopg.errors.RaiseException, match=said) as caught:
        run_by_owner(database, "set search_path = public, other;" + owner_sql("gvma"))
    assert "Nothing was changed" in (caught.value.diag.message_hint or "")
    assert hint in (caught.value.diag.message_hint or "")
    assert database.sql("select to_regclass('gvma_records')") == [""]


def test_everything_of_gvmas_stands_in_the_schema_of_the_tables(database: Database, tmp_path: Path) -> None:
    """PostgreSQL's own search_path begins with a schema of the account's name."""
    database.sql(f"create schema postgres; create table public.voicemail ({VOICEMAIL}); {AORS}")
    database.sql("alter table if exists postgres.ps_aors set schema public")
    run_by_owner(database, owner_sql("gvma", create=True))
    assert database.sql("select count(*) from pg_class where relnamespace = 'postgres'::regnamespace") == ["0"]
    assert faults(database, tmp_path) == []


def test_a_schema_that_gvmas_account_does_not_look_into_is_named(database: Database, tmp_path: Path) -> None:
    prepare(database)
    database.sql(f"alter database {database.name} set search_path = elsewhere")
    (fault,) = faults(database, tmp_path)
    assert fault.startswith("there is no voicemail, no ps_aors")
    assert fault.endswith("where gvma's account looks for them (schema none)")


def test_a_database_of_another_encoding_is_refused_by_the_owners_sql(database: Database) -> None:
    name = f"{database.name}_latin"
    database.sql(f"create database {name} template template0 encoding 'LATIN1' locale 'C'")
    try:
        with (
            psycopg.connect(database.server.dsn(name), autocommit=True) as owner,
            pytest.raises(psycopg.errors.RaiseException, match="encoded in LATIN1, and names need UTF8"),
        ):
            owner.execute(owner_sql("gvma", create=True).encode())
    finally:
        database.sql(f"drop database {name}")
