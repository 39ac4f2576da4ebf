"""Whose PIN counts: that of the phone, that of Configuration Server, and what the record has to do with it."""

from __future__ import annotations

from gvma.asterisk.entries import Mailbox
from gvma.plan.pins import PinPlan, PinRecord, first_pins_unchanged, plan_pins, read_record

KEY = bytes(range(32))
BOX = "1000@GVMA_DN"


def _box(pin: str, box: str = "1000") -> Mailbox:
    return Mailbox(box, "GVMA_DN", pin)


def _record_of(*mailboxes: Mailbox) -> PinRecord:
    record = read_record(plan_pins(mailboxes, (), None, KEY).record)
    assert record is not None
    return record


def _planned(first_pin: str, *, exists: bool, record: PinRecord | None, resets: str = "") -> PinPlan:
    present = {BOX} if exists else set()
    return plan_pins([_box(first_pin)], present, record, KEY, wanted_resets=frozenset(resets.split()))


def test_a_new_mailbox_needs_no_reset() -> None:
    assert _planned("1000", exists=False, record=None).reset == frozenset()


def test_the_pin_in_force_stays_while_the_first_pin_is_what_it_was() -> None:
    assert _planned("1000", exists=True, record=_record_of(_box("1000"))).reset == frozenset()


def test_without_record_of_an_earlier_sync_the_pin_in_force_stays() -> None:
    assert _planned("1000", exists=True, record=None).reset == frozenset()


def test_a_changed_first_pin_is_a_reset_and_wins() -> None:
    assert _planned("2000", exists=True, record=_record_of(_box("1000"))).reset == {BOX}


def test_after_a_reset_the_next_sync_leaves_the_pin_alone_again() -> None:
    after_reset = read_record(_planned("2000", exists=True, record=_record_of(_box("1000"))).record)
    assert _planned("2000", exists=True, record=after_reset).reset == frozenset()


def test_the_administrator_may_ask_for_a_reset_of_one_mailbox() -> None:
    assert _planned("1000", exists=True, record=_record_of(_box("1000")), resets=BOX).reset == {BOX}


def test_a_box_that_neither_file_nor_record_knows_is_fresh() -> None:
    assert plan_pins([_box("1", "1001")], (), _record_of(_box("1000")), KEY).fresh == ("1001@GVMA_DN",)


def test_a_box_that_the_file_lost_but_the_record_knows_is_not_fresh() -> None:
    assert _planned("1000", exists=False, record=_record_of(_box("1000"))).fresh == ()


def test_before_the_first_record_no_box_is_fresh() -> None:
    assert _planned("1000", exists=False, record=None).fresh == ()


def test_a_box_that_is_only_kept_keeps_its_entry_in_the_record() -> None:
    kept = plan_pins([], {BOX}, _record_of(_box("1000")), KEY, retained=[BOX])
    assert read_record(kept.record) == _record_of(_box("1000"))


def test_the_record_holds_no_pin_and_tells_equal_pins_of_two_boxes_apart() -> None:
    settled = plan_pins([_box("739182"), _box("739182", "1001")], (), None, KEY)
    assert b"739182" not in settled.record
    record = read_record(settled.record)
    assert record is not None
    assert len(set(record.hashes.values())) == 2


def test_a_record_is_unchanged_just_as_long_as_no_first_pin_and_no_box_is_another() -> None:
    boxes = [_box("1"), _box("2", "1001")]
    text = plan_pins(boxes, (), None, KEY).record
    assert first_pins_unchanged(boxes, text)
    for others in ([_box("1")], [_box("1"), _box("3", "1001")], [*boxes, _box("3", "1002")], []):
        assert not first_pins_unchanged(others, text)
    assert not first_pins_unchanged(boxes, b"")


def test_a_damaged_record_is_no_record() -> None:
    whole = plan_pins([_box("1000")], (), None, KEY).record
    for damaged in (b"", b"\xff\xfe", b"something else\n", whole[:-5], whole.replace(b"gvma", b"amvg", 1), whole[:40]):
        assert read_record(damaged) is None


def test_nothing_that_python_prints_of_it_shows_a_pin_or_the_key() -> None:
    settled = _planned("739182", exists=True, record=None)
    shown = repr(settled) + repr(_record_of(_box("739182")))
    assert "739182" not in shown
    assert KEY.hex() not in shown
