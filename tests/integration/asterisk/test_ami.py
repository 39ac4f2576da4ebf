"""AMI on real Asterisks: what gvma reads back is what the files say, and what Asterisk refuses is an error."""

from __future__ import annotations

import pytest

from gvma.ami.answers import MailboxCount, VoicemailUser
from gvma.ami.manager import connect
from gvma.demo.defaults import PJSIP_TRANSPORT, SIP_GENERAL
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, CredentialsError
from gvma.settings.model import Secret
from tests.fakes.relays.ami_relay import AmiRelay
from tests.harness.servers.asterisk_fixtures import StartAsterisk

LONG_NAME = "Ä" * 60
VOICEMAIL = f"""\
[general]
format=wav
[GVMA_DN]
1000 => 1000,Name One,a@b.example,p@b.example,attach=yes
1001 => 1001,Jürgen Größe
1002 => 1002,{LONG_NAME}
1003 => 1003, Blank\x20\x20
[GVMA_AGENT]
1000 => 1000,Agent
"""
PJSIP = f"""\
{PJSIP_TRANSPORT}
[sipserver]
type=endpoint
mailboxes=1001@GVMA_DN
allow=ulaw
[gvm-1000]
type=aor
mailboxes=1000@GVMA_DN
[phone]
type=aor
max_contacts=1
"""
SIP = f"""\
{SIP_GENERAL}
[gvm-1000]
type=friend
host=127.0.0.1
port=5999
mailbox=1000@GVMA_DN
[phone]
type=friend
host=dynamic
"""
EXTENSIONS = """\
[default]
[GVMA]
exten => _37X.,1,Voicemail(${EXTEN:2}@GVMA_DN)
"""
FILES = {"voicemail.conf": VOICEMAIL, "pjsip.conf": PJSIP, "sip.conf": SIP, "extensions.conf": EXTENSIONS}
EMPTY = {"voicemail.conf": "[general]\n", "pjsip.conf": PJSIP_TRANSPORT, "sip.conf": SIP_GENERAL}


def test_boxes_are_read_back_as_asterisk_keeps_them(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version, FILES)
    with connect(asterisk.settings()) as ami:
        users = ami.voicemail_users()
        assert ami.version.startswith(f"{version}.")
        assert ami.mailbox_count("1000@GVMA_DN") == MailboxCount(0, 0, 0)
    assert users["1000@GVMA_DN"] == VoicemailUser("Name One", "a@b.example", "p@b.example")
    assert users["1001@GVMA_DN"] == VoicemailUser("Jürgen Größe", "", "")
    assert users["1000@GVMA_AGENT"].name == "Agent"
    # 79 bytes are kept: thirty-nine characters of two bytes, and half of the next.
    assert users["1002@GVMA_DN"].name.encode("utf-8", "surrogateescape") == LONG_NAME.encode()[:79]
    # A blank after a comma belongs to the name; those at the end of the line are gone.
    assert users["1003@GVMA_DN"].name == " Blank"
    assert len(users) == 5


def test_subscriptions_of_pjsip_are_read_back(start_asterisk: StartAsterisk) -> None:
    with connect(start_asterisk(22, FILES).settings()) as ami:
        assert ami.aors() == {"gvm-1000": "1000@GVMA_DN", "phone": ""}
        assert ami.endpoints() == {"sipserver"}
        assert ami.endpoint_mailboxes(["sipserver", "nobody"]) == {"sipserver": "1001@GVMA_DN"}
        assert ami.loaded("res_pjsip.so")
        assert not ami.loaded("chan_sip.so")


def test_subscriptions_of_chan_sip_are_read_back(start_asterisk: StartAsterisk) -> None:
    with connect(start_asterisk(16, FILES).settings()) as ami:
        assert ami.sip_peers() == {"gvm-1000", "phone"}
        assert ami.sip_peer_mailboxes(["gvm-1000", "nobody"]) == {"gvm-1000": "1000@GVMA_DN"}
        assert ami.loaded("chan_sip.so")
        assert not ami.loaded("res_pjsip.so")


def test_a_context_is_read_back_and_a_missing_one_is_empty(start_asterisk: StartAsterisk, version: int) -> None:
    with connect(start_asterisk(version, FILES).settings()) as ami:
        assert "'_37X.' =>" in ami.dialplan("GVMA")
        assert "Voicemail(${EXTEN:2}@GVMA_DN)" in ami.dialplan("GVMA")
        assert ami.dialplan("GVMA_NONE") == ""


def test_an_asterisk_without_anything_gives_empty_answers(start_asterisk: StartAsterisk, version: int) -> None:
    with connect(start_asterisk(version, EMPTY).settings()) as ami:
        assert ami.voicemail_users() == {}
        if version == 22:
            assert ami.aors() == {}
            assert ami.endpoints() == set()
        else:
            assert ami.sip_peers() == set()


def test_a_reload_makes_asterisk_read_its_files(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version, EMPTY)
    (asterisk.etc / "voicemail.conf").write_text(VOICEMAIL)
    (asterisk.etc / "extensions.conf").write_text(EXTENSIONS)
    with connect(asterisk.settings()) as ami:
        ami.reload("app_voicemail.so")
        ami.reload("pbx_config.so")
        assert len(ami.voicemail_users()) == 5
        assert "_37X." in ami.dialplan("GVMA")


def test_a_dialplan_that_asterisk_cannot_read_is_refused(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version, FILES)
    (asterisk.etc / "extensions.conf").write_text("[unclosed\n")
    with connect(asterisk.settings()) as ami:
        with pytest.raises(AsteriskRefusedError, match=r"pbx_config\.so"):
            ami.reload("pbx_config.so")
        assert "_37X." in ami.dialplan("GVMA")


def test_a_module_that_is_not_loaded_is_refused(start_asterisk: StartAsterisk, version: int) -> None:
    other = "chan_sip.so" if version == 22 else "res_pjsip.so"
    with connect(start_asterisk(version).settings()) as ami:
        with pytest.raises(AsteriskRefusedError, match=other):
            ami.reload(other)


def test_a_wrong_secret_is_refused(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version)
    with pytest.raises(CredentialsError):
        connect(asterisk.settings(asterisk_cm_secret=Secret("wrong")))


def test_the_secret_is_not_among_the_bytes_of_a_login(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version)
    relay = AmiRelay(asterisk.ami_port)
    with relay.serve(), connect(asterisk.settings(asterisk_cm_port=relay.port)) as ami:
        ami.mailbox_count("1000@GVMA_DN")
    sent = b"\r\n".join(relay.seen)
    assert b"Action: Login" in sent
    assert asterisk.ami_secret.encode() not in sent


def test_an_account_in_use_elsewhere_is_said_to_be_in_use(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version)
    manager = asterisk.etc / "manager.conf"
    manager.write_text(manager.read_text().replace("[general]\n", "[general]\nallowmultiplelogin = no\n", 1))
    asterisk.restart()  # an account that exists keeps its value over a reload
    with connect(asterisk.settings()):
        with pytest.raises(CredentialsError, match="'gvma' is in use by another connection"):
            connect(asterisk.settings())
    with pytest.raises(CredentialsError, match="refused the AMI login"):
        connect(asterisk.settings(asterisk_cm_secret=Secret("wrong")))


def test_the_class_that_an_account_lacks_is_named(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version, ami_classes="command,call,reporting")
    with connect(asterisk.settings()) as ami:
        with pytest.raises(CredentialsError, match="'system'"):
            ami.reload("app_voicemail.so")
        assert ami.voicemail_users() == {}


def test_an_asterisk_that_ends_meanwhile_is_unreachable(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version)
    with connect(asterisk.settings()) as ami:
        asterisk.stop()
        with pytest.raises(AsteriskUnreachableError):
            ami.voicemail_users()


def test_lists_of_thousands_are_read_back_complete(start_asterisk: StartAsterisk) -> None:
    """Asterisk logs off a reader that is slower than it writes; here it writes eleven megabytes."""
    boxes = "".join(f"{number} => {number},Name {number}\n" for number in range(20_000))
    aors = "".join(f"[gvm-{number}]\ntype=aor\nmailboxes={number}@GVMA_DN\n" for number in range(5_000))
    files = {"voicemail.conf": f"[general]\n[GVMA_DN]\n{boxes}", "pjsip.conf": PJSIP_TRANSPORT + aors}
    with connect(start_asterisk(22, files).settings()) as ami:
        users, found = ami.voicemail_users(), ami.aors()
    assert len(users) == 20_000
    assert users["19999@GVMA_DN"] == VoicemailUser("Name 19999", "", "")
    assert found == {f"gvm-{number}": f"{number}@GVMA_DN" for number in range(5_000)}
