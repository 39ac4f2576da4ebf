"""A stranger's site: other objects, prefixes and SIP Servers than the packaged ones. Nothing here asserts."""

from __future__ import annotations

import shutil
from socket import SOCK_DGRAM

import pytest

from gvma.ami.manager import connect
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from tests.harness.layer import Layer
from tests.harness.sounds import write_burst
from tests.useragent import UserAgent

SIPSERVER, SPARE, STRANGER, PORT = "127.0.0.5", "127.0.0.6", "127.0.0.7", free_port(SOCK_DGRAM)
VOICEMAIL = """\
; Latin-1 says J\u00fcrgen, and this file says so too.
[general]
format=wav
pollmailboxes=yes
pollfreq=3600
[site-boxes](!)
attach=no
[Front-Desk](site-boxes)
7 => 0815,Porter,,,attach=no
"""
EXTENSIONS = """\
[general]
[speech]
exten => some,1,Answer()
 same => n,Playback(tone)
 same => n,Hangup()
[default]
include => GVMA
exten => porter,1,Voicemail(7@Front-Desk,s)
"""
OBJECTS = Layer(
    dns={
        "61001": {},
        "61002": {"gvm_mailbox": "61902", "gvm_name": "Ulla; Iso", "gvm_password": "86420"},
        "61003": {"gvm_mailbox": "7", "gvm_mailbox_context": "Front-Desk"},
        "5": {"gvm_name": "Zo\u00eb, [general] ${EXTEN}", "gvm_options": "tz=eastern|attach=no"},
        "+4930901820": {},
    },
    agents={"A17": {"gvm_mailbox": "anna.b-1", "gvm_group_mailbox": "61500"}, "A18": {}},
    groups={"Claims": {"gvm_mailbox": "61500"}, "Sales": {}},
)
# Subscription: what is dialled to reach its box, and the box. Prefixes of one, four and three signs.
PLACES = {
    "gvm-61001": ("861001", "61001@GVMA_DN"),
    "gvm-61902": ("861902", "61902@GVMA_DN"),
    "gvm-5": ("85", "5@GVMA_DN"),
    "gvm-+4930901820": ("8+4930901820", "+4930901820@GVMA_DN"),
    "gvm-a-anna.b-1": ("4400anna.b-1", "anna.b-1@GVMA_AGENT"),
    "gvm-g-61500": ("*5561500", "61500@GVMA_AGENTGROUP"),
    "gvm-7": ("porter", "7@Front-Desk"),
}
SETTINGS = {
    "siptserver_host": SIPSERVER,
    "siptserver_port": PORT,
    "vm_dn_ext_prefix": "8",
    "vm_agt_ext_prefix": "4400",
    "vm_grp_ext_prefix": "*55",
    "vm_voicemail_main_ext": "77",
}


SIP_16, PJSIP_16, PJSIP_22 = (
    pytest.param(pair, marks=pytest.mark.asterisk, id=f"{pair[0]}-{pair[1]}")
    for pair in ((16, "sip"), (16, "pjsip"), (22, "pjsip"))
)
on_every_pair = pytest.mark.parametrize("serving", [SIP_16, PJSIP_16, PJSIP_22], indirect=True)
on_both_drivers = pytest.mark.parametrize("serving", [SIP_16, PJSIP_22], indirect=True)
on_pjsip = pytest.mark.parametrize("serving", [PJSIP_22], indirect=True)
on_chan_sip = pytest.mark.parametrize("serving", [SIP_16], indirect=True)


def put_site_files(asterisk: PrivateAsterisk, files: dict[str, str]) -> None:
    """Asterisk serves these from now on."""
    shutil.rmtree(asterisk.spool / "voicemail", ignore_errors=True)
    for name, text in files.items():
        (asterisk.etc / name).write_text(text.replace("{sip_port}", str(asterisk.sip_port)), "utf-8")
    mwi = "chan_sip.so" if asterisk.driver == "sip" else "res_pjsip.so"
    with connect(asterisk.operator_settings()) as ami:
        for module in ("app_voicemail.so", "pbx_config.so", mwi):
            ami.reload(module)


def leave_message(asterisk: PrivateAsterisk, dialled: str) -> None:
    with connect(asterisk.operator_settings()) as ami:
        ami.command(f"channel originate Local/{dialled}@default/n extension some@speech")


def record_greetings(asterisk: PrivateAsterisk) -> None:
    """Asterisk 16 cannot spell a box whose name holds more than digits, and ends the call: such a box needs one."""
    for _, key in PLACES.values():
        box, _, context = key.rpartition("@")
        if not box.isdecimal():
            write_burst(asterisk.spool / "voicemail" / context / box / "unavail.wav", loud=0.1, silent=0.1)


def hear_all_as_old(asterisk: PrivateAsterisk, key: str) -> None:
    """What VoicemailMain does once the messages were heard."""
    box, _, context = key.rpartition("@")
    folder = asterisk.spool / "voicemail" / context / box
    (folder / "Old").mkdir(exist_ok=True)
    for path in (folder / "INBOX").iterdir():
        path.rename(folder / "Old" / path.name)
    with connect(asterisk.operator_settings()) as ami:
        ami.action("VoicemailRefresh", Context=context, Mailbox=box)


def applications(asterisk: PrivateAsterisk) -> str:
    return "\n".join(asterisk.cli("core show channels concise"))


def notified(sipserver: UserAgent, name: str, text: str) -> None:
    """Waits until the contact that SIP Server registered for this name has got a NOTIFY with this text."""
    sipserver.wait_for(
        lambda message: message.method == "NOTIFY" and text in message.text and message.uri.startswith(f"sip:{name}@")
    )
