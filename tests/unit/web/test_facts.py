"""The facts of a site that gvma has synced, asked as the pages ask them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gvma.errors import BackupSetError, SettingsError
from gvma.web.app import create_app
from gvma.web.facts import Facts
from tests.harness.layer import Layer
from tests.harness.site import Site

PIN = "90210"
LAYER = Layer(dns={str(number): {"gvm_mailbox": str(number), "gvm_password": PIN} for number in range(1000, 1900)})
"""As many as a reader of large answers needs to read them in its own way."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path, LAYER)
    with made.served():
        assert made.gvma("sync", "--no-reload").status == 0
        yield made


def test_the_facts_are_those_of_status_and_explain_and_name_no_pin(site: Site) -> None:
    facts = Facts(site.config)
    assert facts.glance().state["mailboxes"] == 900
    last = facts.mailboxes().rows[-1]
    assert (last.mailbox, last.owners, last.subscription) == ("1899@GVMA_DN", "DN 1899", "gvm-1899")
    client = create_app(facts, hosts=(), account=None).test_client()
    explained = client.get("/explain?name=1899").text
    assert "Mailbox 1899@GVMA_DN" in explained
    assert "****" in explained
    for path in ("/", "/mailboxes", "/explain?name=1899", "/history", "/changes?set=latest"):
        answer = client.get(path)
        assert (answer.status_code, PIN in answer.text) == (200, False), path


def test_what_cannot_be_had_is_the_failure_that_a_command_reports(site: Site) -> None:
    facts = Facts(site.config)
    with pytest.raises(BackupSetError):
        facts.changes("20200101")
    site.config.unlink()
    with pytest.raises(SettingsError):
        facts.glance()


def test_a_set_with_a_damaged_manifest_is_no_set_without_a_difference(site: Site) -> None:
    facts = Facts(site.config)
    (one,) = facts.backup_sets()
    (site.backup_path / one / "manifest.json").write_text("{")
    with pytest.raises(BackupSetError, match="the manifest is damaged"):
        facts.changes(one)
    client = create_app(facts, hosts=(), account=None).test_client()
    assert client.get(f"/changes?set={one}").status_code == 503
    for unknown in ("", "20200101", "..", "%00"):
        assert client.get(f"/changes?set={unknown}").status_code == 404


def test_files_that_cannot_be_read_are_said_to_be_so(site: Site) -> None:
    text = (site.etc / "voicemail.conf").read_text()
    site.write("voicemail.conf", text + text)
    facts = Facts(site.config)
    assert "the begin marker stands twice" in facts.mailboxes().unread
    assert "not known" in create_app(facts, hosts=(), account=None).test_client().get("/explain?name=1899").text


def test_records_that_cannot_be_read_are_not_called_none(site: Site) -> None:
    journal = site.backup_path / "state/transaction/journal.json"
    journal.write_text("{")
    page = create_app(Facts(site.config), hosts=(), account=None).test_client().get("/").text
    assert page.count("not known") == 4
    assert "none yet" not in page
    assert "Last sync    not known" in site.gvma("status").stdout


def test_the_last_state_is_shown_while_a_newer_one_waits_for_a_long_question(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gvma.web.facts._STATE_PATIENCE", 0.01)
    monkeypatch.setattr("gvma.web.facts._GLANCE_SECONDS", -1.0)
    facts = Facts(site.config)
    first = facts.glance()
    with facts._apart._turn:
        second = facts.glance()
        page = create_app(facts, hosts=(), account=None).test_client().get("/").text
    assert (second.at, second.asking) == (first.at, True)
    assert "a newer state" in page


def test_a_list_that_could_not_be_read_anew_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gvma.web.facts._GLANCE_SECONDS", -1.0)
    facts = Facts(site.config)
    facts.glance()
    site.config.unlink()
    with pytest.raises(SettingsError):
        facts.glance()
    page = create_app(facts, hosts=(), account=None).test_client().get("/mailboxes").text
    assert "900 found." in page
    assert "No newer list could be read.</strong> " in page
    assert "no such settings file" in page


def test_what_the_next_sync_changes_is_not_said_where_it_is_not_known(site: Site) -> None:
    client = create_app(Facts(site.config), hosts=(), account=None).test_client()
    site.layer.dns["1899"]["gvm_name"] = "Zoë"
    site.lay_out()
    assert "~ mailbox 1899@GVMA_DN (DN 1899): name" in client.get("/explain?name=1899").text
    site.cfgserver["url"] = "http://127.0.0.1:1/"
    site.lay_out()
    page = client.get("/explain?name=1899").text
    assert "changes nothing" not in page
    assert "The next sync could not be planned." in page


def test_a_paused_sync_is_said_to_wait(site: Site) -> None:
    site.gvma("backup", "restore", "latest", "--no-reload")
    page = create_app(Facts(site.config), hosts=(), account=None).test_client().get("/explain?name=1899").text
    assert "It waits until somebody resumes it" in page
    assert "+ mailbox 1899@GVMA_DN" in page
    assert "once it is resumed: `gvma sync --resume`" in site.gvma("explain", "1899").stdout
