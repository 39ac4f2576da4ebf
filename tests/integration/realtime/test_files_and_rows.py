"""A site between files and a database: the PINs in force come along, and what is otherwise there is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import boxes, phone_changes_pin, site_on

LAYER = Layer(
    dns={
        "1000": {"gvm_password": "4711", "gvm_name": "Ann", "gvm_options": "attach=Yes|tz=eu|delete=1"},
        "1001": {"gvm_email": "bob@example.com"},
    },
    agents={"A7": {"gvm_mailbox": "2000"}},
)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return site_on(database, tmp_path, LAYER)


def leave_message(site: Site, box: str) -> None:
    inbox = site.spool / "voicemail" / box / "INBOX"
    inbox.mkdir(parents=True)
    (inbox / "msg0000.txt").write_text("[message]\n")


def test_who_comes_from_files_brings_the_pins_in_force_along(site: Site, database: Database) -> None:
    site.settings["sink"] = "files"
    site.sync()
    site.replace("voicemail.conf", "1001 => 1001,", "1001 => 97531,")
    site.replace("voicemail.conf", "2000 => 2000,", "2000 => 86420,")
    site.settings["sink"] = "realtime"
    site.layer.agents["A7"]["gvm_password"] = "5555"  # an administrator's reset wins
    site.sync()
    assert {key: row[0] for key, row in boxes(database).items()} == {
        "1000@GVMA_DN": "4711",
        "1001@GVMA_DN": "97531",
        "2000@GVMA_AGENT": "5555",
    }


def test_who_goes_back_to_files_takes_the_pins_in_force_along(site: Site, database: Database) -> None:
    site.sync()
    phone_changes_pin(database, "1000@GVMA_DN", "8642")
    phone_changes_pin(database, "2000@GVMA_AGENT", "97531")
    database.sql("update voicemail set password = 'no, pin' where mailbox = '1001'")
    site.settings["sink"] = "files"
    leave_message(site, "GVMA_DN/1000")
    site.layer.agents["A7"]["gvm_password"] = "5555"  # an administrator's reset wins
    assert "inherit" not in site.sync().stderr
    lines = site.block("voicemail.conf").splitlines()
    assert [line.partition(",")[0] for line in lines if "=>" in line] == [
        "1000 => 8642",
        "1001 => 1001",
        "2000 => 5555",
    ]
    assert (site.try_sync().status, site.block("voicemail.conf").splitlines()) == (0, lines)
    assert boxes(database)["1000@GVMA_DN"][0] == "8642"


def test_a_block_that_goes_names_mailboxes_that_the_database_lacks_or_has_with_another_pin(
    site: Site, database: Database
) -> None:
    site.settings["sink"] = "files"
    site.sync()
    site.settings["sink"] = "realtime"
    site.sync()
    database.sql("delete from voicemail where mailbox = '2000'")
    site.replace("voicemail.conf", "1000 => 4711", "1000 => 97531")  # by telephone, while the block hides the row
    site.settings["sink"] = "files"
    for key in ("GVMA_DN/1001", "GVMA_AGENT/2000"):
        leave_message(site, key)
    for words in (("--dry-run",), ()):
        done = site.gvma("--output", "json", "remove", "--no-reload", *words).json()
        said = {one["code"]: one["message"] for one in done["warnings"]}
        assert said.keys() == {"row-missing", "row-other-pin", "messages-left"}
        assert "inherit them: 2000@GVMA_AGENT. " in said["messages-left"]
        assert "no row for 2000@GVMA_AGENT, " in said["row-missing"]
        assert "for 1000@GVMA_DN: " in said["row-other-pin"]
        assert "97531" not in str(done)


def test_files_that_get_new_mailboxes_wait_for_the_database_that_the_site_comes_from(
    site: Site, database: Database
) -> None:
    site.sync()
    site.settings["sink"] = "files"
    files = site.asterisk_files()
    database.server.stop()
    done = site.try_sync()
    assert (done.status, site.asterisk_files()) == (18, files)
    assert "Take realtime_dsn out" in done.stderr
    del site.settings["realtime_dsn"]
    site.sync()
