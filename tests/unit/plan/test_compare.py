"""What a restore changes: the items between two states of a sink, as a table."""

from __future__ import annotations

import pytest

from gvma.asterisk.entries import Extension, Hint, PresentMailbox, PresentSubscription
from gvma.plan.compare import counts_of, items_between
from gvma.plan.counts import Counts
from gvma.plan.owners import Owned, OwnerNames, write_owners
from gvma.plan.present import Present

OWNERS = OwnerNames(write_owners([(("dn", 101), Owned("1000", "GVMA_DN", "gvm-1000", "DN 1000"))]), b"")
ANN = PresentMailbox("4711", "Ann", "ann@example.net", "", "attach=yes")
SUBSCRIPTION = PresentSubscription("1000@GVMA_DN", "host=10.0.0.20")
FULL = Present(
    mailboxes={"1000@GVMA_DN": ANN},
    subscriptions={"gvm-1000": SUBSCRIPTION},
    hints={"1000": Hint("1000", "PJSIP/1000")},
    extensions={"2400": Extension("2400", ("Queue(q)",))},
    endpoints={"gsip": ("type=endpoint",)},
)
EVERY_NAME = [
    ("mailbox", "1000@GVMA_DN", "DN 1000"),
    ("subscription", "gvm-1000", "DN 1000"),
    ("hint", "1000", "DN 1000"),
    ("extension", "2400", ""),
    ("endpoint", "gsip", ""),
]


def _items(before: Present, after: Present) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    found = items_between(before, after, OWNERS)
    return [(item.action, item.kind, item.name, item.owner, item.fields) for item in found]


@pytest.mark.parametrize(
    ("before", "after", "action"), [(Present(), FULL, "add"), (FULL, Present(), "remove"), (FULL, FULL, "")]
)
def test_every_kind_comes_goes_or_stays(before: Present, after: Present, action: str) -> None:
    assert _items(before, after) == [(action, *names, ()) for names in EVERY_NAME if action]


@pytest.mark.parametrize(
    ("changed", "item"),
    [
        ({"mailboxes": {"1000@GVMA_DN": ANN._replace(pin="1")}}, ("mailbox", "1000@GVMA_DN", "DN 1000", ("pin",))),
        (
            {"mailboxes": {"1000@GVMA_DN": PresentMailbox("4711", "Bo", "", "p@example.net", "")}},
            ("mailbox", "1000@GVMA_DN", "DN 1000", ("name", "email", "pager_email", "options")),
        ),
        (
            {"subscriptions": {"gvm-1000": SUBSCRIPTION._replace(mailbox="1@site")}},
            ("subscription", "gvm-1000", "DN 1000", ("mailbox",)),
        ),
        (
            {"subscriptions": {"gvm-1000": SUBSCRIPTION._replace(settings="host=10.0.0.21")}},
            ("subscription", "gvm-1000", "DN 1000", ("settings",)),
        ),
        ({"hints": {"1000": Hint("1000", "SIP/1000")}}, ("hint", "1000", "DN 1000", ())),
        ({"extensions": {"2400": Extension("2400", ("Hangup()",))}}, ("extension", "2400", "", ())),
        ({"endpoints": {"gsip": ("type=endpoint", "context=x")}}, ("endpoint", "gsip", "", ())),
    ],
)
def test_a_change_names_its_fields(changed: dict[str, object], item: tuple[str, str, str, tuple[str, ...]]) -> None:
    assert _items(FULL, FULL._replace(**changed)) == [("change", *item)]  # type: ignore[arg-type]


def test_in_each_kind_what_comes_or_changes_stands_before_what_goes() -> None:
    before = Present(mailboxes={"1@GVMA_DN": ANN, "2@GVMA_DN": ANN})
    after = Present(mailboxes={"3@GVMA_DN": ANN, "2@GVMA_DN": ANN._replace(name="Bo")})
    assert [(action, name) for action, _, name, _, _ in _items(before, after)] == [
        ("add", "3@GVMA_DN"),
        ("change", "2@GVMA_DN"),
        ("remove", "1@GVMA_DN"),
    ]


def test_mailboxes_and_subscriptions_are_counted_and_routing_is_not() -> None:
    assert counts_of(items_between(Present(), FULL, OWNERS)) == Counts(add=2)
    assert counts_of(items_between(FULL, Present(), OWNERS)) == Counts(remove=2)
    changed = FULL._replace(mailboxes={"1000@GVMA_DN": ANN._replace(pin="1")}, hints={}, endpoints={})
    assert counts_of(items_between(FULL, changed, OWNERS)) == Counts(change=1)
