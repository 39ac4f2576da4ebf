"""GVM options that contradict each other, each found where it stands and not where all is well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gvma.check import gvm_options
from gvma.check.conf import Conf, read_conf
from gvma.check.evidence import QUERIES, Answer, Evidence, Layer
from gvma.configserver.objects import ConfigObject
from gvma.errors import ConfigServerUnreachable, CredentialsError
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import agent, application, dn, evidence, group


def voicemail(site: str = "") -> Conf:
    return read_conf("voicemail.conf", lambda name: [(name, site.encode())], (";begin", ";end"))


HEALTHY: dict[str, Any] = {
    "dnquery": [dn("1000"), dn("1001", gvm_mailbox="1001", gvm_name="Anne")],
    "agentquery": [agent("7001", gvm_mailbox="2222", gvm_group_mailbox="3333")],
    "agentgroupquery": [group("Sales", gvm_mailbox="3333")],
    "routingpointquery": [dn("2400", 4)],
    "trunkquery": [dn("trunk", 14)],
    "servicequery": [dn("music", 29)],
    "applicationquery": [application()],
}


def test_a_healthy_layer_gives_no_finding() -> None:
    seen = replace(evidence(**HEALTHY), confs={"vm": voicemail()})
    checks = (
        gvm_options.check_queries, gvm_options.check_group_mailboxes, gvm_options.check_shared_boxes,
        gvm_options.check_option_names, gvm_options.check_options_without_effect,
        gvm_options.check_contexts, gvm_options.check_sync_warnings,
    )  # fmt: skip
    assert [finding for check in checks for finding in check(seen)] == []


def test_a_group_mailbox_that_no_agent_group_has() -> None:
    seen = evidence(
        agentquery=[agent("7001", gvm_group_mailbox="3334")], agentgroupquery=[group("S", gvm_mailbox="3333")]
    )
    assert [(f.code, f.where) for f in gvm_options.check_group_mailboxes(seen)] == [
        ("gvm-group-mailbox-unknown", "Agent Login 7001")
    ]


def test_a_box_of_two_owners_is_named_with_the_other_owner() -> None:
    seen = evidence(dnquery=[dn("1000"), dn("1001", gvm_mailbox="1000")])
    assert [(f.code, f.where, "DN 1000" in f.message) for f in gvm_options.check_shared_boxes(seen)] == [
        ("gvm-mailbox-shared", "DN 1001", True)
    ]


def test_the_same_box_name_of_a_dn_and_an_agent_is_two_boxes() -> None:
    seen = evidence(dnquery=[dn("1000")], agentquery=[agent("1", gvm_mailbox="1000")])
    assert list(gvm_options.check_shared_boxes(seen)) == []


@pytest.mark.parametrize("thing", [dn("1000", gvm_group_mailbox="3"), group("Sales", gvm_group_mailbox="3")])
def test_gvm_group_mailbox_outside_an_agent_login(thing: ConfigObject) -> None:
    key = "dnquery" if thing.kind == "CfgDN" else "agentgroupquery"
    assert [f.code for f in gvm_options.check_option_names(evidence(None, **{key: [thing]}))] == [
        "gvm-option-misplaced"
    ]


@pytest.mark.parametrize("name", ["gvm_mailbx", "gvm_mail_box", "gvmmailbox", "gvm_pasword", "gvm-email"])
def test_a_misspelt_gvm_option_is_named_with_the_nearest_name(name: str) -> None:
    wrong = replace(dn("1000"), options={name: "1"})
    assert [f.code for f in gvm_options.check_option_names(evidence(dnquery=[wrong]))] == ["gvm-option-misspelt"]


@pytest.mark.parametrize(
    ("site", "code"),
    [
        ("[general]\n", ["gvm-context-unknown"]),
        ("[MY_COMPANY]\n5002 => 1,Anne\n", ["gvm-context-box-unknown"]),
        ("[MY_COMPANY]\n5001 => 1,Anne\n", []),
    ],
)
def test_a_foreign_box_must_stand_in_voicemail_conf(site: str, code: list[str]) -> None:
    foreign = dn("1000", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    seen = replace(evidence(dnquery=[foreign]), confs={"vm": voicemail(site)})
    assert [f.code for f in gvm_options.check_contexts(seen)] == code


def test_a_box_of_gvma_itself_may_be_named() -> None:
    other = dn("1001", gvm_mailbox="2222", gvm_mailbox_context="GVMA_AGENT")
    seen = replace(evidence(dnquery=[other]), confs={"vm": voicemail("[general]\n")})
    assert [f.code for f in gvm_options.check_contexts(seen)] == ["gvm-context-unknown"]
    both = replace(evidence(dnquery=[other], agentquery=[agent("7001", gvm_mailbox="2222")]), confs=seen.confs)
    assert list(gvm_options.check_contexts(both)) == []


def test_boxes_of_a_database_or_a_command_are_not_missed() -> None:
    foreign = dn("1000", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    kept = replace(evidence(dnquery=[foreign]), confs={"vm": voicemail("[general]\n")})
    assert list(gvm_options.check_contexts(replace(kept, realtime=frozenset({"voicemail"})))) == []
    printed = replace(kept, confs={"vm": voicemail("[general]\n#exec /bin/boxes\n")})
    assert list(gvm_options.check_contexts(printed)) == []


def test_what_the_sync_refuses_is_said() -> None:
    seen = evidence(dnquery=[dn("1000", gvm_email="a,b@example.com")])
    assert [f.code for f in gvm_options.check_sync_warnings(seen)] == ["sync-warning"]


def asked(error: Exception | None, *objects: ConfigObject) -> list[str]:
    answers = {query: Answer(query, "//x", tuple(HEALTHY[query])) for query in QUERIES}
    assert error is None or isinstance(error, (ConfigServerUnreachable, CredentialsError))
    answers["dnquery"] = Answer("dnquery", "//x", objects, error)
    return [finding.code for finding in gvm_options.check_queries(Evidence(Settings(), layer=Layer(answers)))]


def test_each_way_in_which_a_query_fails_has_its_own_code() -> None:
    assert asked(ConfigServerUnreachable("connection refused")) == ["configserver-query"]
    assert asked(CredentialsError("refused")) == ["configserver-credentials"]
    assert asked(None) == ["configserver-query-empty"]
    assert asked(None, agent("7001")) == ["configserver-query-type"]
    assert asked(None, dn("1000")) == []


def test_a_query_that_is_not_set_is_said() -> None:
    unset = evidence(dnquery=[dn("1")], agentquery=[agent("1")], agentgroupquery=[group("1")])
    assert {(f.code, f.severity) for f in gvm_options.check_queries(unset)} == {("configserver-query-unset", "info")}


@pytest.mark.parametrize(
    ("query", "type_", "codes"),
    [
        ("dnquery", 1, []),
        ("dnquery", 14, ["configserver-query-type"]),
        ("routingpointquery", 4, []),
        ("routingpointquery", 1, ["configserver-query-type"]),
        ("trunkquery", 29, ["configserver-query-type"]),
        ("servicequery", 29, []),
    ],
)
def test_each_query_gives_dns_of_its_type(query: str, type_: int, codes: list[str]) -> None:
    seen = evidence(None, **{**HEALTHY, query: [dn("1", type_)]})
    assert [f.code for f in gvm_options.check_queries(seen)] == codes


def test_a_server_that_was_not_asked_is_said_once() -> None:
    seen = replace(Evidence(Settings()), not_asked="[cfgserver] sets nothing")
    assert [(f.code, f.severity) for f in gvm_options.check_queries(seen)] == [("configserver-not-asked", "info")]


def test_a_foreign_box_may_be_shared_across_kinds() -> None:
    foreign = dn("1000", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    same = agent("7001", gvm_mailbox="5001", gvm_mailbox_context="MY_COMPANY")
    seen = evidence(dnquery=[foreign], agentquery=[same])
    assert [(f.code, f.where) for f in gvm_options.check_shared_boxes(seen)] == [
        ("gvm-mailbox-shared", "Agent Login 7001")
    ]


@pytest.mark.parametrize(
    ("thing", "codes"),
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
def test_options_that_another_one_leaves_without_effect(thing: ConfigObject, codes: list[str]) -> None:
    key = {"CfgDN": "dnquery", "CfgAgentLogin": "agentquery"}.get(thing.kind, "agentgroupquery")
    seen = evidence(None, **{key: [thing]})
    assert [f.code for f in gvm_options.check_options_without_effect(seen)] == codes


@pytest.mark.parametrize(
    ("query", "thing"),
    [
        ("trunkquery", dn("trunk", 14, gvm_mailbox="1")),
        ("routingpointquery", dn("2400", 4, gvm_email="a@example.com")),
        ("applicationquery", application(gvm_mailbox="1")),
        ("dnquery", dn("1000", mwi_mode="SUBSCRIBE")),
        ("agentquery", agent("7001", mwi_host="pbx")),
    ],
)
def test_an_option_in_an_object_of_the_wrong_kind(query: str, thing: ConfigObject) -> None:
    assert [f.code for f in gvm_options.check_option_names(evidence(None, **{query: [thing]}))] == [
        "gvm-option-misplaced"
    ]


def test_what_routing_refuses_is_said_too() -> None:
    on = GvmaSettings(routing=True, routing_gateway_host="10.0.0.2")
    seen = evidence(on, dnquery=[dn("_2XXX", gvm_mailbox="2000")])
    assert [f.where for f in gvm_options.check_sync_warnings(seen)] == ["DN _2XXX"]
    assert list(gvm_options.check_sync_warnings(evidence(dnquery=[dn("_2XXX", gvm_mailbox="2000")]))) == []
