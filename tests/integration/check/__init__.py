"""A healthy installation for `gvma check`: what its files and its Configuration Server hold, and how to change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.harness.layer import ROUTING_POINT, SERVICE, TRUNK, Layer
from tests.harness.site import Site

SIP_SERVER = "127.0.0.3"
PIN = "907531"
AMI_SECRET = "not-the-sample-one"
VOICEMAIL = "[general]\nformat=wav\npollmailboxes=yes\npollfreq=3600\n[MY_COMPANY]\n5001 => 4711,Reception\n"
EXTENSIONS = """\
[general]
[globals]
GVMA_AGI=agi://127.0.0.1:{agi_port}
#include "{dialplan}"
[default]
include => GVMA
include => GVMA_ROUTING
include => moh_conf_treatment
"""
PJSIP = "[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{sip_port}\n"
SIP = "[general]\nudpbindaddr=127.0.0.1:{sip_port}\nallowguest=no\nsrvlookup=no\n"


def healthy_layer(sip_port: int) -> Layer:
    """What the manual's chapter 2 asks for, with Asterisk on this port."""
    here = f"127.0.0.1:{sip_port}"
    extension = {
        "contact": here,
        "dual-dialog-enabled": "false",
        "make-call-rfc3725-flow": "1",
        "refer-enabled": "false",
        "sip-hold-rfc3264": "false",
        "subscribe-presence": "Asterisk_37",
    }
    trunk = {
        "contact": here,
        "subscribe-presence-domain": "127.0.0.1",
        "subscribe-presence-expire": "600",
        "subscribe-presence-from": f"gsip@{SIP_SERVER}",
        "refer-enabled": "false",
    }
    return Layer(
        dns={
            "1000": extension | {"gvm_password": PIN, "no-answer-overflow": "371000"},
            "1001": extension | {"gvm_mailbox": "5001", "gvm_mailbox_context": "MY_COMPANY"},
            ("2400", ROUTING_POINT): {},
            **{(f"Asterisk_{prefix}", TRUNK): trunk | {"prefix": prefix} for prefix in ("37", "38", "39")},
            **{
                (f"media_{service}", SERVICE): {"service-type": service, "contact": here}
                for service in ("treatment", "music", "mcu", "recorder")
            },
        },
        agents={"7001": {"gvm_mailbox": "2222", "gvm_group_mailbox": "3333", "gvm_password": PIN}},
        groups={"Sales": {"gvm_mailbox": "3333", "gvm_password": PIN}},
        application={
            "mwi-mode": "SUBSCRIBE",
            "mwi-domain": "127.0.0.1",
            "mwi-host": "127.0.0.1",
            "mwi-port": str(sip_port),
            "mwi-extension-enable": "true",
            "mwi-agent-enable": "true",
            "mwi-group-enable": "true",
        },
    )


def codes(installation: Site, *words: str) -> set[str]:
    return {finding["code"] for finding in installation.check(*words)}


def edit(installation: Site, name: str, change: Callable[[str], str]) -> None:
    path = installation.asterisk.etc / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def driver_file(installation: Site) -> str:
    return "sip.conf" if installation.asterisk.driver == "sip" else "pjsip.conf"


@contextmanager
def without_module(installation: Site, module: str) -> Iterator[None]:
    installation.asterisk.cli(f"module unload {module}")
    try:
        yield
    finally:
        installation.asterisk.cli(f"module load {module}")
