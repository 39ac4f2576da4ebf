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
