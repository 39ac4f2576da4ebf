"""What every Asterisk host of a Realtime site includes once: nothing in it is a mailbox's. Pure.

It changes with the settings, and with ``routing = yes`` with the DNs. No secret stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gvma.asterisk.dialplan import render_dialplan
from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.managed_block.header import header
from gvma.plan.wanted import Wanted
from gvma.settings.dsn import dsn_words
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.rows.names import AORS, VOICEMAIL

EXTCONFIG = "gvma-extconfig.conf"
SORCERY = "gvma-sorcery.conf"
PJSIP_OBJECTS = "gvma-pjsip.conf"
DIALPLAN = "gvma-extensions.conf"
POLLING = "gvma-voicemail.conf"

AOR_MAPPING = f"realtime,{AORS},allow_unqualified_fetch=no"
"""Without the option a start of Asterisk reads every AOR, to see which of them it has to qualify."""
_POLL_SECONDS = 30


def node_files(wanted: Wanted, settings: GvmaSettings, generated_at: str) -> dict[str, bytes]:
    """The files by name, as they are included by extconfig.conf, sorcery.conf and so on.

    wanted: endpoints, hints and extensions count, not its mailboxes. generated_at: for the header line with the date.
    """
    first = header(generated_at)
    driver, name = settings.realtime_driver, settings.realtime_connection
    extconfig = "".join(f"{table} => {driver},{name}\n" for table in (VOICEMAIL, AORS))
    sorcery = f"aor=config,{settings.asterisk_cfg_file_pjsip},criteria=type=aor\naor={AOR_MAPPING}\n"
    return {
        EXTCONFIG: first + extconfig.encode(),
        SORCERY: first + sorcery.encode(),
        PJSIP_OBJECTS: PJSIP.render((), wanted.endpoints, settings, generated_at),
        DIALPLAN: render_dialplan(settings, generated_at, wanted.hints, wanted.extensions),
        POLLING: first + f"pollmailboxes=yes\npollfreq={_POLL_SECONDS}\n".encode(),
    }


def connection_samples(settings: GvmaSettings) -> dict[str, bytes]:
    """How a node reaches the database, for a person to complete with Asterisk's own account, which is not gvma's."""
    words = dsn_words(settings.realtime_dsn)
    host, port = _host_and_port(words)
    name, database = settings.realtime_connection, words.get("dbname", "")
    if settings.realtime_driver == "pgsql":
        return {"res_pgsql.conf.sample": _PGSQL.format(host=host, port=port, database=database).encode()}
    sslmode = words.get("sslmode", "prefer")
    texts = {
        "res_odbc.conf.sample": _RES_ODBC.format(name=name),
        "odbc.ini.sample": _ODBC_INI.format(name=name, host=host, port=port, database=database, sslmode=sslmode),
        "odbcinst.ini.sample": _ODBCINST_INI,
    }
    return {file: text.encode() for file, text in texts.items()}


def _host_and_port(words: Mapping[str, str]) -> tuple[str, str]:
    """Several hosts stay several, with a comma between; a URI has each one's port beside it."""
    hosts, ports = [], []
    for host in words.get("host", "127.0.0.1").split(","):
        name, colon, port = host.rpartition(":")
        beside = bool(colon) and not port.endswith("]") and (":" not in name or name.endswith("]"))
        hosts.append((name if beside else host).strip("[]"))
        ports.append(port if beside else "")
    given = words.get("port", "")
    return ",".join(hosts), given or next((port for port in ports if port), "5432")


_PGSQL = """\
; res_pgsql.conf of a node. Asterisk's own account: `select` on both tables, `update (password)` on voicemail.
[general]
hostname={host}
port={port}
dbname={database}
user=<Asterisk's own account>
password=<its password>
requirements=warn
"""
_RES_ODBC = """\
; res_odbc.conf of a node. Asterisk's own account: `select` on both tables, `update (password)` on voicemail.
[{name}]
enabled => yes
dsn => {name}
username => <Asterisk's own account>
password => <its password>
pre-connect => yes
max_connections => 5
connect_timeout => 2
negative_connection_cache => 1
"""
_ODBC_INI = """\
; /etc/odbc.ini of a node
[{name}]
Driver=PostgreSQL Unicode
Servername={host}
Port={port}
Database={database}
SSLmode={sslmode}
"""
_ODBCINST_INI = """\
; /etc/odbcinst.ini of a node; the package odbc-postgresql writes this section by itself
[PostgreSQL Unicode]
Driver=psqlodbcw.so
"""
