"""Plans as values: what is wanted, what is there and what the last sync left, against items, PINs, counts and brake."""

from __future__ import annotations

import pytest

from gvma.asterisk.entries import (
    Endpoint,
    Extension,
    Hint,
    Mailbox,
    PresentMailbox,
    PresentSubscription,
    Subscription,
)
from gvma.mailboxes import RefusedOwner
from gvma.plan.counts import Counts
from gvma.plan.make import PreviousRun, make_plan, unchanged_plan
from gvma.plan.model import Pin, Plan
from gvma.plan.owners import Owned, write_owners
from gvma.plan.present import Present, SiteDefined
from gvma.plan.wanted import Wanted

SETTINGS = "host=10.0.0.20"
KEY = bytes(range(32))
ANN = Mailbox("1000", "GVMA_DN", "4711", "Ann", "ann@example.net", "", "attach=yes")
BOB = Mailbox("1001", "GVMA_DN", "1001", "Bob")
AGENT = Mailbox("2222", "GVMA_AGENT", "2222", "2222")
ANN_NOW = PresentMailbox("4711", "Ann", "ann@example.net", "", "attach=yes")
BOB_NOW = PresentMailbox("1001", "Bob")
OWNERS = write_owners(
    [
        (("dn", 101), Owned("1000", "GVMA_DN", "gvm-1000", "DN 1000")),
        (("dn", 102), Owned("1001", "GVMA_DN", "gvm-1001", "DN 1001")),
    ]
)


def _subscription(mailbox: Mailbox) -> Subscription:
    prefix = "gvm-a-" if mailbox.context == "GVMA_AGENT" else "gvm-"
    return Subscription(prefix + mailbox.box, mailbox.box, mailbox.context)


def _wanted(*mailboxes: Mailbox, **more: object) -> Wanted:
    return Wanted(
        mailboxes=mailboxes,
        subscriptions=tuple(map(_subscription, mailboxes)),
        subscription_settings=SETTINGS,
        owners=OWNERS,
        objects={"dn": 2, "agent": 1, "group": 1},
        **more,  # type: ignore[arg-type]
    )


def _present(**mailboxes: PresentMailbox) -> Present:
    """By box in GVMA_DN, each with its subscription. Keywords cannot be numbers: ``_1000``."""
    boxes = {f"{name[1:]}@GVMA_DN": value for name, value in mailboxes.items()}
    names = {f"gvm-{name[1:]}": PresentSubscription(f"{name[1:]}@GVMA_DN", SETTINGS) for name in mailboxes}
    return Present(mailboxes=boxes, subscriptions=names)


def _plan(wanted: Wanted, present: Present, previous: PreviousRun = PreviousRun(new_key=KEY)) -> Plan:  # noqa: B008
    return make_plan(wanted, present, previous)


def _items(plan: Plan) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    return [(item.action, item.kind, item.name, item.owner, item.fields) for item in plan.items()]


def _after(wanted: Wanted) -> PreviousRun:
    """What a sync of this leaves for the next."""
    plan = _plan(wanted, Present())
    return PreviousRun(plan.pins.record, plan.owners, wanted.objects)


def test_a_first_plan_adds_everything_and_sets_every_pin() -> None:
    plan = _plan(_wanted(ANN, BOB), Present())
    assert plan.counts == Counts(add=4)
    assert _items(plan) == [
        ("add", "mailbox", "1000@GVMA_DN", "DN 1000", ()),
        ("add", "mailbox", "1001@GVMA_DN", "DN 1001", ()),
        ("add", "subscription", "gvm-1000", "DN 1000", ()),
        ("add", "subscription", "gvm-1001", "DN 1001", ()),
    ]
    assert [plan.pin_of(key) for key in ("1000@GVMA_DN", "1001@GVMA_DN")] == [Pin.SET, Pin.SET]


@pytest.mark.parametrize(
    ("now", "fields"),
    [
        (ANN_NOW, ()),
        (ANN_NOW._replace(pin="9999"), ()),
        (ANN_NOW._replace(name="Anna"), ("name",)),
        (ANN_NOW._replace(email=""), ("email",)),
        (ANN_NOW._replace(pager="p@example.net"), ("pager_email",)),
        (ANN_NOW._replace(options=""), ("options",)),
        (ANN_NOW._replace(name="Anna", options="attach=no"), ("name", "options")),
    ],
)
def test_a_mailbox_that_is_there_changes_in_the_fields_that_differ(
    now: PresentMailbox, fields: tuple[str, ...]
) -> None:
    plan = _plan(_wanted(ANN), _present(_1000=now))
    expected = [("change", "mailbox", "1000@GVMA_DN", "DN 1000", fields)] if fields else []
    assert _items(plan) == expected
    assert plan.counts == Counts(change=len(expected))
    assert plan.pin_of("1000@GVMA_DN") is Pin.KEEP


def test_a_plan_never_carries_the_pin_of_a_mailbox_that_stays() -> None:
    plan = _plan(_wanted(ANN), _present(_1000=ANN_NOW._replace(pin="13579")))
    assert "13579" not in "".join(one.pin for one in plan.mailboxes)
    assert dict(plan.kept_pins()) == {"1000@GVMA_DN": "13579"}
    assert "13579" not in repr(plan)


def test_a_new_first_pin_is_a_change_of_the_pin_alone() -> None:
    reset = ANN.with_other(pin="5555")
    plan = _plan(_wanted(reset), _present(_1000=ANN_NOW), _after(_wanted(ANN)))
    assert _items(plan) == [("change", "mailbox", "1000@GVMA_DN", "DN 1000", ("pin",))]
    assert plan.pin_of("1000@GVMA_DN") is Pin.SET


def test_a_reset_to_the_pin_in_force_is_no_change() -> None:
    plan = _plan(_wanted(ANN, pin_resets=frozenset({"1000@GVMA_DN"})), _present(_1000=ANN_NOW), _after(_wanted(ANN)))
    assert _items(plan) == []
    assert plan.pin_of("1000@GVMA_DN") is Pin.SET


def test_what_is_there_and_not_wanted_goes_and_its_owner_is_named_from_the_last_sync() -> None:
    plan = _plan(_wanted(ANN), _present(_1000=ANN_NOW, _1001=BOB_NOW), _after(_wanted(ANN, BOB)))
    assert _items(plan) == [
        ("remove", "mailbox", "1001@GVMA_DN", "DN 1001", ()),
        ("remove", "subscription", "gvm-1001", "DN 1001", ()),
    ]
    assert (plan.shrinkage.present, plan.shrinkage.removed, plan.shrinkage.losing) == (
        2,
        ("1001@GVMA_DN",),
        frozenset({"dn"}),
    )


def test_a_mailbox_that_moves_is_a_remove_and_an_add() -> None:
    moved = ANN.with_other(box="1900")
    plan = _plan(_wanted(moved), _present(_1000=ANN_NOW))
    assert [(item.action, item.name) for item in plan.items()] == [
        ("add", "1900@GVMA_DN"),
        ("remove", "1000@GVMA_DN"),
        ("add", "gvm-1900"),
        ("remove", "gvm-1000"),
    ]


def test_a_subscription_changes_in_its_mailbox_or_in_what_all_of_them_have() -> None:
    present = _present(_1000=ANN_NOW, _1001=BOB_NOW)._replace(
        subscriptions={
            "gvm-1000": PresentSubscription("1000@site", SETTINGS),
            "gvm-1001": PresentSubscription("1001@GVMA_DN", "host=10.0.0.99"),
        },
    )
    plan = _plan(_wanted(ANN, BOB), present)
    assert _items(plan) == [
        ("change", "subscription", "gvm-1000", "DN 1000", ("mailbox",)),
        ("change", "subscription", "gvm-1001", "DN 1001", ("settings",)),
    ]
    assert plan.differences.moved_subscriptions == ("gvm-1000",)


def test_routing_is_items_too_and_does_not_count_as_mailboxes() -> None:
    endpoint = Endpoint("1000", "phone", "agents")
    wanted = _wanted(
        ANN,
        hints=(Hint("1000", "PJSIP/1000"),),
        extensions=(Extension("1000", ("Dial(PJSIP/1000,60)",)),),
        endpoints=(endpoint,),
        endpoint_lines={"1000": ("type=endpoint",)},
    )
    present = _present(_1000=ANN_NOW)._replace(
        hints={"1000": Hint("1000", "SIP/1000"), "1009": Hint("1009", "PJSIP/1009")},
        endpoints={"1000": ("type=endpoint",)},
    )
    plan = _plan(wanted, present)
    assert [(item.action, item.kind, item.name) for item in plan.items()] == [
        ("change", "hint", "1000"),
        ("remove", "hint", "1009"),
        ("add", "extension", "1000"),
    ]
    assert not plan.counts


def test_a_subscription_that_the_site_defines_itself_is_left_to_the_site() -> None:
    present = Present(site=SiteDefined(subscriptions=frozenset({"gvm-1000"})))
    plan = _plan(_wanted(ANN, BOB), present)
    assert plan.left_to_site == {"gvm-1000"}
    assert [one.name for one in plan.subscriptions] == ["gvm-1001"]


def test_a_refused_owner_keeps_what_the_record_says_it_has() -> None:
    refused = RefusedOwner("dn", "DN 1001", 102, None)
    plan = _plan(_wanted(ANN, refused=(refused,)), _present(_1000=ANN_NOW, _1001=BOB_NOW), _after(_wanted(ANN, BOB)))
    assert _items(plan) == []
    assert [one.key for one in plan.mailboxes] == ["1000@GVMA_DN", "1001@GVMA_DN"]
    assert plan.pin_of("1001@GVMA_DN") is Pin.KEEP
    assert plan.kept_pins()["1001@GVMA_DN"] == "1001"


def test_a_refused_owner_that_never_had_a_mailbox_keeps_nobody_elses() -> None:
    refused = RefusedOwner("dn", "DN 1005", 105, None)
    plan = _plan(_wanted(ANN, refused=(refused,)), _present(_1000=ANN_NOW, _1001=BOB_NOW), _after(_wanted(ANN, BOB)))
    assert [item.name for item in plan.items() if item.action == "remove"] == ["1001@GVMA_DN", "gvm-1001"]
    assert plan.warnings == ()


def test_a_mailbox_whose_owner_no_record_knows_stays_for_a_refused_owner_and_a_warning_says_so() -> None:
    refused = RefusedOwner("dn", "DN 1005", 105, None)
    plan = _plan(_wanted(ANN, refused=(refused,)), _present(_1000=ANN_NOW, _1001=BOB_NOW))
    assert _items(plan) == []
    assert [warning.code for warning in plan.warnings] == ["refused-owner-unknown"]


def test_an_unchanged_plan_needs_the_same_first_pins_and_no_request() -> None:
    previous = _after(_wanted(ANN, BOB))
    plan = unchanged_plan(_wanted(ANN, BOB), SiteDefined(), previous)
    assert plan is not None
    assert (plan.unchanged, list(plan.items()), plan.pins.record) == (True, [], previous.first_pins)
    assert plan.pin_of("1000@GVMA_DN") is Pin.KEEP
    for other in (
        _wanted(ANN),
        _wanted(ANN.with_other(pin="1"), BOB),
        _wanted(ANN, BOB, pin_resets=frozenset({"1000@GVMA_DN"})),
        _wanted(ANN, BOB, refused=(RefusedOwner("dn", "DN 7", 7),)),
    ):
        assert unchanged_plan(other, SiteDefined(), previous) is None
