"""Where files tell less than Asterisk may know."""

from __future__ import annotations

import pytest

from gvma.asterisk.drivers import driver_of
from gvma.asterisk.identification.model import SiteFiles
from gvma.asterisk.identification.unseen import MORE_FILES, unseen
from tests.unit.asterisk.identification import conf


@pytest.mark.parametrize(
    ("driver", "text", "files", "says"),
    [
        ("pjsip", b"[udp]\ntype=transport\n", {}, []),
        ("pjsip", b"#exec /usr/local/bin/ids\n", {}, ["pjsip.conf runs /usr/local/bin/ids"]),
        ("pjsip", b"", {"pjsip_wizard.conf": b"#exec x\n"}, ["pjsip_wizard.conf runs x"]),
        (
            "pjsip",
            b"",
            {"sorcery.conf": b"[res_pjsip_endpoint_identifier_ip]\nidentify=realtime,ps_endpoint_id_ips\n"},
            ["sorcery.conf takes identify from realtime,ps_endpoint_id_ips"],
        ),
        ("pjsip", b"", {"sorcery.conf": b"[res_pjsip]\nendpoint=config,pjsip.conf,criteria=type=endpoint\n"}, []),
        ("pjsip", b"", {"sorcery.conf": b"[res_pjsip]\naor=realtime,ps_aors\n"}, []),
        (
            "pjsip",
            b"",
            {"extconfig.conf": b"[settings]\npjsip.conf => odbc,asterisk\n"},
            ["extconfig.conf takes pjsip.conf from a database"],
        ),
        ("pjsip", b"", {"extconfig.conf": b"[settings]\nsippeers => odbc,asterisk\n"}, []),
        (
            "sip",
            b"",
            {"extconfig.conf": b"[settings]\nsippeers => odbc,asterisk\n"},
            ["extconfig.conf takes sippeers from a database"],
        ),
        ("sip", b"", {"users.conf": b"[general]\nhassip = yes\n"}, ["users.conf makes SIP peers"]),
        ("sip", b"#exec x\n", {"pjsip_wizard.conf": b"#exec y\n"}, ["sip.conf runs x"]),
    ],
)
def test_files_that_hint_at_more_are_named(driver: str, text: bytes, files: dict[str, bytes], says: list[str]) -> None:
    wizards = conf(files.get("pjsip_wizard.conf", b"")) if driver == "pjsip" else None
    more = {name: conf(files.get(name, b"")) for name in MORE_FILES}
    assert list(unseen(driver_of(driver), SiteFiles(conf(text), wizards), more)) == says
