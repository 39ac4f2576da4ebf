"""Each query, once well and once in each way in which it can fail."""

from __future__ import annotations

from typing import Any

import pytest

from gvma.check.configserver import check_queries
from gvma.check.sync import check_sync_warnings
from gvma.check.voicemail import mailboxes, options
from gvma.configserver.objects import ConfigObject
from gvma.errors import ConfigServerUnreachable, CredentialsError
from gvma.evidence.model import QUERIES, ConfigServerEvidence, Evidence, QueryAnswer
from gvma.settings import Settings
from tests.unit.check.objects import agent, application, dn, evidence, files, group

HEALTHY: dict[str, Any] = {
    "dnquery": [dn("1000"), dn("1001", gvm_mailbox="1001", gvm_name="Anne")],
    "agentquery": [agent("7001", gvm_mailbox="2222", gvm_group_mailbox="3333")],
    "agentgroupquery": [group("Sales", gvm_mailbox="3333")],
    "routingpointquery": [dn("2400", 4)],
    "trunkquery": [dn("trunk", 14)],
    "servicequery": [dn("music", 29)],
    "applicationquery": [application()],
}


def test_a_healthy_configuration_layer_gives_no_finding() -> None:
    seen = evidence(**HEALTHY)._replace(files=files(voicemail=""))
    checks = (check_queries, *options.CHECKS, mailboxes.check_contexts, check_sync_warnings)
    assert [finding for check in checks for finding in check(seen)] == []


def asked(error: Exception | None, *objects: ConfigObject) -> list[str]:
    answers = {query: QueryAnswer(query, "//x", tuple(HEALTHY[query])) for query in QUERIES}
    assert error is None or isinstance(error, (ConfigServerUnreachable, CredentialsError))
    answers["dnquery"] = QueryAnswer("dnquery", "//x", objects, error)
    seen = Evidence(Settings(), configserver=ConfigServerEvidence(answers))
    return [finding.code for finding in check_queries(seen)]


def test_each_way_in_which_a_query_fails_has_its_own_code() -> None:
    assert asked(ConfigServerUnreachable("connection refused")) == ["configserver-query"]
    assert asked(CredentialsError("refused")) == ["configserver-credentials"]
    assert asked(None) == ["configserver-query-empty"]
    assert asked(None, agent("7001")) == ["configserver-query-type"]
    assert asked(None, dn("1000")) == []


def test_queries_that_fail_alike_are_one_finding_and_others_their_own() -> None:
    said = {query: "the account may not read this" if query == "trunkquery" else "no such file" for query in QUERIES}
    answers = {query: QueryAnswer(query, "//x", (), ConfigServerUnreachable(text)) for query, text in said.items()}
    found = [*check_queries(Evidence(Settings(), configserver=ConfigServerEvidence(answers)))]
    others = ", ".join(query for query in QUERIES if query != "trunkquery")
    assert [(one.where, one.message) for one in found] == [
        (others, "no such file"),
        ("trunkquery", "the account may not read this"),
    ]


def test_a_query_that_is_not_set_is_said() -> None:
    unset = evidence(dnquery=[dn("1")], agentquery=[agent("1")], agentgroupquery=[group("1")])
    assert {(f.code, f.severity) for f in check_queries(unset)} == {("configserver-query-unset", "info")}


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
    assert [f.code for f in check_queries(seen)] == codes


def test_a_server_that_was_not_asked_is_said_once() -> None:
    seen = Evidence(Settings(), configserver=ConfigServerEvidence(not_asked="[cfgserver] sets nothing"))
    assert [(f.code, f.severity) for f in check_queries(seen)] == [("configserver-not-asked", "info")]
