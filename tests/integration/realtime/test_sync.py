"""gvma sync, backup and remove with `sink = realtime`: the same commands, and rows in place of lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import aors, boxes, foreign_rows, phone_changes_pin, site_on

LAYER = Layer(
    dns={
        "1000": {"gvm_password": "4711", "gvm_name": "Ann", "gvm_options": "attach=Yes|tz=eu|delete=1"},
        "1001": {"gvm_email": "bob@example.com"},
    },
    agents={"A7": {"gvm_mailbox": "2000"}},
)
ROWS = {
    "1000@GVMA_DN": ("4711", "Ann", "", "attach=yes deletevoicemail=yes tz=eu"),
    "1001@GVMA_DN": ("1001", "1001", "bob@example.com", ""),
    "2000@GVMA_AGENT": ("2000", "2000", "", ""),
}
AORS = {"gvm-1000": "1000@GVMA_DN", "gvm-1001": "1001@GVMA_DN", "gvm-a-2000": "2000@GVMA_AGENT"}


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return site_on(database, tmp_path, LAYER)


def test_a_sync_writes_rows_and_no_file_and_a_second_one_nothing(site: Site, database: Database) -> None:
    foreign, files = foreign_rows(database), site.asterisk_files()
    answer = site.try_sync(json=True).json()
    assert (boxes(database), aors(database)) == (ROWS, AORS)
    assert answer["sink"] == "realtime"
    assert answer["tables"] == [
        {"table": "voicemail", "add": 3, "change": 0, "remove": 0},
        {"table": "ps_aors", "add": 3, "change": 0, "remove": 0},
    ]
    assert answer["changes"] == {"add": 6, "change": 0, "remove": 0}
    assert (answer["files"], answer["reloaded"], answer["nodes"], answer["status"]) == ([], [], [], "changed")
    assert [item["name"] for item in answer["items"]] == [*ROWS, *AORS]
    before = database.sql("select ctid, xmin, v.* from voicemail v order by 1; select ctid, xmin from ps_aors")
    second = site.try_sync()
    assert (second.status, second.stdout, second.stderr) == (0, "", "")
    assert database.sql("select ctid, xmin, v.* from voicemail v order by 1; select ctid, xmin from ps_aors") == before
    assert foreign_rows(database) == foreign
    assert site.asterisk_files() == files


def test_only_what_differs_is_written(site: Site, database: Database) -> None:
    site.sync()
    untouched = "select xmin from voicemail where mailbox = '1001'"
    before = database.sql(untouched)
    site.layer.dns["1000"] |= {"gvm_name": "Anna", "gvm_options": "attach=no|maxmsg=12"}
    del site.layer.agents["A7"]
    answer = site.try_sync("--allow-remove", json=True).json()
    assert answer["tables"] == [
        {"table": "voicemail", "add": 0, "change": 1, "remove": 1},
        {"table": "ps_aors", "add": 0, "change": 0, "remove": 1},
    ]
    assert [(item["action"], item["name"], item["fields"]) for item in answer["items"]] == [
        ("change", "1000@GVMA_DN", ["name", "options"]),
        ("remove", "2000@GVMA_AGENT", []),
        ("remove", "gvm-a-2000", []),
    ]
    assert boxes(database)["1000@GVMA_DN"] == ("4711", "Anna", "", "attach=no maxmsg=12")
    assert database.sql(untouched) == before


def test_a_pin_of_the_phone_stays_and_a_new_first_pin_is_set_from_whichever_host(
    site: Site, database: Database, tmp_path: Path
) -> None:
    site.sync()
    phone_changes_pin(database, "1000@GVMA_DN", "8642")
    site.layer.dns["1000"]["gvm_name"] = "Anna"
    site.sync()
    assert boxes(database)["1000@GVMA_DN"][:2] == ("8642", "Anna")
    other = Site(tmp_path / "other", site.layer, run=site._run)
    other.settings |= {key: site.settings[key] for key in site.settings if key.startswith(("realtime", "sink"))}
    assert other.sync().stdout == ""
    assert boxes(database)["1000@GVMA_DN"][0] == "8642"
    other.layer.dns["1000"]["gvm_password"] = "1357"
    other.sync()
    assert boxes(database)["1000@GVMA_DN"][0] == "1357"
    phone_changes_pin(database, "1001@GVMA_DN", "9999")
    other.sync("--reset-pin", "1001@GVMA_DN")
    assert boxes(database)["1001@GVMA_DN"][0] == "1001"


def test_a_row_that_was_changed_by_hand_is_put_right(site: Site, database: Database) -> None:
    site.sync()
    database.sql(
        "update voicemail set fullname = null, attach = 'no' where mailbox = '1000';"
        "update voicemail set email = 'x;y' where mailbox = '1001';"
        "update ps_aors set mailboxes = '9@site' where id = 'gvm-1000';"
        "insert into voicemail (context, mailbox, password) values ('GVMA_DN', '9', '9');"
        "delete from ps_aors where id = 'gvm-1001'"
    )
    site.sync("--allow-remove")
    assert (boxes(database), aors(database)) == (ROWS, AORS)


def test_the_steps_that_are_shown_name_the_rows_and_no_file(site: Site, database: Database) -> None:
    for words in ((), ("--dry-run",)):
        shown = site.gvma("-v", "sync", *site.from_tree, *words).stderr
        assert "reading the rows" in shown
        assert "file" not in shown.replace(str(site.tree), "")


def test_a_dry_run_shows_the_rows_and_writes_nothing(site: Site, database: Database) -> None:
    done = site.try_sync("--dry-run", "--diff")
    assert (done.status, boxes(database)) == (0, {})
    assert "+1000@GVMA_DN password=**** fullname=Ann" in done.stdout
    assert "4711" not in done.stdout
    assert "Plan: 6 to add, 0 to change, 0 to remove." in done.stdout
    assert not (site.backup_path).exists()


def test_a_restore_brings_rows_back_keeps_pins_and_pauses_every_host(
    site: Site, database: Database, tmp_path: Path
) -> None:
    site.sync()
    del site.layer.dns["1001"]
    site.layer.dns["1000"]["gvm_name"] = "Anna"
    phone_changes_pin(database, "1001@GVMA_DN", "9999")
    removed = site.try_sync("--allow-remove", json=True).json()["backup_set"]
    phone_changes_pin(database, "1000@GVMA_DN", "8642")
    dry = site.answer("backup", "restore", removed, "--dry-run")
    assert [(item["action"], item["name"]) for item in dry["items"]] == [
        ("change", "1000@GVMA_DN"),
        ("add", "1001@GVMA_DN"),
        ("add", "gvm-1001"),
    ]
    assert "8642" not in str(dry)
    done = site.answer("backup", "restore", removed)
    assert done["files"] == []
    assert done["tables"][0] == {"table": "voicemail", "add": 1, "change": 1, "remove": 0}
    expected = ROWS | {"1000@GVMA_DN": ("8642", *ROWS["1000@GVMA_DN"][1:])}
    assert boxes(database) == expected | {"1001@GVMA_DN": ("9999", *ROWS["1001@GVMA_DN"][1:])}
    other = Site(tmp_path / "other", site.layer, run=site._run)
    other.settings |= {key: site.settings[key] for key in site.settings if key.startswith(("realtime", "sink"))}
    dry = other.answer("sync", *other.from_tree, "--dry-run")
    assert [one["code"] for one in dry["warnings"]] == ["sync-paused", "safety-brake"]
    assert not other.backup_path.exists()
    assert other.try_sync().status == 13
    assert other.try_sync("--force").status == 0
    assert site.answer("sync", *site.from_tree, "--dry-run")["warnings"] == []  # its own copy says paused
    assert "1001@GVMA_DN" not in boxes(database)
    assert site.try_sync().status == 0


def test_restore_with_pins_brings_back_the_pins_of_the_set(site: Site, database: Database) -> None:
    site.sync()
    site.layer.dns["1000"]["gvm_name"] = "Anna"
    site.sync()
    phone_changes_pin(database, "1000@GVMA_DN", "8642")
    assert site.gvma("backup", "restore", "latest", "--pins", "--no-reload").status == 0
    assert boxes(database) == ROWS


def test_a_set_has_the_rows_and_is_listed_shown_compared_and_verified(site: Site, database: Database) -> None:
    site.sync()
    site.layer.dns["1000"]["gvm_name"] = "Anna"
    site.sync()
    assert "voicemail" in site.gvma("backup", "list").stdout
    shown = site.gvma("backup", "show", "latest").stdout
    assert "* voicemail in 127.0.0.1" in shown
    assert "3 rows" in shown
    compared = site.gvma("backup", "diff", "latest").stdout
    assert "fullname=Ann " in compared
    assert "fullname=Anna " in compared
    assert "4711" not in compared
    assert site.gvma("backup", "verify").status == 0
    copy = next(site.backup_path.glob("*/tables/voicemail.copy"))
    copy.write_bytes(copy.read_bytes() + b"x")
    assert site.gvma("backup", "verify").status == 17


def test_a_remove_takes_gvmas_rows_out_and_a_second_one_does_nothing(site: Site, database: Database) -> None:
    foreign = foreign_rows(database)
    site.sync()
    answer = site.answer("remove", "--no-reload")
    assert (answer["status"], answer["changes"]["remove"]) == ("changed", 6)
    assert (boxes(database), aors(database), foreign_rows(database)) == ({}, {}, foreign)
    assert database.sql("select name from gvma_records where name in ('first-pins', 'owners')") == []
    assert site.answer("remove", "--no-reload")["status"] == "ok"


def test_the_safety_brake_stops_it(site: Site, database: Database) -> None:
    site.sync()
    site.layer.dns.clear()
    assert site.try_sync().status == 13
    assert boxes(database) == ROWS


def test_an_option_without_a_column_is_left_out_with_a_warning(site: Site, database: Database) -> None:
    database.sql("alter table voicemail drop column tz")
    site.layer.dns["1001"]["gvm_options"] = "minsecs=2|maxmsg=many"
    done = site.try_sync(json=True).json()
    said = {warning["message"] for warning in done["warnings"] if warning["code"] == "no-column"}
    assert said == {
        "tz has no column in voicemail: left out of 1000@GVMA_DN",
        "minsecs has no column in voicemail: left out of 1001@GVMA_DN",
        "maxmsg = 'many' is no value of type integer: left out of 1001@GVMA_DN",
    }
    assert database.sql("select attach, deletevoicemail from voicemail where mailbox = '1000'") == ["yes|yes"]
    assert site.try_sync().stdout == ""


def test_options_without_a_column_go_into_the_column_options_where_the_site_has_it(
    site: Site, database: Database
) -> None:
    database.sql("alter table voicemail add column options varchar(80)")
    database.sql("grant update (options) on voicemail to gvma")
    site.layer.dns["1001"]["gvm_options"] = "minsecs=2|attach=no"
    site.sync()
    assert database.sql("select attach, options from voicemail where mailbox = '1001'") == ["no|minsecs=2"]
    assert site.sync().stdout == ""


def test_a_value_longer_than_its_column_refuses_its_owner_who_keeps_what_he_has(site: Site, database: Database) -> None:
    site.sync()
    site.layer.dns["1001"]["gvm_email"] = "b" * 60 + "@example.com|" + "c" * 60 + "@example.com"
    site.layer.dns["1000"]["gvm_name"] = "Anna"
    done = site.try_sync(json=True).json()
    assert [(one["code"], one["where"]) for one in done["warnings"]] == [("refused-value", "DN 1001")]
    assert boxes(database)["1001@GVMA_DN"] == ROWS["1001@GVMA_DN"]
    assert aors(database) == AORS
    assert boxes(database)["1000@GVMA_DN"][1] == "Anna"


def test_status_reads_the_rows_and_finds_one_that_was_changed_by_hand(site: Site, database: Database) -> None:
    site.sync()
    status = site.gvma("--output", "json", "status").json()
    assert (status["edited"], status["mailboxes"], status["subscriptions"]) == (False, 3, 3)
    phone_changes_pin(database, "1000@GVMA_DN", "8642")
    assert site.gvma("--output", "json", "status").json()["edited"] is False
    database.sql("update voicemail set fullname = 'x' where mailbox = '1000'")
    assert site.gvma("--output", "json", "status").json()["edited"] is True
