"""Trunk DNs that lead to the mailboxes, or do not."""

from __future__ import annotations

import pytest

from gvma.check.switch.trunks import check_trunks
from gvma.configserver.objects import ConfigObject
from tests.unit.check.objects import agent, dn, evidence, group


def trunks(*objects: ConfigObject) -> list[str]:
    seen = evidence(
        dnquery=[dn("1000")],
        agentquery=[agent("7001", gvm_mailbox="1")],
        agentgroupquery=[group("Sales", gvm_mailbox="2")],
        trunkquery=list(objects),
    )
    return [finding.code for finding in check_trunks(seen)]


def test_each_box_prefix_needs_a_trunk_that_leads_here() -> None:
    right = [dn(f"to-boxes-{prefix}", 14, prefix=prefix, contact="127.0.0.1:5060") for prefix in ("37", "38", "39")]
    assert trunks(*right) == []
    assert trunks(*right[:2]) == ["sipserver-trunk-prefix"]
    assert trunks(*right[:2], dn("far", 14, prefix="39", contact="10.9.9.9:5060")) == ["sipserver-trunk-contact"]


def test_a_shorter_prefix_that_leads_here_reaches_the_boxes_too() -> None:
    here, far = (dn("all", 14, prefix="3", contact=contact) for contact in ("127.0.0.1:5060", "10.9.9.9:5060"))
    assert trunks(here) == []
    assert trunks(far) == ["sipserver-trunk-prefix"] * 3
    assert trunks(here, dn("far", 14, prefix="38", contact="10.9.9.9:5060")) == ["sipserver-trunk-contact"]


def test_no_trunk_is_needed_for_a_kind_of_box_that_nobody_has() -> None:
    right = dn("to-boxes-37", 14, prefix="37", contact="127.0.0.1:5060")
    seen = evidence(dnquery=[dn("1000")], agentquery=[agent("7001")], trunkquery=[right])
    assert list(check_trunks(seen)) == []


@pytest.mark.parametrize(
    ("prefix", "instead", "found"),
    [
        ("37", "5", ["sipserver-trunk-replaced"]),
        ("37", "37", []),
        ("3", "4", ["sipserver-trunk-replaced"]),
        ("3", "3", []),
        ("37", "", []),
    ],
)
def test_a_trunk_that_replaces_a_mailbox_prefix_takes_the_calls_away(
    prefix: str, instead: str, found: list[str]
) -> None:
    trunk = dn("to-boxes", 14, prefix=prefix, replace_prefix=instead, contact="127.0.0.1:5060")
    assert [one.code for one in check_trunks(evidence(dnquery=[dn("1000")], trunkquery=[trunk]))] == found
