"""A site with several switches, and one whose only switch is not Asterisk."""

from __future__ import annotations

import pytest

from gvma.check.catalogue import findings
from gvma.check.switch.tables import check_switch
from gvma.configserver.objects import ConfigObject
from gvma.settings import GvmaSettings, Secret
from tests.unit.check.objects import application, dn, evidence

PHONE = dn(
    "2001",
    contact="127.0.0.1:5060",
    dual_dialog_enabled="false",
    make_call_rfc3725_flow="1",
    refer_enabled="false",
    sip_hold_rfc3264="false",
    subscribe_presence="Presence",
)
PRESENCE = dn(
    "Presence",
    14,
    contact="127.0.0.1:5060",
    subscribe_presence_domain="pbx.example",
    subscribe_presence_expire="600",
    subscribe_presence_from="gsip@10.0.0.20",
    prefix="6",
    refer_enabled="false",
)
SOFTSWITCH = dn(
    "OpenScape Voice",
    29,
    contact="10.0.0.9:5060",
    dual_dialog_enabled="false",
    refer_enabled="false",
    service_type="softswitch",
)
OPENSCAPE_TRUNK = dn("OpenScape", 14, contact="10.0.0.9:5060", prefix="78", refer_enabled="false")
GATEWAY = dn(
    "gateway",
    14,
    contact="10.0.0.7:5060",
    oos_check="30",
    oos_force="5",
    prefix="0",
    priority="0",
    refer_enabled="false",
    recovery_timeout="60",
)
MAILBOXES = dn("to-mailboxes", 14, contact="127.0.0.1:5060", prefix="37")
BIG_IP = application(
    sip_address="192.168.203.164",
    sip_port="5060",
    sip_interface="192.168.63.201",
    internal_registrar_enabled="true",
    internal_registrar_persistent="true",
    sip_hold_rfc3264="true",
)


def found(profile: str, **answers: list[ConfigObject]) -> list[tuple[str, str]]:
    settings = GvmaSettings(switch_profile=tuple(profile.split(",")))
    return [(finding.code, finding.where) for finding in check_switch(evidence(settings, **answers))]


def test_each_object_is_compared_with_the_table_of_its_own_switch() -> None:
    answers = {
        "dnquery": [PHONE, dn("5551234567")],
        "trunkquery": [PRESENCE, OPENSCAPE_TRUNK, GATEWAY, MAILBOXES],
        "servicequery": [SOFTSWITCH],
        "applicationquery": [BIG_IP],
    }
    assert found("asterisk,openscape-voice,cisco-mgc,f5-bigip-ltm", **answers) == []


def test_an_object_that_fits_no_table_is_compared_with_the_one_that_it_fits_best() -> None:
    late = dn("gateway", 14, contact="10.0.0.7:5060", prefix="0", priority="0", refer_enabled="false", oos_check="30")
    expected = [("switch-option-missing", "DN gateway")] * 2
    assert found("cisco-mgc,audiocodes", trunkquery=[late]) == expected


def test_a_softswitch_and_a_blf_are_known_by_their_service_type() -> None:
    blf = dn("8026", 29, contact="10.0.0.8", service_type="blf", request_uri="8866@10.0.0.8")
    wrong = found("openscape-voice,broadworks", servicequery=[SOFTSWITCH, blf])
    assert wrong == [("switch-option-missing", "DN 8026")] * 2


def test_a_misspelt_service_type_is_found_among_several_switches() -> None:
    wrong = dn("x", 29, service_type="softswich")
    assert found("openscape-voice,broadworks", servicequery=[wrong]) == [("switch-option-value", "DN x")]


def test_a_phone_of_asterisk_does_not_have_to_be_without_options_beside_an_openscape_voice() -> None:
    assert found("openscape-voice,asterisk", dnquery=[PHONE], trunkquery=[PRESENCE]) == []
    assert found("openscape-voice", dnquery=[PHONE], trunkquery=[]) == [("switch-option-unwanted", "DN 2001")]


def test_a_trunk_to_the_mailboxes_needs_none_of_a_gateways_options() -> None:
    assert found("cisco-mgc", trunkquery=[GATEWAY, MAILBOXES]) == []
    assert found("cisco-mgc", trunkquery=[dn("elsewhere", 14, contact="10.0.0.5:5060", prefix="38")]) == []


OPENSCAPE = {
    "dnquery": [dn("5551234567")],
    "trunkquery": [OPENSCAPE_TRUNK],
    "servicequery": [SOFTSWITCH],
    "applicationquery": [ConfigObject("CfgApplication", 401, "SIP_Server")],
}
GATEWAYS = {"dnquery": [dn("1000")], "trunkquery": [GATEWAY], "applicationquery": [application(sip_port="5060")]}
BALANCED: dict[str, list[ConfigObject]] = {"trunkquery": [], "servicequery": [], "applicationquery": [BIG_IP]}


def gravest(profile: str, answers: dict[str, list[ConfigObject]]) -> dict[str, set[str]]:
    """Codes by severity, of every chapter."""
    settings = GvmaSettings(switch_profile=tuple(profile.split(",")), asterisk_cm_secret=Secret("not-the-sample-one"))
    every = findings(evidence(settings, **answers))
    return {
        severity: {one.code for one in every if one.severity == severity} for severity in ("error", "warning", "info")
    }


@pytest.mark.parametrize(
    ("profile", "answers"), [("openscape-voice", OPENSCAPE), ("f5-bigip-ltm", BALANCED), ("cisco-mgc", GATEWAYS)]
)
def test_a_right_set_of_another_switch_alone_has_neither_error_nor_warning(
    profile: str, answers: dict[str, list[ConfigObject]]
) -> None:
    found = gravest(profile, answers)
    assert (found["error"], found["warning"]) == (set(), set())
    assert "voicemail-unused" in found["info"]


@pytest.mark.parametrize(
    "changed",
    [
        {"applicationquery": [application(mwi_host="127.0.0.1")]},
        {"dnquery": [dn("5551234567", gvm_mailbox="1234")]},
        {"trunkquery": [OPENSCAPE_TRUNK, MAILBOXES]},
    ],
)
def test_one_object_that_is_for_asterisk_brings_the_rules_of_chapter_2_back(
    changed: dict[str, list[ConfigObject]],
) -> None:
    found = gravest("openscape-voice", {**OPENSCAPE, **changed})
    assert "sipserver-mwi-missing" in found["error"]
    assert "voicemail-unused" not in found["info"]


def test_an_empty_answer_is_a_warning_where_a_table_of_the_switch_is_about_such_objects() -> None:
    assert "configserver-query-empty" in gravest("openscape-voice", {**OPENSCAPE, "servicequery": []})["warning"]
    assert "configserver-query-empty" in gravest("asterisk", BALANCED)["warning"]


def test_without_switch_profile_nothing_of_chapter_2_is_left_out() -> None:
    found = [one.code for one in findings(evidence(None, **OPENSCAPE))]
    assert "sipserver-mwi-missing" in found
