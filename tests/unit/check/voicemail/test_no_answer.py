"""Unanswered calls: where they go, and after how many seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gvma.check.voicemail.no_answer import check_names, check_overflow, check_timeouts
from tests.unit.check.objects import agent, application, block, dn, evidence, files


@pytest.mark.parametrize(
    ("target", "codes"),
    [
        ("371000", []),
        ("1000", ["no-answer-overflow-itself"]),
        ("1001", []),
        ("379999", ["no-answer-overflow-unknown"]),
        ("371000, recall", []),
        ("371000,379999", ["no-answer-overflow-unknown"]),
        ("1001, 1000", ["no-answer-overflow-itself"]),
    ],
)
def test_no_answer_overflow_names_a_box_or_another_dn(target: str, codes: list[str]) -> None:
    seen = evidence(dnquery=[dn("1000", no_answer_overflow=target), dn("1001")])
    assert [finding.code for finding in check_overflow(seen)] == codes


@pytest.mark.parametrize("target", ["1000", "381", "1"])
def test_an_agent_may_overflow_to_a_dn_or_to_an_own_mailbox(target: str) -> None:
    seen = evidence(dnquery=[dn("1000")], agentquery=[agent("7001", gvm_mailbox="1", no_answer_overflow=target)])
    assert list(check_overflow(seen)) == []


def test_the_mailbox_of_a_refused_owner_stays_and_is_known() -> None:
    refused = agent("7001", gvm_mailbox="2222", gvm_password="1,2")
    caller = dn("1000", no_answer_overflow="382222")
    seen = evidence(dnquery=[caller], agentquery=[refused])
    assert seen.wanted.refused
    assert list(check_overflow(seen)) == []
    nameless = agent("7001", gvm_mailbox="22,22")
    written = files(voicemail=block("[GVMA_AGENT]\n2222 => 1,A,,,\n"))
    assert list(check_overflow(evidence(dnquery=[caller], agentquery=[nameless])._replace(files=written))) == []


@pytest.mark.parametrize(
    ("name", "target", "codes"),
    [
        ("extn-no-answer-overflow", "371000", []),
        ("extn-no-answer-overflow", "none", []),
        ("extn-no-answer-overflow", "379999", ["no-answer-overflow-unknown"]),
        ("agent-no-answer-overflow", "recall, 389999", ["no-answer-overflow-unknown"]),
    ],
)
def test_the_applications_overflow_is_looked_at_like_a_dns(name: str, target: str, codes: list[str]) -> None:
    server = replace(application(), options={name: target})
    seen = evidence(dnquery=[dn("1000")], applicationquery=[server])
    assert [(finding.code, finding.where) for finding in check_overflow(seen)] == [
        (code, "Application SIP_Server") for code in codes
    ]


@pytest.mark.parametrize(("seconds", "wrong"), [("20", 0), ("0", 0), ("20s", 1), ("0:20", 1), ("-1", 1), ("", 0)])
def test_a_time_limit_is_seconds_in_digits(seconds: str, wrong: int) -> None:
    server = replace(application(), options={"extn-no-answer-timeout": seconds, "agent-no-answer-timeout": "15"})
    seen = evidence(
        dnquery=[dn("1000", no_answer_timeout=seconds)],
        agentquery=[agent("7001", no_answer_timeout=seconds)],
        applicationquery=[server],
    )
    assert [finding.where for finding in check_timeouts(seen)] == [
        "DN 1000", "Agent Login 7001", "Application SIP_Server",
    ] * wrong  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("extn-no-answer-timeout", False),
        ("agent-no-answer-overflow", False),
        ("agent-no-answer-action", False),
        ("posn-no-answer-timeout", False),
        ("extn-no-answer-timout", True),
        ("extn-no-anwser-overflow", True),
        ("sip-port", False),
    ],
)
def test_an_option_that_is_nearly_one_for_unanswered_calls_is_named(name: str, wrong: bool) -> None:
    seen = evidence(applicationquery=[replace(application(), options={name: "15"})])
    assert [finding.code for finding in check_names(seen)] == ["no-answer-option-misspelt"] * wrong
