"""Wanted against present: what is counted, what is named, and in which fields, as a table."""

from __future__ import annotations

import pytest

from gvma.asterisk.entries import Mailbox, PresentMailbox, PresentSubscription, Subscription
from gvma.plan.counts import Counts
from gvma.plan.differences import NEW_SUBSCRIPTIONS, Differences, differences

NOW = "host=10.0.0.20"
ANN = Mailbox("1000", "GVMA_DN", "4711", "Ann", "ann@example.net", "pager@example.net", "attach=yes")
BOB = Mailbox("1001", "GVMA_DN", "1001", "Bob")
ANN_NOW = PresentMailbox("4711", "Ann", "ann@example.net", "pager@example.net", "attach=yes")
BOB_NOW = PresentMailbox("1001", "Bob")
SUB_ANN = Subscription("gvm-1000", "1000", "GVMA_DN")
SUB_BOB = Subscription("gvm-1001", "1001", "GVMA_DN")
SUB_ANN_NOW = PresentSubscription("1000@GVMA_DN", NOW)


def _between(
    wanted: tuple[Mailbox | Subscription, ...],
    present: dict[str, PresentMailbox | PresentSubscription],
    resets: frozenset[str] = frozenset(),
) -> Differences:
    return differences(
        [one for one in wanted if isinstance(one, Mailbox)],
        {name: one for name, one in present.items() if isinstance(one, PresentMailbox)},
        resets,
        [one for one in wanted if isinstance(one, Subscription)],
        {name: one for name, one in present.items() if isinstance(one, PresentSubscription)},
        NOW,
    )


@pytest.mark.parametrize(
    ("wanted", "present", "counts"),
    [
        ((), {}, Counts()),
        ((ANN, SUB_ANN), {}, Counts(add=2)),
        ((ANN,), {"1000@GVMA_DN": ANN_NOW}, Counts()),
        ((ANN, BOB), {"1000@GVMA_DN": ANN_NOW}, Counts(add=1)),
        ((ANN,), {"1000@GVMA_DN": ANN_NOW, "1001@GVMA_DN": BOB_NOW}, Counts(remove=1)),
        ((BOB,), {"1000@GVMA_DN": ANN_NOW}, Counts(add=1, remove=1)),
        ((ANN,), {"1000@GVMA_DN": ANN_NOW._replace(name="Anna")}, Counts(change=1)),
        ((ANN, SUB_ANN), {"1000@GVMA_DN": ANN_NOW}, Counts(add=1)),
        ((ANN, SUB_ANN), {"gvm-1000": SUB_ANN_NOW}, Counts(add=1)),
        ((), {"1000@GVMA_DN": ANN_NOW, "gvm-1000": SUB_ANN_NOW}, Counts(remove=2)),
        ((SUB_ANN,), {"gvm-1000": SUB_ANN_NOW._replace(mailbox="1@site")}, Counts(change=1)),
        # One box of the same number in another context is another box.
        ((ANN,), {"1000@GVMA_AGENT": ANN_NOW}, Counts(add=1, remove=1)),
    ],
)
def test_each_mailbox_and_each_subscription_counts_one(
    wanted: tuple[Mailbox | Subscription, ...],
    present: dict[str, PresentMailbox | PresentSubscription],
    counts: Counts,
) -> None:
    assert _between(wanted, present).counts == counts


@pytest.mark.parametrize(
    ("now", "reset", "fields"),
    [
        ({}, False, None),
        ({"name": "Anna"}, False, ("name",)),
        ({"email": "a@example.net"}, False, ("email",)),
        ({"pager": ""}, False, ("pager_email",)),
        ({"options": "attach=no"}, False, ("options",)),
        ({"options": ""}, False, ("options",)),
        # Another PIN in force is the owner's business, until the first PIN is to be in force again.
        ({"pin": "8642"}, False, None),
        ({"pin": "8642"}, True, ("pin",)),
        ({}, True, None),
        (
            {"name": "", "pin": "1", "email": "", "pager": "", "options": ""},
            True,
            ("name", "pin", "email", "pager_email", "options"),
        ),
    ],
)
def test_a_mailbox_differs_in_these_fields_in_the_order_of_the_manual(
    now: dict[str, str], reset: bool, fields: tuple[str, ...] | None
) -> None:
    resets = frozenset({"1000@GVMA_DN"} if reset else ())
    found = _between((ANN,), {"1000@GVMA_DN": ANN_NOW._replace(**now)}, resets)
    assert found.mailboxes == ({} if fields is None else {"1000@GVMA_DN": fields})


@pytest.mark.parametrize(
    ("now", "fields"),
    [
        (SUB_ANN_NOW, None),
        (PresentSubscription("1000@site", NOW), ("mailbox",)),
        (PresentSubscription("1000@GVMA_DN", "host=10.0.0.21"), ("settings",)),
        (PresentSubscription("1000@site", ""), ("mailbox", "settings")),
    ],
)
def test_a_subscription_differs_in_its_mailbox_or_in_what_all_of_them_have(
    now: PresentSubscription, fields: tuple[str, ...] | None
) -> None:
    assert _between((SUB_ANN,), {"gvm-1000": now}).subscriptions == ({} if fields is None else {"gvm-1000": fields})


def test_what_goes_is_named_in_the_order_in_which_it_stands() -> None:
    found = _between((), {"1001@GVMA_DN": BOB_NOW, "1000@GVMA_DN": ANN_NOW, "gvm-1000": SUB_ANN_NOW})
    assert found.removed_mailboxes == ("1001@GVMA_DN", "1000@GVMA_DN")
    assert found.removed_subscriptions == ("gvm-1000",)


def test_new_and_moved_subscriptions_are_named_for_the_verification_and_others_are_not() -> None:
    present: dict[str, PresentMailbox | PresentSubscription] = {
        "gvm-1000": PresentSubscription("1000@site", NOW),
        "gvm-1002": PresentSubscription("1002@GVMA_DN", "host=10.0.0.21"),
    }
    third = Subscription("gvm-1002", "1002", "GVMA_DN")
    assert _between((SUB_ANN, SUB_BOB, third), present).moved_subscriptions == ("gvm-1001", "gvm-1000")


@pytest.mark.parametrize("present", [{}, {"gvm-0": PresentSubscription("0@GVMA_DN", NOW)}])
def test_of_very_many_new_subscriptions_the_first_are_named(
    present: dict[str, PresentMailbox | PresentSubscription],
) -> None:
    many = tuple(Subscription(f"gvm-{number}", str(number), "GVMA_DN") for number in range(1, NEW_SUBSCRIPTIONS + 9))
    found = _between(many, present)
    assert found.moved_subscriptions == tuple(one.name for one in many[:NEW_SUBSCRIPTIONS])
    assert found.counts.add == len(many)


def test_counts_of_two_parts_add_up_and_read_as_the_plan_line_has_them() -> None:
    assert Counts(1, 2, 3).plus(Counts(add=4)) == Counts(5, 2, 3)
    assert str(Counts(1, 2, 3)) == "1 to add, 2 to change, 3 to remove"
    assert [bool(counts) for counts in (Counts(), Counts(1), Counts(0, 1), Counts(0, 0, 1))] == [
        False,
        True,
        True,
        True,
    ]
