"""Mailboxes and subscriptions as values."""

from __future__ import annotations

import pytest

from gvma.asterisk.entries import Mailbox, Subscription

BOX = Mailbox("1000", "GVMA_DN", "4711", "Ann", "ann@example.com", "pager@example.com", "tz=eastern")
FIELDS = ("box", "context", "pin", "name", "email", "pager", "options")


def test_two_of_the_same_fields_are_one() -> None:
    again = Mailbox("1000", "GVMA_DN", "4711", "Ann", "ann@example.com", "pager@example.com", "tz=eastern")
    assert again == BOX
    assert {BOX, again} == {BOX}
    assert Subscription("gvm-1000", "1000", "GVMA_DN") == Subscription("gvm-1000", "1000", "GVMA_DN")
    assert Subscription("gvm-1000", "1000", "GVMA_DN") != ("gvm-1000", "1000", "GVMA_DN")


@pytest.mark.parametrize("field", FIELDS)
def test_another_value_makes_another_one_and_nothing_else_changes(field: str) -> None:
    other = BOX.with_other(**{field: "other"})
    assert other != BOX
    assert getattr(other, field) == "other"
    assert all(getattr(other, name) == getattr(BOX, name) for name in FIELDS if name != field)
