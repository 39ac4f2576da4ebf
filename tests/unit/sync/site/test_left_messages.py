"""Messages that stay in the spool: the next mailbox of the same name would inherit them, so a person hears of it."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import PJSIP
from gvma.evidence.disk.files import look_at_files
from gvma.settings.reader import load
from tests.harness.site import Site


def leave_message(site: Site, key: str, folder: str = "INBOX") -> None:
    box, _, context = key.partition("@")
    place = site.spool / "voicemail" / context / box / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / "msg0000.txt").write_text("[message]\n")


def said(site: Site, *words: str) -> list[tuple[str, str]]:
    warnings = site.try_sync(*words, json=True).json()["warnings"]
    return [(one["code"], one["message"]) for one in warnings if one["code"].startswith("messages-")]


@pytest.mark.parametrize("words", [("--dry-run",), ()])
@pytest.mark.parametrize("folder", ["INBOX", "Old"])
def test_a_new_mailbox_that_finds_messages_of_an_earlier_one_is_named(
    site: Site, words: tuple[str, ...], folder: str
) -> None:
    leave_message(site, "1001@GVMA_DN", folder)
    leave_message(site, "1001@GVMA_AGENT", folder)
    (site.spool / "voicemail/GVMA_DN/1002/INBOX").mkdir(parents=True)
    ((code, message),) = said(site, *words)
    assert code == "messages-inherited"
    assert "1001@GVMA_DN" in message
    assert "1002" not in message
    assert "1001@GVMA_AGENT" not in message


@pytest.mark.parametrize("words", [("--dry-run",), ()])
def test_a_removed_mailbox_that_leaves_messages_is_named(site: Site, words: tuple[str, ...]) -> None:
    site.sync()
    leave_message(site, "1001@GVMA_DN")
    leave_message(site, "1002@GVMA_DN")
    assert said(site) == []
    del site.layer.dns["1001"]
    ((code, message),) = said(site, *words)
    assert code == "messages-left"
    assert "1001@GVMA_DN" in message
    assert "1002" not in message


def test_messages_without_a_mailbox_are_orphans(site: Site) -> None:
    site.sync()
    for key in ("1001@GVMA_DN", "1009@GVMA_DN", "7@default", "5@GVMA_AGENTGROUP"):
        leave_message(site, key)
    (site.spool / "voicemail/GVMA_DN/1008/INBOX").mkdir(parents=True)
    settings = load(site.config, {}).settings.gvma
    assert look_at_files(settings, PJSIP).orphans == ("1009@GVMA_DN", "5@GVMA_AGENTGROUP")
