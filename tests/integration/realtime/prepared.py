"""A database as its owner prepares it for gvma, and the settings of a gvma that writes there."""

from __future__ import annotations

from pathlib import Path

from gvma.settings import Secret
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.owner_sql import owner_sql
from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database
from tests.harness.site import Site

ASTERISK = "grant select on voicemail, ps_aors to asterisk; grant update (password) on voicemail to asterisk;"
FOREIGN = (
    "insert into voicemail (context, mailbox, password, fullname, email) values ('site', '7', '0815', 'Porter', null);"
    "insert into ps_aors (id, mailboxes, max_contacts) values ('phone-1', '7@site', 3);"
)


def prepare(database: Database) -> None:
    """Tables, rights, and rows of the site's own."""
    database.sql(owner_sql("gvma", create=True) + ASTERISK + FOREIGN)


def settings_for(database: Database, folder: Path) -> GvmaSettings:
    return GvmaSettings()._replace(
        sink="realtime",
        realtime_dsn=database.dsn(),
        realtime_password=Secret(PASSWORDS["gvma"]),
        realtime_timeout=60.0,
        backup_path=folder / "kept",
        asterisk_cfg_path=folder / "etc",
        siptserver_host="127.0.0.1",
    )


def site_on(database: Database, folder: Path, layer: Layer) -> Site:
    """A whole site whose sink is the database, which is prepared; commands run in this process."""
    prepare(database)
    return site_with(database, folder, layer)


def site_with(database: Database, folder: Path, layer: Layer) -> Site:
    """As ``site_on``, of a database as it is."""
    site = Site(folder / "site", layer, run=in_this_process)
    site.settings |= {
        "sink": "realtime",
        "realtime_dsn": database.dsn(),
        "realtime_password": PASSWORDS["gvma"],
        "realtime_timeout": 60,
    }
    return site


def boxes(database: Database) -> dict[str, tuple[str, ...]]:
    """gvma's mailboxes: ``box@context`` to PIN, name, e-mail and options that are set."""
    rows = database.sql(
        "select mailbox || '@' || context, password, fullname, email, concat_ws(' ', 'attach=' || attach, "
        "'saycid=' || saycid, 'deletevoicemail=' || deletevoicemail, 'tz=' || tz, 'maxmsg=' || maxmsg) "
        "from voicemail where context like 'GVMA%' order by 1"
    )
    return {key: tuple(rest) for key, *rest in (row.split("|") for row in rows)}


def aors(database: Database) -> dict[str, str]:
    """gvma's AORs with their mailboxes."""
    rows = database.sql("select id, mailboxes from ps_aors where id like 'gvm-%' order by 1")
    return dict(row.split("|") for row in rows)


def phone_changes_pin(database: Database, key: str, pin: str) -> None:
    """As Asterisk does it, by its own account."""
    box, _, context = key.partition("@")
    changed = database.server.sql(
        f"update voicemail set password = '{pin}' where context = '{context}' and mailbox = '{box}' returning 1",
        database.name,
        user="asterisk",
        password=PASSWORDS["asterisk"],
    )
    assert changed == ["1"]


def foreign_rows(database: Database) -> list[str]:
    """Every byte of the rows that are not gvma's."""
    return database.sql(
        "select v::text from voicemail v where context not like 'GVMA%' order by 1;"
        "select a::text from ps_aors a where id not like 'gvm-%' order by 1;"
    )
