"""SIP Server's own address and port against ours, each once wrong and once right."""

from __future__ import annotations

import pytest

from gvma.check.finding import Finding
from gvma.check.switch.sipserver import check_sipserver
from gvma.evidence.model import Evidence
from gvma.settings import GvmaSettings
from tests.unit.check.objects import application, evidence

SETTINGS = GvmaSettings(siptserver_host="10.0.0.20", siptserver_port=5060)
ADDRESSES = {
    "10.0.0.20": frozenset({"10.0.0.20"}),
    "10.0.0.21": frozenset({"10.0.0.21"}),
    "192.168.63.201": frozenset({"192.168.63.201"}),
    "tserver.example": frozenset({"10.0.0.20"}),
    "unknown.example": frozenset[str](),
}


def seen(settings: GvmaSettings = SETTINGS, *applications: dict[str, str]) -> Evidence:
    made = evidence(settings, applicationquery=[application(**options) for options in applications])
    return made._replace(addresses=ADDRESSES)


def found(options: dict[str, str], settings: GvmaSettings = SETTINGS) -> list[Finding]:
    return [*check_sipserver(seen(settings, options))]


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({}, []),
        ({"sip_address": "10.0.0.20", "sip_port": "5060"}, []),
        ({"sip_address": "tserver.example"}, []),
        ({"sip_address": "0.0.0.0"}, []),
        ({"sip_address": "unknown.example"}, []),
        ({"sip_address": "10.0.0.21"}, ["sipserver-address"]),
        ({"sip_port": "5070"}, ["sipserver-port"]),
        ({"sip_port": "05060"}, []),
        ({"sip_port": "9" * 5000}, ["sipserver-port"]),
        ({"sip_port": "none"}, []),
    ],
)
def test_address_and_port_are_compared_where_sip_server_says_them(options: dict[str, str], codes: list[str]) -> None:
    assert [finding.code for finding in found(options)] == codes


def test_behind_a_big_ip_the_virtual_address_is_right_and_that_of_the_host_is_not() -> None:
    big_ip = {"sip_address": "10.0.0.20", "sip_interface": "192.168.63.201"}
    assert found(big_ip) == []
    behind = SETTINGS._replace(siptserver_host="192.168.63.201")
    (finding,) = found(big_ip, behind)
    assert finding.message == (
        "sip-address = 10.0.0.20; siptserver_host = 192.168.63.201, which is sip-interface, SIP Server's address "
        "behind the virtual one"
    )


def test_each_application_of_a_pair_is_named() -> None:
    pair = ({"sip_address": "10.0.0.20"}, {"sip_address": "10.0.0.21"})
    assert [finding.code for finding in check_sipserver(seen(SETTINGS, *pair))] == ["sipserver-address"]
    both = SETTINGS._replace(siptserver_host="10.0.0.20,10.0.0.21")
    assert list(check_sipserver(seen(both, *pair))) == []


def test_where_no_address_is_written_none_is_compared() -> None:
    assert found({"sip_address": "10.0.0.21"}, SETTINGS._replace(mwi_mode="REGISTER")) == []
    assert found({"sip_address": "10.0.0.21"}, SETTINGS._replace(siptserver_host="")) == []
