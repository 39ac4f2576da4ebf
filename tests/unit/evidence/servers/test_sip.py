"""Names and addresses by which SIP reaches this host."""

from __future__ import annotations

import pytest

from gvma.errors import SipError
from gvma.evidence.model import ConfigServerEvidence
from gvma.evidence.servers import sip
from gvma.evidence.servers.sip import probes, sip_addresses
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import application, files


def test_an_address_of_this_host_is_this_asterisk() -> None:
    objects = (application(mwi_host="127.0.0.9", mwi_domain="192.0.2.1"),)
    here = sip_addresses(Settings(), objects, [("0.0.0.0", 5070)])
    assert here.ports == {5070}
    assert {"127.0.0.1", "localhost", "127.0.0.9"} <= here.hosts
    assert "192.0.2.1" not in here.hosts


@pytest.mark.parametrize(
    ("ami_host", "bound", "sent_to"),
    [
        ("localhost", "0.0.0.0", "127.0.0.1"),
        ("pbx.example", "0.0.0.0", "pbx.example"),
        ("localhost", "::", "localhost"),
        ("localhost", "10.0.0.5", "10.0.0.5"),
    ],
)
def test_a_probe_goes_where_asterisk_listens(
    monkeypatch: pytest.MonkeyPatch, ami_host: str, bound: str, sent_to: str
) -> None:
    asked = []

    def nobody(_user: str, host: str, port: int, **_options: object) -> None:
        asked.append((host, port))
        raise SipError("nobody listens", where=host)

    monkeypatch.setattr(sip, "subscribe_once", nobody)
    block = ";$---GVMA-BEGIN-GVMA---$\n[gvm-1000]\ntype=aor\n;$---GVMA-END-GVMA---$\n"
    settings = Settings(gvma=GvmaSettings(asterisk_cm_host=ami_host))
    sent = probes(settings, files(channel=block), ConfigServerEvidence(), [(bound, 5070)])
    assert ([one.status for one in sent], asked) == ([0], [(sent_to, 5070)])
