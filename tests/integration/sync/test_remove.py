"""All of gvma's taken out of a real Asterisk: the very bytes are back, and Asterisk has no object of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gvma.ami.manager import AsteriskManager, connect
from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.layer import EXTENSION, TRUNK, Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.site import Site

TARGETS = ("voicemail.conf", "sip.conf", "pjsip.conf", "extensions.conf")
LAYER = Layer(
    dns={
        ("1000", EXTENSION): {"subscribe-presence": "presence"},
        ("1001", EXTENSION): {"gvm_mailbox_context": "MY_COMPANY", "subscribe-presence": "presence"},
        ("presence", TRUNK): {"contact": "127.0.0.1:5060"},
    },
    agents={"5000": {"gvm_mailbox": "2222"}},
    groups={"Sales": {"gvm_mailbox": "3333"}},
)
OWN = {
    "voicemail.conf": "[general]\nformat=wav\n[MY_COMPANY]\n1001 => 1001,Own",
    "extensions.conf": "[general]\n[default]\ninclude => GVMA\n",
}


@pytest.fixture
def asterisk(version: int, start_asterisk: StartAsterisk) -> PrivateAsterisk:
    return start_asterisk(version, OWN)


@pytest.fixture
def site(asterisk: PrivateAsterisk) -> Iterator[Site]:
    made = Site(asterisk.folder, LAYER, asterisk=asterisk)
    made.settings |= {"routing": "yes", "routing_dns": "all", "siptserver_host": "127.0.0.5"}
    with made.served():
        yield made


def own_files(site: Site) -> dict[str, bytes]:
    return {name: (site.etc / name).read_bytes() for name in TARGETS if (site.etc / name).exists()}


def ours(ami: AsteriskManager, version: int) -> dict[str, set[str]]:
    """What Asterisk has of gvma's."""
    subscriptions = ami.sip_peers() if version == 16 else {*ami.aors(), *ami.endpoints()}
    dialplan = "\n".join(ami.command("dialplan show")) + "\n".join(ami.command("core show hints"))
    return {
        "mailboxes": {key for key in ami.voicemail_users() if "@GVMA_" in key},
        "subscriptions": {name for name in subscriptions if name.startswith(("gvm-", "gvma-"))},
        "dialplan": {word for word in ("_37X.", "_gvm-X.", "Context 'GVMA", "1000@GVMA") if word in dialplan},
    }


def test_the_very_bytes_are_back_and_asterisk_has_nothing_of_ours(
    site: Site, asterisk: PrivateAsterisk, version: int
) -> None:
    before = own_files(site)
    site.sync()
    with connect(asterisk.operator_settings()) as ami:
        found = ours(ami, version)
    assert {"1000@GVMA_DN", "2222@GVMA_AGENT", "3333@GVMA_AGENTGROUP"} <= found["mailboxes"]
    assert {"gvm-1000", "gvm-1001", "gvm-a-2222", "gvm-g-3333"} <= found["subscriptions"]
    assert found["dialplan"] >= {"_37X.", "_gvm-X.", "Context 'GVMA"}
    answer = site.answer("remove")
    assert answer["exit_code"] == 0
    assert answer["pending_reload"] == []
    assert own_files(site) == before
    with connect(asterisk.operator_settings()) as ami:
        assert ours(ami, version) == {"mailboxes": set(), "subscriptions": set(), "dialplan": set()}
        assert "1001@MY_COMPANY" in ami.voicemail_users()


def test_a_sync_after_it_builds_everything_anew_and_a_restore_brings_the_pins_back(
    site: Site, asterisk: PrivateAsterisk, version: int
) -> None:
    site.sync()
    with connect(asterisk.operator_settings()) as ami:
        everything = ours(ami, version)
    site.replace("voicemail.conf", "1000 => 1000,", "1000 => 8642,")
    assert site.gvma("remove").status == 0
    restored = site.gvma("backup", "restore", "latest")
    assert (restored.status, restored.stderr) == (0, "")
    assert "1000 => 8642," in site.text("voicemail.conf")
    assert site.gvma("remove").status == 0
    site.sync("--resume")
    assert "1000 => 1000," in site.text("voicemail.conf")
    with connect(asterisk.operator_settings()) as ami:
        assert ours(ami, version) == everything
    assert site.sync().stdout == ""
