"""SIP Server's own options against ours, each once wrong and once right."""

from __future__ import annotations

import pytest

from gvma.check.switch.mwi import check_mwi
from gvma.configserver.objects import ConfigObject
from gvma.settings import GvmaSettings
from tests.unit.check.objects import agent, application, dn, evidence, files, group

RIGHT = {
    "mwi_mode": "SUBSCRIBE",
    "mwi_domain": "pbx.example",
    "mwi_host": "127.0.0.1",
    "mwi_port": "5060",
    "mwi_extension_enable": "true",
    "mwi_agent_enable": "true",
    "mwi_group_enable": "true",
}


def found(settings: GvmaSettings | None = None, **changes: str) -> list[str]:
    options = {name: value for name, value in {**RIGHT, **changes}.items() if value}
    seen = evidence(
        settings,
        dnquery=[dn("1000")],
        agentquery=[agent("7001", gvm_mailbox="2222")],
        agentgroupquery=[group("Sales", gvm_mailbox="3333")],
        applicationquery=[application(**options)],
    )
    return [finding.code for finding in check_mwi(seen)]


def test_an_application_that_fits_gives_no_finding() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mwi_host": ""}, "sipserver-mwi-missing"),
        ({"mwi_port": ""}, "sipserver-mwi-missing"),
        ({"mwi_domain": ""}, "sipserver-mwi-missing"),
        ({"mwi_mode": "REGISTER"}, "sipserver-mwi-mode"),
        ({"mwi_mode": "NOTIFY"}, "sipserver-mwi-value"),
        ({"mwi_host": "10.9.9.9"}, "sipserver-mwi-host"),
        ({"mwi_port": "5070"}, "sipserver-mwi-port"),
        ({"mwi_port": "sip"}, "sipserver-mwi-value"),
        ({"mwi_port": "9" * 5000}, "sipserver-mwi-value"),
        ({"mwi_domain": "elsewhere.example"}, "sipserver-mwi-domain"),
        ({"mwi_extension_enable": "false"}, "sipserver-mwi-enable"),
        ({"mwi_agent_enable": ""}, "sipserver-mwi-enable"),
        ({"mwi_group_enable": "yes"}, "sipserver-mwi-value"),
    ],
)
def test_each_option_that_does_not_fit_is_found(changes: dict[str, str], code: str) -> None:
    assert found(None, **changes) == [code]


def test_the_mode_is_subscribe_where_none_is_set() -> None:
    assert found(None, mwi_mode="") == []
    assert found(GvmaSettings(mwi_mode="REGISTER"), mwi_mode="") == ["sipserver-mwi-mode"]


def test_register_mode_on_both_sides_is_a_note() -> None:
    assert found(GvmaSettings(mwi_mode="REGISTER"), mwi_mode="REGISTER") == ["sipserver-mwi-register"]


@pytest.mark.parametrize(
    ("driver", "domain", "host"),
    [
        ("[general]\nexternip = 198.51.100.7:5060\ndomain=voice.example,default\n", "voice.example", "198.51.100.7"),
        ("[udp]\ntype=transport\nexternal_signaling_address=198.51.100.7\n", "pbx.example", "198.51.100.7"),
        ("[voice.example]\ntype=domain_alias\ndomain=pbx\n", "Voice.Example", "127.0.0.1"),
    ],
)
def test_addresses_behind_a_nat_and_domains_of_asterisks_files_are_this_asterisks(
    driver: str, domain: str, host: str
) -> None:
    options = {**RIGHT, "mwi_domain": domain, "mwi_host": host}
    seen = evidence(dnquery=[dn("1000")], applicationquery=[application(**options)])
    assert list(check_mwi(seen._replace(files=files(channel=driver)))) == []
    assert list(check_mwi(seen)) != []


@pytest.mark.parametrize(
    ("name", "codes"),
    [("mwi-prot", ["sipserver-mwi-misspelt"]), ("mwi-extention-enable", ["sipserver-mwi-misspelt"]), ("sip-port", [])],
)
def test_an_option_that_is_nearly_an_mwi_option(name: str, codes: list[str]) -> None:
    options = {option.replace("_", "-"): value for option, value in RIGHT.items()} | {name: "1"}
    one = ConfigObject("CfgApplication", 401, "SIP_Server", options=options)
    seen = evidence(dnquery=[dn("1000")], applicationquery=[one])
    assert [finding.code for finding in check_mwi(seen)] == codes
