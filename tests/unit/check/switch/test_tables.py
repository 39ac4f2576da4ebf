"""The manual's option tables, each option once right, missing, misspelt and out of range."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.check.switch.tables import check_switch, compare
from gvma.configserver.objects import ConfigObject
from gvma.settings import GvmaSettings
from gvma.switches.tables import Table, switches
from tests.unit.check.objects import agent, dn, evidence

# A right value for each form in which the tables print what is allowed; written from the manual.
RIGHT = {
    "<ipaddress>:<SIP port>": "10.0.0.9:5060",
    "SIP URI": "sip:10.0.0.9:5060",
    "numerical string": "78",
    "positive integer": "78",
    "positive integer (s)": "1800",
    "non-negative integer": "0",
    "0-300 (s)": "30",
    "0-30 (s)": "3",
    "0-86400 (s)": "60",
    "true, false": "true",
    "1 | (not set)": "1",
    "REGISTER | SUBSCRIBE": "SUBSCRIBE",
    "domain name": "pbx.example",
    "host or IP": "10.0.0.9",
    "BIG-IP VIP, e.g. 192.168.203.164": "192.168.203.164",
    "physical IP of this host (192.168.63.201 primary / .203 backup)": "192.168.63.201",
    "port": "5060",
    "true|false": "true",
}


TABLES = [
    pytest.param(table, id=f"{switch.id}: {table.object} {table.type}")
    for switch in switches().values()
    for table in switch.tables
    if any(option.required for option in table.options)
]


def complete(table: Table) -> dict[str, str]:
    return {option.name: RIGHT.get(option.allowed, option.allowed.split(" | ")[0]) for option in table.options}


def seen(table: Table, options: dict[str, str]) -> list[tuple[str, str]]:
    found = compare(table, ConfigObject("CfgDN", 1, "2001", options=options))
    return [(finding.code, finding.message) for finding in found]


def test_all_six_switches_of_the_manual_are_there() -> None:
    assert set(switches()) == {
        "openscape-voice", "asterisk", "broadworks", "cisco-mgc", "audiocodes", "f5-bigip-ltm",
    }  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_an_object_as_the_table_tells_gives_no_finding(table: Table) -> None:
    assert seen(table, complete(table)) == []


@pytest.mark.parametrize("table", TABLES)
def test_each_required_option_that_is_missing_is_named_with_the_manuals_line(table: Table) -> None:
    for option in table.options:
        if option.required:
            rest = {name: value for name, value in complete(table).items() if name != option.name}
            codes = [(code, option.name in message, str(option.line) in message) for code, message in seen(table, rest)]
            assert codes == [("switch-option-missing", True, True)]


@pytest.mark.parametrize("table", TABLES)
def test_a_misspelt_option_is_named_and_not_also_missing(table: Table) -> None:
    for option in table.options:
        if option.required and len(option.name) > 6:
            rest = {name: value for name, value in complete(table).items() if name != option.name}
            misspelt = option.name[:-2] + option.name[-1]
            assert [code for code, _ in seen(table, rest | {misspelt: "x"})] == ["switch-option-misspelt"]


def test_a_value_outside_the_range_is_named() -> None:
    table = switches()["audiocodes"].table("DN", "Trunk")
    assert table is not None
    assert [code for code, _ in seen(table, complete(table) | {"oos-check": "301"})] == ["switch-option-value"]
    assert [code for code, _ in seen(table, complete(table) | {"refer-enabled": "maybe"})] == ["switch-option-value"]


@pytest.mark.parametrize("switch", ["openscape-voice", "asterisk", "broadworks", "cisco-mgc", "audiocodes"])
@pytest.mark.parametrize("prefix", ["0", "00", "0049"])
def test_a_trunk_may_have_the_prefix_of_external_numbers(switch: str, prefix: str) -> None:
    table = switches()[switch].table("DN", "Trunk")
    assert table is not None
    assert seen(table, complete(table) | {"prefix": prefix}) == []


def codes(profile: str, **answers: list[ConfigObject]) -> list[str]:
    """profile: ids of switches, with commas between."""
    settings = GvmaSettings(switch_profile=tuple(profile.split(",")) if profile else ())
    return [finding.code for finding in check_switch(evidence(settings, **answers))]


def test_a_profile_that_the_manual_does_not_know_is_an_error() -> None:
    assert codes("nortel", dnquery=[dn("1000")]) == ["switch-profile-unknown"]


def test_a_guessed_profile_is_said() -> None:
    watched = dn("2001", subscribe_presence="trunk")
    found = codes("", dnquery=[watched])
    assert found[0] == "switch-profile-guessed"
    assert "switch-option-missing" in found


def test_a_voicemail_only_layer_needs_no_profile() -> None:
    assert codes("", dnquery=[dn("1000"), dn("1001", gvm_mailbox="1001")]) == []


def test_an_openscape_extension_must_have_no_options() -> None:
    assert codes("openscape-voice", dnquery=[dn("5551234567", contact="10.0.0.9")]) == ["switch-option-unwanted"]
    assert codes("openscape-voice", dnquery=[dn("5551234567", gvm_mailbox="1")]) == []


@pytest.mark.parametrize(
    ("number", "wrong"), [("2001@pbx", True), ("PC-ANNE", True), ("2001", False), ("+492001", False)]
)
def test_an_extension_number_is_a_phone_number(number: str, wrong: bool) -> None:
    assert ("switch-number" in codes("openscape-voice", dnquery=[dn(number)])) is wrong


@pytest.mark.parametrize(("users", "wrong"), [(50, False), (51, True), (100, True)])
def test_broadworks_has_fifty_users_for_each_blf(users: int, wrong: bool) -> None:
    table = switches()["broadworks"].table("DN", "Voice over IP Service")
    assert table is not None
    blf = replace(dn("8026", 29), options=complete(table))
    extensions = [dn(str(2000 + n), contact="10.0.0.9", refer_enabled="false") for n in range(users)]
    others = [dn("8000", 4), dn("8001", 14)]
    found = codes("broadworks", dnquery=[*extensions, *others], servicequery=[blf])
    assert found == (["switch-blf-users"] if wrong else [])


@pytest.mark.parametrize(
    ("options", "routing_dns", "missing"),
    [
        ({}, "watched", 0),
        ({}, "all", 6),
        ({"subscribe-presence": "Asterisk"}, "watched", 5),
        ({"contact": "127.0.0.1:5060"}, "watched", 5),
        ({"contact": "10.0.0.55:5060"}, "watched", 0),
    ],
)
def test_asterisks_table_concerns_the_phones_that_are_on_asterisk(
    options: dict[str, str], routing_dns: str, missing: int
) -> None:
    settings = GvmaSettings(switch_profile=("asterisk",), routing_dns=routing_dns)
    found = [
        finding.code for finding in check_switch(evidence(settings, dnquery=[replace(dn("2001"), options=options)]))
    ]
    assert found == ["switch-option-missing"] * missing


def test_a_phone_whose_presence_option_is_misspelt_is_concerned() -> None:
    found = codes("asterisk", dnquery=[dn("2001", subscribe_presense="Asterisk")])
    assert sorted(found) == [*["switch-option-missing"] * 5, "switch-option-misspelt"]


@pytest.mark.parametrize(("name", "wrong"), [("Asterisk", False), ("Astersik", True)])
def test_presence_is_asked_for_at_a_trunk_that_exists(name: str, wrong: bool) -> None:
    asterisk = switches()["asterisk"]
    extension, trunk = asterisk.table("DN", "Extension"), asterisk.table("DN", "Trunk")
    assert extension is not None
    assert trunk is not None
    watched = replace(dn("2001"), options=complete(extension) | {"subscribe-presence": name})
    through = replace(dn("Asterisk", 14), options=complete(trunk))
    assert codes("asterisk", dnquery=[watched], trunkquery=[through]) == ["switch-option-value"] * wrong
    assert codes("asterisk", dnquery=[watched]) == []


@pytest.mark.parametrize(("service", "found"), [("softswich", ["switch-option-value"]), ("treatment", []), ("blf", [])])
def test_a_service_type_that_is_nearly_the_switchs(service: str, found: list[str]) -> None:
    assert codes("openscape-voice", servicequery=[dn("softswitch", 29, service_type=service)]) == found


@pytest.mark.parametrize(
    ("option", "wrong"), [("no-answer-overflow", False), ("no-answer-overlow", True), ("x", False)]
)
def test_an_option_that_is_nearly_one_for_unanswered_calls(option: str, wrong: bool) -> None:
    login = replace(agent("7001"), options={option: "1"})
    assert codes("asterisk", agentquery=[login]) == ["switch-option-misspelt"] * wrong


def test_agents_are_nothing_of_the_switch_tables() -> None:
    assert codes("asterisk", agentquery=[agent("7001", gvm_mailbox="7001")]) == []
