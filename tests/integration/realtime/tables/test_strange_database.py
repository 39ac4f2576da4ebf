"""The owner's SQL on a database where the site has policies, or rows that stand twice, of its own."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from gvma.demo.debian import NotObtainableError
from gvma.sinks.realtime.database.columns import discovered
from gvma.sinks.realtime.database.connection import opened
from gvma.sinks.realtime.database.guarantees import found_faults
from gvma.sinks.realtime.owner_sql import owner_sql
from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import Database
from tests.integration.realtime.prepared import boxes, foreign_rows, prepare, settings_for, site_with

TABLES = ("voicemail", "ps_aors")
SITES_OWN = "".join(
    f"alter table {table} enable row level security;create policy of_asterisk on {table} to asterisk using (true);"
    for table in TABLES
)
WITHOUT_GVMA = """
drop policy gvma_everybody on voicemail; drop policy gvma_own_rows on voicemail;
drop policy gvma_everybody on ps_aors; drop policy gvma_own_rows on ps_aors;
alter table voicemail disable row level security; alter table ps_aors disable row level security;
"""
TWICE = "insert into voicemail (context, mailbox, password) values ('{context}', '7', '1'), ('{context}', '7', '2');"
LAYER = Layer(dns={"1000": {"gvm_name": "Ann", "gvm_password": "4711"}})


def run_by_owner(database: Database, text: str) -> list[str]:
    """Run a script; what the database says to it."""
    said: list[str] = []
    with psycopg.connect(database.dsn("postgres"), autocommit=True) as owner:
        owner.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
        owner.execute(text.encode())
    return [text for text in said if "does not exist, skipping" not in text and "already exists" not in text]


def policies(database: Database, table: str) -> list[str]:
    return database.sql(f"select polname from pg_policy where polrelid = '{table}'::regclass order by 1")


def faults(database: Database, folder: Path) -> list[str]:
    with opened(settings_for(database, folder)) as connection:
        return list(found_faults(connection, discovered(connection)))


def with_row_level_security(database: Database) -> None:
    """Asterisk's tables, rights and rows, and policies of the site's, by which nobody but Asterisk sees a row."""
    prepare(database)
    database.sql(WITHOUT_GVMA + SITES_OWN + "create role guest; grant select on voicemail, ps_aors to guest;")


@pytest.fixture(autouse=True)
def _no_guest(database: Database) -> object:  # roles are the server's, not the database's
    yield
    database.sql(
        "do $$ begin if to_regrole('guest') is not null then drop owned by guest; drop role guest; end if; end $$"
    )


def test_a_site_with_policies_of_its_own_keeps_them_and_nobody_sees_more(database: Database, tmp_path: Path) -> None:
    with_row_level_security(database)
    before = foreign_rows(database)
    for _ in range(2):  # the second run finds policies of gvma's
        said = run_by_owner(database, owner_sql("gvma"))
        assert [text.partition(" ")[0] for text in said] == ["voicemail", "ps_aors"]
        assert all("row level security of the site's own" in text for text in said)
        for table in TABLES:
            assert policies(database, table) == ["gvma_account", "gvma_own_rows", "of_asterisk"]
            assert database.sql(f"set role guest; select count(*) from {table}") == ["0"]
        assert faults(database, tmp_path) == []
    site = site_with(database, tmp_path, LAYER)
    with site.served():
        assert site.try_sync().status == 0
        site.layer.dns["1000"] = {"gvm_name": "Ann", "gvm_password": "9999"}
        assert site.try_sync().status == 0
    assert boxes(database)["1000@GVMA_DN"][:2] == ("9999", "Ann")
    assert foreign_rows(database) == before


def test_policies_that_bind_the_owner_too_do_not_keep_a_pin_from_being_set(database: Database, tmp_path: Path) -> None:
    with_row_level_security(database)
    database.sql(
        "create role tables_owner; alter table voicemail force row level security;"
        "alter table voicemail owner to tables_owner; alter table ps_aors owner to tables_owner;"
        "alter table gvma_records owner to tables_owner; alter function gvma_reset_pin owner to tables_owner;"
        "grant create on schema public to tables_owner; grant create on database " + database.name + " to tables_owner;"
    )
    try:
        run_by_owner(database, "set role tables_owner;" + owner_sql("gvma"))
        assert faults(database, tmp_path) == []
        database.sql("drop policy gvma_account on voicemail; create policy g on voicemail to gvma using (true)")
        assert any(one.startswith("gvma_reset_pin does not reach") for one in faults(database, tmp_path))
    finally:
        database.sql("reassign owned by tables_owner to postgres; drop owned by tables_owner; drop role tables_owner")


def test_row_level_security_that_gvma_switched_on_is_mended_by_a_second_run(database: Database, tmp_path: Path) -> None:
    prepare(database)
    database.sql("drop policy gvma_everybody on ps_aors")
    assert faults(database, tmp_path) == ["no policy lets everybody go on with ps_aors"]
    assert run_by_owner(database, owner_sql("gvma")) == []
    assert faults(database, tmp_path) == []
    assert policies(database, "ps_aors") == ["gvma_everybody", "gvma_own_rows"]


def test_restrictive_policies_that_are_not_in_force_are_not_put_in_force(database: Database) -> None:
    prepare(database)
    database.sql(WITHOUT_GVMA + "create policy none on ps_aors as restrictive using (false)")
    with pytest.raises(psycopg.errors.RaiseException, match="ps_aors has restrictive policies") as caught:
        run_by_owner(database, owner_sql("gvma"))
    assert "alter table ps_aors enable row level security" in (caught.value.diag.message_hint or "")
    assert database.sql("select relrowsecurity from pg_class where relname = 'voicemail'") == ["f"]


def test_rows_of_the_sites_that_stand_twice_stay_and_gvmas_cannot(database: Database, tmp_path: Path) -> None:
    prepare(database)
    database.sql("drop index gvma_voicemail_key;" + TWICE.format(context="site"))
    before = foreign_rows(database)
    said = run_by_owner(database, owner_sql("gvma"))
    assert len(said) == 1
    assert "7@site" in said[0]
    assert run_by_owner(database, owner_sql("gvma")) == []
    assert faults(database, tmp_path) == []
    site = site_with(database, tmp_path, LAYER)
    with site.served():
        assert site.try_sync().status == 0
    assert [*boxes(database)] == ["1000@GVMA_DN"]
    assert foreign_rows(database) == before
    with pytest.raises(NotObtainableError, match="gvma_voicemail_key"):
        database.sql(TWICE.format(context="GVMA_AGENT"))


def test_mailboxes_of_gvmas_contexts_that_stand_twice_are_named_and_nothing_is_changed(database: Database) -> None:
    prepare(database)
    database.sql("drop index gvma_voicemail_key; drop table gvma_records;" + TWICE.format(context="GVMA_DN"))
    with pytest.raises(psycopg.errors.RaiseException, match="7@GVMA_DN stands more than once") as caught:
        run_by_owner(database, owner_sql("gvma"))
    assert "Nothing was changed" in (caught.value.diag.message_hint or "")
    assert database.sql("select to_regclass('gvma_records')") == [""]


@pytest.mark.parametrize("where", ["context = 'GVMA_DN'", "context in ('GVMA_DN', 'GVMA_AGENT') and mailbox > ''"])
def test_an_index_that_leaves_out_some_of_gvmas_rows_is_found(database: Database, tmp_path: Path, where: str) -> None:
    prepare(database)
    database.sql(
        "drop index gvma_voicemail_key;"
        f"create unique index gvma_voicemail_key on voicemail (context, mailbox) where {where}"
    )
    assert faults(database, tmp_path) == ["voicemail has no unique index on context, mailbox"]
