"""From Configuration Server to the NOTIFY: `gvma sync`, then SIP Server's own requests, on both servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from socket import SOCK_DGRAM

import pytest

from gvma.ami.answers import MailboxCount, VoicemailUser
from gvma.ami.manager import connect
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.useragent import UserAgent

SIPSERVER, SIPSERVER_PORT = "127.0.0.5", free_port(SOCK_DGRAM)
FOREIGN_BOX = "[general]\nformat=wav\npollmailboxes=yes\npollfreq=3600\n[MY_COMPANY]\n1002 => 1002,Own\n"
DIALPLAN = "[general]\n[default]\ninclude => GVMA\n"
# Name of the subscription: prefix that reaches the box, the box and its context. The foreign one has no prefix.
BOXES = {
    "gvm-1000": ("37", "1000", "GVMA_DN"),
    "gvm-a-2222": ("38", "2222", "GVMA_AGENT"),
    "gvm-g-3333": ("39", "3333", "GVMA_AGENTGROUP"),
    "gvm-1002": ("", "1002", "MY_COMPANY"),
}


def layer(**names: str) -> Layer:
    """A DN, one with a box of another context, an agent and a group. names: ``gvm_name`` of the DN."""
    return Layer(
        dns={"1000": names, "1002": {"gvm_mailbox_context": "MY_COMPANY"}},
        agents={"5000": {"gvm_mailbox": "2222"}},
        groups={"Sales": {"gvm_mailbox": "3333"}},
    )


@pytest.fixture
def asterisk(start_asterisk: StartAsterisk, version: int) -> PrivateAsterisk:
    started = start_asterisk(version, {"voicemail.conf": FOREIGN_BOX, "extensions.conf": DIALPLAN})
    started.shorten_prompts()
    return started


@pytest.fixture
def installation(asterisk: PrivateAsterisk) -> Iterator[Site]:
    with ExitStack() as stack:
        made = Site(asterisk.folder, layer(), asterisk=asterisk)
        stack.enter_context(made.served())
        made.settings |= {"siptserver_host": SIPSERVER, "siptserver_port": SIPSERVER_PORT}
        yield made


@pytest.fixture
def sipserver(asterisk: PrivateAsterisk, start_telephone: StartTelephone) -> UserAgent:
    return start_telephone(asterisk, "gsip", host=SIPSERVER, port=SIPSERVER_PORT)


def _leave_message(asterisk: PrivateAsterisk, place: str) -> None:
    with connect(asterisk.operator_settings()) as ami:
        ami.command(f"channel originate Local/{place}/n application Playback tone")


def _counts(asterisk: PrivateAsterisk, key: str) -> MailboxCount:
    with connect(asterisk.settings()) as ami:
        return ami.mailbox_count(key)


def test_sip_server_subscribes_and_hears_of_a_message_for_every_kind_of_box(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.sync()
    for name, (prefix, box, context) in BOXES.items():
        subscribed = sipserver.subscribe(name)
        assert subscribed.response.status == 200
        sipserver.wait_notify("Voice-Message: 0/0", subscribed)
        if prefix:
            _leave_message(asterisk, f"{prefix}{box}@default")
            assert "Messages-Waiting: yes" in sipserver.wait_notify("Voice-Message: 1/0", subscribed).text
            assert _counts(asterisk, f"{box}@{context}") == MailboxCount(1, 0, 0)
    assert sipserver.subscribe("gvm-9999").response.status == 404


def test_sip_server_registers_and_hears_of_a_message_for_every_kind_of_box(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.settings["mwi_mode"] = "REGISTER"
    installation.sync()
    for name, (prefix, box, _) in BOXES.items():
        seen = len(sipserver.received)
        assert sipserver.register(name).status == 200
        sipserver.wait_notify("Voice-Message: 0/0", after=seen)
        if prefix:
            seen = len(sipserver.received)
            _leave_message(asterisk, f"{prefix}{box}@default")
            sipserver.wait_notify("Voice-Message: 1/0", after=seen)


def test_ones_own_number_reaches_voicemailmain(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent
) -> None:
    installation.sync()
    call = sipserver.call("371000", from_user="1000")
    assert call.wait_final().status == 200
    wait_until(
        lambda: "VoiceMailMain!1000@GVMA_DN" in "\n".join(asterisk.cli("core show channels concise")),
        "VoiceMailMain does not run",
        lambda: "\n".join(asterisk.cli("core show channels concise")),
    )
    call.hang_up()


def test_asterisk_has_what_was_planned_and_a_second_sync_touches_nothing(
    installation: Site, asterisk: PrivateAsterisk
) -> None:
    first = installation.sync("--output", "json")
    mwi = "chan_sip.so" if asterisk.driver == "sip" else "res_pjsip.so"
    assert json.loads(first.stdout)["reloaded"] == sorted(["app_voicemail.so", "pbx_config.so", mwi])
    with connect(asterisk.settings()) as ami:
        assert ami.voicemail_users()["1000@GVMA_DN"] == VoicemailUser("1000", "", "")
        names = ami.sip_peers() if asterisk.driver == "sip" else set(ami.aors())
    assert set(BOXES) <= names
    before = {path: path.stat().st_mtime_ns for path in asterisk.etc.iterdir()}
    again = installation.sync()
    assert (again.stdout, again.stderr) == ("", "")
    assert {path: path.stat().st_mtime_ns for path in asterisk.etc.iterdir()} == before


def test_one_changed_object_changes_one_box_and_reloads_one_module(
    installation: Site, asterisk: PrivateAsterisk
) -> None:
    installation.sync()
    installation.put(layer(gvm_name="Ann"))
    answer = json.loads(installation.sync("--output", "json").stdout)
    assert answer["changes"] == {"add": 0, "change": 1, "remove": 0}
    assert answer["reloaded"] == ["app_voicemail.so"]
    with connect(asterisk.settings()) as ami:
        assert ami.voicemail_users()["1000@GVMA_DN"].name == "Ann"


@pytest.mark.parametrize("target", ["voicemail.conf", "mwi", "extensions.conf"])
def test_a_file_that_asterisk_throws_away_is_put_back_and_it_serves_as_before(
    installation: Site, asterisk: PrivateAsterisk, sipserver: UserAgent, target: str
) -> None:
    installation.sync()
    broken = asterisk.etc / (f"{asterisk.driver}.conf" if target == "mwi" else target)
    broken.write_text("#include does-not-exist.conf\n" + broken.read_text())
    kept = {path: path.read_bytes() for path in asterisk.etc.glob("*.conf")}
    installation.put(layer(gvm_mailbox="1009"))
    installation.settings |= {"vm_dn_ext_prefix": "36", "max_remove_percent": 100}
    done = installation.gvma("sync")
    assert done.status == 15, done.stderr
    assert "put back" in done.stderr
    assert {path: path.read_bytes() for path in asterisk.etc.glob("*.conf")} == kept
    subscribed = sipserver.subscribe("gvm-1000")
    assert subscribed.response.status == 200
    sipserver.wait_notify("Voice-Message: 0/0", subscribed)
    with connect(asterisk.settings()) as ami:
        assert "1000@GVMA_DN" in ami.voicemail_users()
        assert "'_37X.'" in ami.dialplan("GVMA")


def test_with_pins_in_the_spool_a_reset_removes_the_secret_and_reloads(
    installation: Site, asterisk: PrivateAsterisk
) -> None:
    text = (asterisk.etc / "voicemail.conf").read_text()
    (asterisk.etc / "voicemail.conf").write_text(text.replace("format=wav", "format=wav\npasswordlocation=spooldir"))
    installation.sync()
    secret = asterisk.spool / "voicemail" / "GVMA_DN" / "1000" / "secret.conf"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("[general]\npassword = 4321\n")
    answer = json.loads(installation.sync("--reset-pin", "1000@GVMA_DN", "--output", "json").stdout)
    assert answer["reloaded"] == ["app_voicemail.so"]
    assert not secret.exists()
