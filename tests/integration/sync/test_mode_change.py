"""mwi_mode changed on a running server: SIP Server gets its NOTIFYs as the new mode says, on 16 and on 22."""

from __future__ import annotations

import shutil

from gvma.ami.manager import connect
from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.waiting import wait_until
from tests.integration.asterisk.test_rendered_blocks import SETTINGS, files_of
from tests.integration.asterisk.test_rendered_mwi import SUBSCRIPTIONS, WANTED

POLLING = "format=wav\npollmailboxes=yes\npollfreq=3600\n"


def start_in(start_asterisk: StartAsterisk, version: int, mode: str) -> PrivateAsterisk:
    files = files_of(WANTED, version, mode)
    files["voicemail.conf"] = files["voicemail.conf"].replace("format=wav\n", POLLING)
    return start_asterisk(version, files)


def change_mode(asterisk: PrivateAsterisk, version: int, mode: str) -> None:
    """Write the block of another mode, and reload the driver's module; returns when Asterisk has read it."""
    name, module = ("sip.conf", "chan_sip.so") if version == 16 else ("pjsip.conf", "res_pjsip.so")
    text = files_of(WANTED, version, mode)[name]
    (asterisk.etc / name).write_text(text.replace("{sip_port}", str(asterisk.sip_port)))
    asterisk.cli(f"module reload {module}")
    if version == 22:
        return
    # chan_sip answers before it has read its file; the objects come in the order of the file.
    dynamic = f"Dynamic      : {'Yes' if mode == 'REGISTER' else 'No'}"
    wait_until(
        lambda: any(dynamic in line for line in asterisk.cli(f"sip show peer {SUBSCRIPTIONS[-1].name}")),
        "chan_sip has not read the new block",
    )


def leave_message(asterisk: PrivateAsterisk, box: str, context: str) -> None:
    """Put a message into a mailbox as Asterisk would, and have it look."""
    inbox = asterisk.spool / "voicemail" / context / box / "INBOX"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir(parents=True)
    (inbox / "msg0000.wav").write_bytes(b"")
    (inbox / "msg0000.txt").write_text(f"[message]\norigmailbox={box}\ncontext=GVMA\nduration=2\n")
    with connect(asterisk.operator_settings()) as ami:
        ami.action("VoicemailRefresh", Context=context, Mailbox=box)


def test_from_subscribe_to_register_every_registration_and_every_message_is_notified(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone, version: int
) -> None:
    asterisk = start_in(start_asterisk, version, "SUBSCRIBE")
    change_mode(asterisk, version, "REGISTER")
    sipserver = start_telephone(asterisk, host="127.0.0.5", port=SETTINGS.siptserver_port)
    for it in SUBSCRIPTIONS:
        seen = len(sipserver.received)
        assert sipserver.register(it.name).status == 200
        assert "Voice-Message: 0/0" in sipserver.wait_notify("Messages-Waiting: no", after=seen).text
    for it in SUBSCRIPTIONS:
        seen = len(sipserver.received)
        leave_message(asterisk, it.box, it.context)
        assert "Voice-Message: 1/0" in sipserver.wait_notify("Messages-Waiting: yes", after=seen).text


def test_from_register_to_subscribe_every_subscription_and_every_message_is_notified(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone, version: int
) -> None:
    asterisk = start_in(start_asterisk, version, "REGISTER")
    change_mode(asterisk, version, "SUBSCRIBE")
    sipserver = start_telephone(asterisk, host="127.0.0.5", port=SETTINGS.siptserver_port)
    for it in SUBSCRIPTIONS:
        subscribed = sipserver.subscribe(it.name)
        assert subscribed.response.status == 200
        sipserver.wait_notify("Messages-Waiting: no", subscribed)
        leave_message(asterisk, it.box, it.context)
        assert "Voice-Message: 1/0" in sipserver.wait_notify("Messages-Waiting: yes", subscribed).text
