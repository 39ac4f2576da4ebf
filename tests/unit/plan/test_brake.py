"""The safety brake: which removals and which empty answers stop a sync, and with which words."""

from __future__ import annotations

import pytest

from gvma.errors import SafetyBrakeError
from gvma.plan.brake import Shrinkage, brake

FULL = {"dn": 10, "agent": 5, "group": 2}


def _brake(present: int, removed: int, percent: int = 20) -> SafetyBrakeError | None:
    names = tuple(f"{number}@GVMA_DN" for number in range(1000, 1000 + removed))
    return brake(Shrinkage(present, names, FULL, FULL, frozenset()), percent)


def test_just_as_many_as_allowed_may_go() -> None:
    assert _brake(present=10, removed=2) is None


def test_one_more_than_allowed_is_refused_with_the_counts_before_and_after() -> None:
    refused = _brake(present=10, removed=3)
    assert refused is not None
    assert refused.exit_status == 13
    assert "3 of 10 mailboxes would be removed" in refused.message
    assert "Mailboxes before: 10, after removal: 7" in refused.message


def test_the_message_says_that_invisible_and_deleted_look_the_same() -> None:
    refused = _brake(present=10, removed=10)
    assert refused is not None
    assert "invisible" in refused.message
    assert "deleted" in refused.message
    assert "--allow-remove" in refused.hint


def test_nothing_present_and_nothing_removed_is_no_reason() -> None:
    assert _brake(present=0, removed=0, percent=0) is None


def test_with_zero_percent_one_removal_is_too_many() -> None:
    assert _brake(present=1000, removed=1, percent=0) is not None


def test_with_a_hundred_percent_all_may_go_as_long_as_the_answers_are_not_empty() -> None:
    assert _brake(present=10, removed=10, percent=100) is None


@pytest.mark.parametrize("kind", ["dn", "agent", "group"])
def test_a_query_that_is_empty_and_was_not_is_refused_even_if_nothing_is_removed(kind: str) -> None:
    refused = brake(Shrinkage(10, (), FULL, {**FULL, kind: 0}, frozenset()), 100)
    assert refused is not None
    assert f"at the last sync there were {FULL[kind]}" in refused.message


def test_a_query_that_was_always_empty_is_no_reason() -> None:
    empty = {"dn": 10, "agent": 0, "group": 0}
    assert brake(Shrinkage(10, ("1000@GVMA_DN",), empty, empty, frozenset({"dn"})), 20) is None


def test_without_record_an_empty_answer_that_costs_mailboxes_is_refused() -> None:
    now = {"dn": 100, "agent": 0, "group": 0}
    assert brake(Shrinkage(100, ("1000@GVMA_DN",), {}, now, frozenset({"agent"})), 20) is not None


def test_without_record_an_empty_answer_that_costs_nothing_goes_on() -> None:
    assert brake(Shrinkage(0, (), {}, {"dn": 0, "agent": 0, "group": 0}, frozenset()), 20) is None


def test_the_first_ten_mailboxes_are_named_and_the_others_counted() -> None:
    refused = _brake(present=20, removed=12)
    assert refused is not None
    assert ": 1000@GVMA_DN, 1001@GVMA_DN," in refused.message
    assert "1009@GVMA_DN and 2 more" in refused.message
    assert "1010@GVMA_DN" not in refused.message
