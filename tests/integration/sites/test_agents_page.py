"""docs/agents.md, dialled on a real Asterisk: what an agent dials, and what the keys do that the page names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.site import Site
from tests.soak.phone import Phone
from tests.useragent.call import Call

SIPSERVER = "127.0.0.5"
DIALPLAN = "[general]\n[default]\ninclude => GVMA\n"
LAYER = Layer(
    dns={number: {"gvm_password": number[-2:]} for number in ("1000", "1001", "1002", "1003")},
    agents={"2222": {"gvm_mailbox": "2222", "gvm_password": "22"}},
    groups={"Sales": {"gvm_mailbox": "3333", "gvm_password": "33"}},
)
ASKS_PIN, ASKS_MAILBOX, TAKES_MESSAGE, MENU = "vm-password", "vm-login", "vm-intro", "vm-opts"


@pytest.fixture(scope="module")
def asterisk(start_module_asterisk: StartAsterisk, module_version: int) -> Iterator[PrivateAsterisk]:
    """With the mailboxes of LAYER, and the dialplan that a sync writes."""
    started = start_module_asterisk(module_version, {"extensions.conf": DIALPLAN})
    started.shorten_prompts()
    with ExitStack() as stack:
        site = Site(started.folder, LAYER, asterisk=started)
        stack.enter_context(site.served())
        site.settings["siptserver_host"] = SIPSERVER
        site.sync()
        yield started


@pytest.fixture
def phone(asterisk: PrivateAsterisk, start_telephone: StartTelephone) -> Phone:
    """Any agent's: the calls reach Asterisk from SIP Server, with the agent's DN as the caller."""
    return Phone(asterisk, start_telephone(asterisk, host=SIPSERVER))


def messages(asterisk: PrivateAsterisk, mailbox: str) -> list[Path]:
    """The new ones; mailbox: ``GVMA_DN/1000``."""
    return sorted((asterisk.spool / "voicemail" / mailbox / "INBOX").glob("msg*.txt"))


def leave_message(phone: Phone, number: str, caller: str) -> None:
    """Speaks half a second behind the tone, and ends with ``#``."""
    call = phone.dial(number, caller)
    phone.hears(TAKES_MESSAGE)
    phone.hears("beep")
    call.audio.send_tone(seconds=0.5)
    call.audio.send_digits("#")
    call.wait_ended()


def opened(phone: Phone, dn: str, pin: str) -> Call:
    """A call that is in the menu of the DN's own mailbox."""
    call = phone.dial(f"37{dn}", dn)
    phone.hears(ASKS_PIN)
    call.audio.send_digits(f"{pin}#")
    assert phone.hears("vm-incorrect", MENU) == MENU
    return call


@pytest.mark.parametrize(
    ("caller", "number", "hears"),
    [
        ("1000", "371000", ASKS_PIN),  # one's own mailbox: prefix and mailbox
        ("1001", "371000", TAKES_MESSAGE),  # a colleague's
        ("1000", "379500", ASKS_MAILBOX),
        ("1000", "382222", TAKES_MESSAGE),  # an agent login's, from any DN
        ("1000", "389500", ASKS_MAILBOX),
        ("1000", "393333", TAKES_MESSAGE),
        ("1000", "399500", ASKS_MAILBOX),
    ],
)
def test_the_number_decides_what_the_caller_hears_first(phone: Phone, caller: str, number: str, hears: str) -> None:
    call = phone.dial(number, caller)
    assert phone.hears(ASKS_PIN, ASKS_MAILBOX, TAKES_MESSAGE) == hears
    call.hang_up()


@pytest.mark.parametrize(("number", "mailbox"), [("371000", "GVMA_DN/1000"), ("382222", "GVMA_AGENT/2222")])
def test_the_hash_key_ends_a_message(phone: Phone, asterisk: PrivateAsterisk, number: str, mailbox: str) -> None:
    leave_message(phone, number, "1001")
    assert len(messages(asterisk, mailbox)) == 1


@pytest.mark.parametrize(
    ("number", "mailbox", "pin"), [("379500", "1000", "00"), ("389500", "2222", "22"), ("399500", "3333", "33")]
)
def test_9500_behind_the_prefix_opens_any_mailbox_with_its_number_and_pin(
    phone: Phone, number: str, mailbox: str, pin: str
) -> None:
    call = phone.dial(number, "1001")
    phone.hears(ASKS_MAILBOX)
    call.audio.send_digits(f"{mailbox}#")
    phone.hears(ASKS_PIN)
    call.audio.send_digits(f"{pin}#")
    assert phone.hears("vm-incorrect", MENU) == MENU
    call.hang_up()


def test_1_hears_new_messages_and_7_deletes_one_when_the_mailbox_is_left(
    phone: Phone, asterisk: PrivateAsterisk
) -> None:
    leave_message(phone, "371001", "1000")
    call = opened(phone, "1001", "01")
    call.audio.send_digits("1")
    phone.hears("vm-delete")  # the keys are said behind the message
    call.audio.send_digits("7")
    phone.hears("vm-deleted")
    call.audio.send_digits("#")
    call.wait_ended()
    assert messages(asterisk, "GVMA_DN/1001") == []


def test_0_and_1_record_the_greeting_that_callers_hear(phone: Phone, asterisk: PrivateAsterisk) -> None:
    call = opened(phone, "1002", "02")
    call.audio.send_digits("0")
    phone.hears("vm-options")
    call.audio.send_digits("1")
    phone.hears("beep")
    call.audio.send_tone(seconds=0.5)
    call.audio.send_digits("#")
    phone.hears("vm-review")
    call.audio.send_digits("1")
    phone.hears("vm-msgsaved")
    call.hang_up()
    caller = phone.dial("371002", "1000")
    asterisk.wait_log(r"Playing '[^']*/GVMA_DN/1002/unavail\.")
    caller.hang_up()


def test_0_and_5_change_the_pin(phone: Phone) -> None:
    call = opened(phone, "1003", "03")
    call.audio.send_digits("0")
    phone.hears("vm-options")
    phone.type_new_pin(call, "12")
    phone.confirm(call)
    call.hang_up()
    opened(phone, "1003", "12").hang_up()
