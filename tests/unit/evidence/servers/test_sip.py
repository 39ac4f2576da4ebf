"""Names and addresses by which SIP reaches this host."""

from __future__ import annotations

from gvma.evidence.servers.sip import sip_addresses
from gvma.settings import Settings
from tests.unit.check.objects import application


def test_an_address_of_this_host_is_this_asterisk() -> None:
    objects = (application(mwi_host="127.0.0.9", mwi_domain="192.0.2.1"),)
    here = sip_addresses(Settings(), objects, [("0.0.0.0", 5070)])
    assert here.ports == {5070}
    assert {"127.0.0.1", "localhost", "127.0.0.9"} <= here.hosts
    assert "192.0.2.1" not in here.hosts
