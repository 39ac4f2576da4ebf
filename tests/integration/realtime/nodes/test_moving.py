"""A real Asterisk 22 moves from files to a database and back, as docs/many-hosts.md says it; no PIN is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.rootfs import Root
from gvma.demo.servers.node import Connection
from gvma.sip.subscriber import subscribe_once
from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.servers.many_hosts import OF_ASTERISK
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import boxes, phone_changes_pin

LAYER = Layer(dns={"1000": {"gvm_password": "4711", "gvm_name": "Ann"}, "1001": {"gvm_password": "4712"}})
MODULES = ("res_config_pgsql", "res_realtime", "res_sorcery_realtime")


class Moving:
    """One host, its gvma, and a database that is prepared."""

    def __init__(self, asterisk: PrivateAsterisk, folder: Path, database: Database) -> None:
        self.asterisk, self._database, self.included = asterisk, database, folder / "included"
        self.site = Site(folder, LAYER, asterisk=asterisk, run=in_this_process)
        self.site.settings |= {
            "siptserver_host": "127.0.0.1",
            "realtime_dsn": database.dsn(),
            "realtime_password": PASSWORDS["gvma"],
            "realtime_driver": "pgsql",
            "realtime_nodes": f"127.0.0.1:{asterisk.ami_port}",
        }

    def gvma(self, sink: str, *words: str) -> str:
        self.site.settings["sink"] = sink
        source = ("--from", str(self.site.tree)) if words[0] == "sync" else ()
        done = self.site.gvma(*words, *source)
        assert done.status == 0, str(done)
        return done.stdout

    def is_served(self) -> bool:
        """SIP Server's SUBSCRIBE is accepted, and Asterisk knows both mailboxes."""
        answer = subscribe_once("gvm-1000", "127.0.0.1", self.asterisk.sip_port)
        said = [self.asterisk.cli(f"dialplan eval function VM_INFO({box}@GVMA_DN,exists)") for box in ("1000", "1001")]
        return answer.status == 200 and all("Result: 1" in "\n".join(lines) for lines in said)

    def read_database(self) -> None:
        """Asterisk's files name the tables; it reads them from its next start on."""
        connection = Connection(self._database.server.port, self._database.name, "asterisk", PASSWORDS["asterisk"])
        for name, text in connection.files().items():
            self.site.write(name, text)
        for section, name in (("settings", "extconfig"), ("res_pjsip", "sorcery")):
            self.site.write(f"{name}.conf", f'[{section}]\n#include "{self.included}/gvma-{name}.conf"\n')
        self.asterisk.restart()

    def include(self) -> None:
        """Lines of the site's own above the block, which Asterisk has not read yet."""
        for name in ("pjsip", "extensions"):
            text = self.site.text(f"{name}.conf")
            self.site.write(f"{name}.conf", f'{text}\n#include "{self.included}/gvma-{name}.conf"\n')

    def exclude(self) -> None:
        for name in ("pjsip", "extensions"):
            self.site.replace(f"{name}.conf", f'#include "{self.included}/gvma-{name}.conf"\n', "")


@pytest.fixture
def moving(tmp_path: Path, database: Database, asterisk_root: Callable[[int], Root]) -> Iterator[Moving]:
    with ExitStack() as stack:
        host = PrivateAsterisk(asterisk_root(22), tmp_path / "host", extra_modules=MODULES)
        yield Moving(stack.enter_context(host), tmp_path, database)


def test_a_host_moves_into_the_database_and_back_out(moving: Moving, database: Database) -> None:
    site, asterisk = moving.site, moving.asterisk
    moving.gvma("files", "sync")
    site.replace("voicemail.conf", "1000 => 4711", "1000 => 97531")  # as Asterisk does for a telephone
    asterisk.cli("module reload app_voicemail.so")
    assert moving.is_served()

    database.sql(moving.gvma("realtime", "realtime", "sql", "--create") + OF_ASTERISK)
    moving.gvma("realtime", "realtime", "files", str(moving.included))
    moving.read_database()
    assert moving.is_served()
    moving.gvma("realtime", "sync")
    assert boxes(database)["1000@GVMA_DN"][0] == "97531"
    moving.include()
    moving.gvma("files", "remove")
    assert moving.is_served()
    assert "1000" not in site.text("voicemail.conf")
    moving.gvma("realtime", "sync")
    site.settings["sink"] = "realtime"
    assert [one["code"] for one in site.check() if one["code"].startswith(("node-", "database-"))] == []
    assert boxes(database)["1000@GVMA_DN"][0] == "97531"

    phone_changes_pin(database, "1001@GVMA_DN", "8642")
    moving.exclude()
    moving.gvma("files", "sync")
    assert moving.is_served()
    assert "1000 => 97531," in site.block("voicemail.conf")
    assert "1001 => 8642," in site.block("voicemail.conf")
    moving.gvma("realtime", "remove", "--no-reload")  # the files hide the rows, which the nodes would say
    assert boxes(database) == {}
    assert moving.is_served()
    moving.gvma("files", "sync")
    assert "1001 => 8642," in site.block("voicemail.conf")
