"""A subscription as SIP Server makes it, on real Asterisks: the counts, the NOTIFY of a new message, the 404."""

from __future__ import annotations

from gvma.ami.manager import connect
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.defaults import PJSIP_TRANSPORT, SIP_GENERAL
from gvma.sip.message_summary import MessageCounts, voice_messages
from gvma.sip.subscriber import Subscriber, subscribe_once
from tests.harness.servers.asterisk_fixtures import StartAsterisk

FILES = {
    "voicemail.conf": "[general]\nformat=wav\npollmailboxes=yes\npollfreq=3600\n[GVMA_DN]\n1000 => 1000,One\n",
    "pjsip.conf": PJSIP_TRANSPORT
    + "[sipserver]\ntype=endpoint\n[sipserver]\ntype=identify\nendpoint=sipserver\nmatch=127.0.0.1\n"
    + "[gvm-1000]\ntype=aor\nmailboxes=1000@GVMA_DN\n",
    "sip.conf": SIP_GENERAL
    + "[gvm-1000]\ntype=friend\nhost=127.0.0.1\nport=5999\nmailbox=1000@GVMA_DN\nsubscribemwi=yes\n",
}


def leave_message(asterisk: PrivateAsterisk) -> None:
    """Put a message into the box as Asterisk would, and have it look."""
    inbox = asterisk.spool / "voicemail/GVMA_DN/1000/INBOX"
    inbox.mkdir(parents=True)
    (inbox / "msg0000.wav").write_bytes(b"")
    (inbox / "msg0000.txt").write_text("[message]\norigmailbox=1000\ncontext=GVMA\nduration=2\n")
    with connect(asterisk.operator_settings()) as ami:
        ami.action("VoicemailRefresh", Context="GVMA_DN", Mailbox="1000")


def test_the_notify_of_a_new_message_arrives(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version, FILES)
    with Subscriber("gvm-1000", "127.0.0.1", asterisk.sip_port) as sip_server:
        assert sip_server.subscribe().status == 200
        first = sip_server.next_notify()
        leave_message(asterisk)
        second = sip_server.next_notify()
    assert first is not None
    assert voice_messages(first.text) == MessageCounts(new=0, old=0)
    assert second is not None
    assert voice_messages(second.text) == MessageCounts(new=1, old=0)


def test_a_box_that_does_not_exist_is_not_found(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version, FILES)
    answer = subscribe_once("gvm-9999", "127.0.0.1", asterisk.sip_port)
    assert (answer.status, answer.notify) == (404, None)


def test_no_subscription_is_left_behind(start_asterisk: StartAsterisk, version: int) -> None:
    asterisk = start_asterisk(version, FILES)
    assert subscribe_once("gvm-1000", "127.0.0.1", asterisk.sip_port).status == 200
    show = "pjsip show subscriptions inbound" if version == 22 else "sip show subscriptions"
    assert not any("gvm-1000" in line or "message-summary" in line for line in asterisk.cli(show))
