"""Mailboxes that options name and that must exist, and where messages and PINs are kept."""

from __future__ import annotations

import pytest

from gvma.check.voicemail.mailboxes import check_contexts, check_orphans, check_storage
from gvma.evidence.model import Evidence
from gvma.settings import Settings
from tests.unit.check.objects import agent, dn, evidence, files


@pytest.mark.parametrize(
    ("site", "code"),
    [
        ("[general]\n", ["gvm-context-unknown"]),
        ("[MY_COMPANY]\n5002 => 1,Anne\n", ["gvm-context-box-unknown"]),
        ("[MY_COMPANY]\n5001 => 1,Anne\n", []),
    ],
)
def test_a_foreign_box_must_stand_in_voicemail_conf(site: str, code: list[str]) -> None:
    foreign = dn("1000", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    seen = evidence(dnquery=[foreign])._replace(files=files(voicemail=site))
    assert [f.code for f in check_contexts(seen)] == code


def test_a_box_of_gvma_itself_may_be_named() -> None:
    other = dn("1001", gvm_mailbox="2222", gvm_mailbox_context="GVMA_AGENT")
    seen = evidence(dnquery=[other])._replace(files=files(voicemail="[general]\n"))
    assert [f.code for f in check_contexts(seen)] == ["gvm-context-unknown"]
    both = evidence(dnquery=[other], agentquery=[agent("7001", gvm_mailbox="2222")])._replace(files=seen.files)
    assert list(check_contexts(both)) == []


def test_boxes_of_a_database_or_a_command_are_not_missed() -> None:
    foreign = dn("1000", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    kept = evidence(dnquery=[foreign])._replace(files=files(voicemail="[general]\n"))
    assert list(check_contexts(kept._replace(files=kept.files._replace(realtime=frozenset({"voicemail"}))))) == []
    printed = kept._replace(files=files(voicemail="[general]\n#exec /bin/boxes\n"))
    assert list(check_contexts(printed)) == []


@pytest.mark.parametrize(
    ("general", "codes"),
    [
        ("passwordlocation=spooldir", []),
        ("passwordlocation=spoolfolder", ["password-location"]),
        ("odbcstorage=asterisk", ["voicemail-storage"]),
        ("externpass=/usr/bin/pass", ["voicemail-storage"]),
        ("format=wav", []),
    ],
)
def test_where_messages_and_pins_are_kept(general: str, codes: list[str]) -> None:
    seen = Evidence(Settings(), files=files(voicemail=f"[general]\n{general}\n"))
    assert [finding.code for finding in check_storage(seen)] == codes


def test_messages_without_a_mailbox_are_found_where_voicemail_conf_has_all_mailboxes() -> None:
    texts = files(voicemail="[general]\n")._replace(orphans=("1001@GVMA_DN",))
    (found,) = check_orphans(Evidence(Settings(), files=texts))
    assert (found.code, found.message) == ("mailbox-messages-left", "messages without a mailbox: 1001@GVMA_DN")
    database = texts._replace(realtime=frozenset({"voicemail"}))
    assert list(check_orphans(Evidence(Settings(), files=database))) == []
    assert list(check_orphans(Evidence(Settings(), files=texts._replace(orphans=())))) == []


@pytest.mark.parametrize(
    ("general", "context", "codes"),
    [
        ("", "default", []),
        ("userscontext=office\n", "office", []),
        ("", "office", ["gvm-context-unknown"]),
        ("userscontext=office\n", "default", ["gvm-context-unknown"]),
    ],
)
def test_a_mailbox_of_users_conf_exists(general: str, context: str, codes: list[str]) -> None:
    foreign = dn("1000", gvm_mailbox="5001", gvm_mailbox_context=context)
    texts = files(voicemail=f"[general]\n{general}")._replace(users=frozenset({"5001"}))
    assert [f.code for f in check_contexts(evidence(dnquery=[foreign])._replace(files=texts))] == codes
