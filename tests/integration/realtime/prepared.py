"""A database as its owner prepares it for gvma, and the settings of a gvma that writes there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gvma.settings import Secret
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.owner_sql import owner_sql
from tests.harness.postgresql_fixtures import PASSWORDS, Database

ASTERISK = "grant select on voicemail, ps_aors to asterisk; grant update (password) on voicemail to asterisk;"
FOREIGN = (
    "insert into voicemail (context, mailbox, password, fullname, email) values ('site', '7', '0815', 'Porter', null);"
    "insert into ps_aors (id, mailboxes, max_contacts) values ('phone-1', '7@site', 3);"
)


def prepare(database: Database) -> None:
    """Tables, rights, and rows of the site's own."""
    database.sql(owner_sql("gvma", create=True) + ASTERISK + FOREIGN)


def settings_for(database: Database, folder: Path) -> GvmaSettings:
    return replace(
        GvmaSettings(),
        sink="realtime",
        realtime_dsn=database.dsn(),
        realtime_password=Secret(PASSWORDS["gvma"]),
        realtime_timeout=5.0,
        backup_path=folder / "kept",
        asterisk_cfg_path=folder / "etc",
        siptserver_host="127.0.0.1",
    )


def foreign_rows(database: Database) -> list[str]:
    """Every byte of the rows that are not gvma's."""
    return database.sql(
        "select v::text from voicemail v where context not like 'GVMA%' order by 1;"
        "select a::text from ps_aors a where id not like 'gvm-%' order by 1;"
    )
