"""Owners with a bad value keep what they have, by the record, by the box's name, or by caution."""

from __future__ import annotations

from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import RefusedOwner, Subscription
from gvma.plan.owners import Owned, OwnerNames, owner_rows, read_owners, retain_for_refused, write_owners

RECORD = {
    ("dn", 101): Owned("1000", "GVMA_DN", "gvm-1000", "DN 1000"),
    ("agent", 7): Owned("1", "MY_COMPANY", "gvm-a-1", "Agent Login A 7"),
}
LABELS = ("DN 1000", "DN 1009")
BOXES = frozenset({"1000@GVMA_DN", "1001@GVMA_DN", "5@GVMA_AGENT"})
NAMES = {"gvm-1000": "1000@GVMA_DN", "gvm-1001": "1001@GVMA_DN", "gvm-a-5": "5@GVMA_AGENT"}


def _refused(kind: str, dbid: int, box: str | None, context: str | None = None) -> RefusedOwner:
    return RefusedOwner(kind=kind, owner=f"{kind} {dbid}", dbid=dbid, box=box, context=context)


def test_the_record_is_read_as_it_was_written() -> None:
    assert read_owners(write_owners(RECORD.items())) == RECORD


def test_a_damaged_record_tells_nothing() -> None:
    assert read_owners(b"") == {}
    assert read_owners(b"\xff{}") == {}
    assert read_owners(write_owners(RECORD.items())[:-9]) == {("agent", 7): RECORD["agent", 7]}


def test_a_refused_owner_keeps_what_the_record_says_it_has() -> None:
    kept = retain_for_refused([_refused("dn", 101, None)], RECORD, BOXES, NAMES)
    assert kept.mailboxes == {"1000@GVMA_DN"}
    assert kept.subscriptions == {"gvm-1000"}
    assert kept.records == {("dn", 101): RECORD["dn", 101]}


def test_the_record_counts_more_than_the_name_that_the_refused_owner_has_now() -> None:
    kept = retain_for_refused([_refused("dn", 101, "1001", "GVMA_DN")], RECORD, BOXES, NAMES)
    assert kept.mailboxes == {"1000@GVMA_DN"}


def test_without_record_the_box_of_that_name_is_kept() -> None:
    kept = retain_for_refused([_refused("dn", 999, "1001", "GVMA_DN")], {}, BOXES, NAMES)
    assert kept.mailboxes == {"1001@GVMA_DN"}
    assert kept.subscriptions == {"gvm-1001"}


def test_without_record_and_name_all_that_nobody_claims_in_its_context_is_kept_and_said() -> None:
    owner = _refused("dn", 999, None)
    kept = retain_for_refused([owner], {}, BOXES, NAMES)
    assert kept.mailboxes == {"1000@GVMA_DN", "1001@GVMA_DN"}
    assert kept.subscriptions == {"gvm-1000", "gvm-1001"}
    assert kept.unsure == (owner,)


def test_what_somebody_else_claims_needs_no_keeping() -> None:
    kept = retain_for_refused([_refused("dn", 101, None)], RECORD, frozenset(), {})
    assert kept.mailboxes == frozenset()
    assert kept.records == {("dn", 101): RECORD["dn", 101]}


def test_a_subscription_to_a_foreign_box_is_kept_without_a_box() -> None:
    kept = retain_for_refused([_refused("agent", 7, None)], RECORD, BOXES, {"gvm-a-1": "1@MY_COMPANY"})
    assert kept.mailboxes == frozenset()
    assert kept.subscriptions == {"gvm-a-1"}


def test_a_mailbox_whose_owner_the_record_knows_is_not_kept_for_another_owner() -> None:
    kept = retain_for_refused([_refused("dn", 999, "1000")], RECORD, BOXES, NAMES)
    assert kept.mailboxes == {"1001@GVMA_DN"}
    assert kept.subscriptions == {"gvm-1001"}
    assert [owner.dbid for owner in kept.unsure] == [999]


def test_owners_are_named_from_the_new_record_and_else_from_the_one_before() -> None:
    before = write_owners([(("dn", 102), Owned("1001", "GVMA_DN", "gvm-1001", "DN 1001"))])
    names = OwnerNames(write_owners(RECORD.items()), before)
    assert names.of_mailboxes(["1000@GVMA_DN"]) == {"1000@GVMA_DN": "DN 1000"}
    assert names.of_mailboxes(["1001@GVMA_DN"]) == {"1001@GVMA_DN": "DN 1001"}
    assert names.of_subscriptions(["gvm-a-1"]) == {"gvm-a-1": "Agent Login A 7"}
    assert names.of_mailboxes(["9@GVMA_DN"]) == {}


def test_all_owners_of_a_shared_mailbox_are_named() -> None:
    rows = [(("dn", number), Owned("1000", "GVMA_DN", "gvm-1000", label)) for number, label in enumerate(LABELS)]
    names = OwnerNames(write_owners(rows), b"")
    assert names.of_mailboxes(["1000@GVMA_DN"]) == {"1000@GVMA_DN": "DN 1000, DN 1009"}


def test_each_object_that_was_served_is_an_owner_by_the_name_that_a_person_knows() -> None:
    served = {"dn": {101: Subscription("gvm-1900", "1900", "GVMA_DN")}}
    objects = {"dn": [ConfigObject("CfgDN", 101, "1000"), ConfigObject("CfgDN", 102, "1001")]}
    assert list(owner_rows(served, objects)) == [
        (("dn", 101), Owned("1900", "GVMA_DN", "gvm-1900", "DN 1000")),
    ]


def test_the_owners_of_many_mailboxes_are_those_that_each_alone_has() -> None:
    rows = [(("dn", number), Owned(str(number), "GVMA_DN", f"gvm-{number}", f"DN {number}")) for number in range(200)]
    names = OwnerNames(write_owners(rows[:150]), write_owners([*rows[100:], *rows[:1]]))
    keys = [f"{number}@GVMA_DN" for number in range(300)]
    assert names.of_mailboxes(keys) == {f"{number}@GVMA_DN": f"DN {number}" for number in range(200)}
    assert names.of_mailboxes(["1@GVMA_DN", "199@GVMA_DN"]) == {"1@GVMA_DN": "DN 1", "199@GVMA_DN": "DN 199"}


def test_a_mailbox_of_bytes_that_are_no_text_has_no_owner() -> None:
    assert OwnerNames(write_owners(RECORD.items()), b"").of_mailboxes(["\udcff@GVMA_DN"]) == {}
