"""GVM options that contradict each other, each found where it is and not where all is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.check.voicemail import options
from gvma.configserver.objects import ConfigObject
from tests.unit.check.objects import agent, application, dn, evidence, group


def test_a_group_mailbox_that_no_agent_group_has() -> None:
    seen = evidence(
        agentquery=[agent("7001", gvm_group_mailbox="3334")], agentgroupquery=[group("S", gvm_mailbox="3333")]
    )
    assert [(f.code, f.where) for f in options.check_group_mailboxes(seen)] == [
        ("gvm-group-mailbox-unknown", "Agent Login 7001")
    ]


def test_a_box_of_two_owners_is_named_with_the_other_owner() -> None:
    seen = evidence(dnquery=[dn("1000"), dn("1001", gvm_mailbox="1000")])
    assert [(f.code, f.where, "DN 1000" in f.message) for f in options.check_shared_mailboxes(seen)] == [
        ("gvm-mailbox-shared", "DN 1001", True)
    ]


def test_the_same_box_name_of_a_dn_and_an_agent_is_two_boxes() -> None:
    seen = evidence(dnquery=[dn("1000")], agentquery=[agent("1", gvm_mailbox="1000")])
    assert list(options.check_shared_mailboxes(seen)) == []


def test_a_foreign_box_may_be_shared_across_kinds() -> None:
    foreign = dn("1000", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    same = agent("7001", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    seen = evidence(dnquery=[foreign], agentquery=[same])
    assert [(f.code, f.where) for f in options.check_shared_mailboxes(seen)] == [
        ("gvm-mailbox-shared", "Agent Login 7001")
    ]


@pytest.mark.parametrize("one", [dn("1000", gvm_group_mailbox="3"), group("Sales", gvm_group_mailbox="3")])
def test_gvm_group_mailbox_outside_an_agent_login(one: ConfigObject) -> None:
    key = "dnquery" if one.kind == "CfgDN" else "agentgroupquery"
    assert [f.code for f in options.check_option_names(evidence(None, **{key: [one]}))] == ["gvm-option-misplaced"]


@pytest.mark.parametrize("name", ["gvm_mailbx", "gvm_mail_box", "gvmmailbox", "gvm_pasword", "gvm-email"])
def test_a_misspelt_gvm_option_is_named_with_the_nearest_name(name: str) -> None:
    wrong = replace(dn("1000"), options={name: "1"})
    assert [f.code for f in options.check_option_names(evidence(dnquery=[wrong]))] == ["gvm-option-misspelt"]


@pytest.mark.parametrize(
    ("one", "codes"),
    [
        (agent("7001", gvm_name="Anne"), ["gvm-option-without-effect"]),
        (group("Sales", gvm_password="1"), ["gvm-option-without-effect"]),
        (agent("7001", gvm_group_mailbox="3333"), []),
        (agent("7001", gvm_mailbox="2", gvm_name="Anne"), []),
        (dn("1000", gvm_name="Anne"), []),
        (dn("1000", gvm_mailbox_context="MY_COMPANY", gvm_email="a@example.com"), ["gvm-option-without-effect"]),
        (dn("1000", gvm_mailbox_context="MY_COMPANY"), []),
    ],
)
def test_options_that_another_one_leaves_without_effect(one: ConfigObject, codes: list[str]) -> None:
    key = {"CfgDN": "dnquery", "CfgAgentLogin": "agentquery"}.get(one.kind, "agentgroupquery")
    seen = evidence(None, **{key: [one]})
    assert [f.code for f in options.check_options_without_effect(seen)] == codes


@pytest.mark.parametrize(
    ("query", "one"),
    [
        ("trunkquery", dn("trunk", 14, gvm_mailbox="1")),
        ("routingpointquery", dn("2400", 4, gvm_email="a@example.com")),
        ("applicationquery", application(gvm_mailbox="1")),
        ("dnquery", dn("1000", mwi_mode="SUBSCRIBE")),
        ("agentquery", agent("7001", mwi_host="pbx")),
    ],
)
def test_an_option_in_an_object_of_the_wrong_kind(query: str, one: ConfigObject) -> None:
    assert [f.code for f in options.check_option_names(evidence(None, **{query: [one]}))] == ["gvm-option-misplaced"]


def test_every_owner_with_an_option_in_the_wrong_object_or_misspelt_is_named() -> None:
    dns = [dn(number, gvm_group_mailbox="1", gvm_emial="") for number in ("1000", "1001")]
    agents = [agent(code, gvm_group_mailbox="1", gvm_emial="") for code in ("7001", "7002")]
    found = options.check_option_names(evidence(None, dnquery=dns, agentquery=agents))
    places: dict[str, list[str]] = {}
    for one in found:
        places.setdefault(one.code, []).append(one.where)
    assert places == {
        "gvm-option-misplaced": ["DN 1000", "DN 1001"],
        "gvm-option-misspelt": ["DN 1000", "DN 1001", "Agent Login 7001", "Agent Login 7002"],
    }
