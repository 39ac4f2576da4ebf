"""The images' files on real servers: Asterisk's, with the secrets that asterisk-start writes, and the database's.

Changed are ports and addresses alone, and where the folders of an image lie.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.demo.asterisk import OPERATOR, OPERATOR_SECRET
from gvma.demo.defaults import PJSIP_TRANSPORT
from gvma.demo.rootfs import Root
from gvma.demo.servers.node import Connection, realtime_node
from gvma.demo.servers.odbc import obtain_odbc_driver
from gvma.sip.subscriber import subscribe_once
from tests.harness.container import CONTAINER, asterisk_start
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.servers.many_hosts import ManyHosts
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database
from tests.harness.site import Site
from tests.integration.realtime.conftest import hosts

__all__ = ["hosts"]

ROOT = Path(__file__).resolve().parents[3]
SECRET = "with a ; in it"
LAYER = Layer(dns={"1000": {"gvm_name": "Ann", "gvm_password": "4711"}})
TRANSPORT = "[udp]\ntype = transport\nprotocol = udp\nbind = 0.0.0.0:5060\n"
# How the tests know that Asterisk is up.
ACCOUNT = f"\n[{OPERATOR}]\nsecret = {OPERATOR_SECRET}\nread = all\nwrite = all\n"


def files_of(image: str, written: Path, included: Path | None = None) -> dict[str, str]:
    """The configuration files of an image by name, with this host's folders."""
    changes = {
        "/run/asterisk/": f"{written}/",
        "/usr/share/gvma/": f"{ROOT}/",
        "/srv/gvma/": f"{included}/",
        "port = 5038": "port = {ami_port}",
        TRANSPORT: PJSIP_TRANSPORT,
    }
    files = {}
    for path in (CONTAINER / image).iterdir():
        text = path.read_text()
        for before, after in changes.items():
            text = text.replace(before, after)
        files[path.name] = text
    assert PJSIP_TRANSPORT in files["pjsip.conf"]
    return files


def test_gvma_syncs_into_the_asterisk_of_the_image(start_asterisk: StartAsterisk, tmp_path: Path) -> None:
    written = asterisk_start(tmp_path, ami_secret=SECRET)
    files = files_of("asterisk", written)
    files["voicemail.conf"] = (ROOT / "dialplan/samples/voicemail.conf").read_text()
    files["manager.conf"] += ACCOUNT
    asterisk = start_asterisk(22, files, ami_secret=SECRET)
    site = Site(tmp_path, LAYER, asterisk=asterisk)

    answer = site.try_sync(json=True, reload=True).json()

    assert (answer["exit_code"], answer["changes"]) == (0, {"add": 2, "change": 0, "remove": 0})
    assert "app_voicemail.so" in answer["reloaded"]
    assert any("moh_conf_treatment" in line for line in asterisk.cli("dialplan show annc@default"))
    assert any("GVMA" in line for line in asterisk.cli("dialplan show 371000@default"))


def test_what_asterisk_logs_is_the_containers_log(start_asterisk: StartAsterisk, tmp_path: Path) -> None:
    files = files_of("asterisk", asterisk_start(tmp_path, ami_secret=SECRET))
    del files["manager.conf"]
    asterisk = start_asterisk(22, files)
    asterisk.stop()
    assert "gvma" not in asterisk.log_text()
    assert "WARNING" in (asterisk.folder / "console.log").read_text()


@pytest.mark.parametrize("hosts", ["odbc"], indirect=True)
def test_the_node_of_the_image_reads_the_mailboxes_from_the_database(
    hosts: ManyHosts, database: Database, asterisk_root: Callable[[int], Root], tmp_path: Path
) -> None:
    written = asterisk_start(tmp_path, asterisk_database_password=PASSWORDS["asterisk"])
    connection = Connection(
        database.server.port, database.name, "asterisk", "not used", odbc_driver=obtain_odbc_driver()
    )
    with realtime_node(
        asterisk_root(22),
        tmp_path / "node",
        hosts.included,
        connection,
        messages=hosts.messages,
        files=_node_files(written, hosts.included, database),
    ) as node:
        hosts.site.settings["realtime_nodes"] = f"127.0.0.1:{node.ami_port}"
        hosts.site.put(LAYER)
        answer = hosts.site.try_sync(json=True, reload=True).json()
        assert [one["status"] for one in answer["nodes"]] == ["ok"]
        assert subscribe_once("gvm-1000", "127.0.0.1", node.sip_port).status == 200
        assert any("GVMA" in line for line in node.cli("dialplan show 371000@default"))


def _node_files(written: Path, included: Path, database: Database) -> dict[str, str]:
    """The driver is not installed on this host: odbcinst.ini, which names it, lies beside the node's files."""
    files = files_of("node", written, included)
    files["res_odbc.conf"] = files["res_odbc.conf"].replace(
        "ODBCINI => /etc/asterisk/odbc.ini", "ODBCSYSINI => {etc}\nODBCINI => {etc}/odbc.ini"
    )
    files["odbc.ini"] = (
        files["odbc.ini"]
        .replace("Port=5432", f"Port={database.server.port}")
        .replace("Database=asterisk", f"Database={database.name}")
    )
    return files


def test_the_accounts_are_made_with_the_passwords_of_the_secrets(database: Database, tmp_path: Path) -> None:
    script = (CONTAINER / "database/accounts.sql").read_text()
    for role, secret in (("gvma", "realtime-password"), ("asterisk", "asterisk-database-password")):
        (tmp_path / secret).write_text(f"it's {role}\n")
        script = script.replace(f"create role {role} ", f"create role container_{role} ")
    database.sql(script.replace("/run/secrets/", f"{tmp_path}/"))
    try:
        for role in ("gvma", "asterisk"):
            answer = database.server.sql(
                "select current_user", database.name, user=f"container_{role}", password=f"it's {role}"
            )
            assert answer == [f"container_{role}"]
    finally:
        database.sql("drop role container_gvma; drop role container_asterisk;")
