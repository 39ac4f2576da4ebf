"""Whose PIN counts: that of the phone, that of Configuration Server, and what the record has to do with it."""

from __future__ import annotations

from gvma.asterisk.entries import Mailbox
from gvma.plan.pins import PinRecord, SettledPins, read_record, settle, unchanged

KEY = bytes(range(32))
BOX = "1000@GVMA_DN"


def _box(pin: str, box: str = "1000") -> Mailbox:
    return Mailbox(box, "GVMA_DN", pin)


def _record_of(*mailboxes: Mailbox) -> PinRecord:
    record = read_record(settle(mailboxes, {}, None, KEY).record)
    assert record is not None
    return record


def _settle(first_pin: str, in_file: dict[str, str], record: PinRecord | None, resets: str = "") -> SettledPins:
    return settle([_box(first_pin)], in_file, record, KEY, wanted_resets=frozenset(resets.split()))


def test_a_new_box_gets_the_first_pin() -> None:
    settled = _settle("1000", {}, None)
    assert (settled.kept, settled.reset) == ({}, ())


def test_a_pin_changed_by_phone_stays_while_the_first_pin_is_what_it_was() -> None:
    settled = _settle("1000", {BOX: "4321"}, _record_of(_box("1000")))
    assert (settled.kept, settled.reset) == ({BOX: "4321"}, ())


def test_without_record_of_an_earlier_sync_the_pin_of_the_file_stays() -> None:
    settled = _settle("1000", {BOX: "4321"}, None)
    assert (settled.kept, settled.reset) == ({BOX: "4321"}, ())


def test_an_empty_pin_in_the_file_stays_too() -> None:
    assert _settle("1000", {BOX: ""}, None).kept == {BOX: ""}


def test_a_changed_first_pin_is_a_reset_and_wins() -> None:
    settled = _settle("2000", {BOX: "4321"}, _record_of(_box("1000")))
    assert (settled.kept, settled.reset) == ({}, (BOX,))


def test_after_a_reset_the_next_sync_leaves_the_pin_alone_again() -> None:
    after_reset = read_record(_settle("2000", {BOX: "4321"}, _record_of(_box("1000"))).record)
    assert _settle("2000", {BOX: "7777"}, after_reset).kept == {BOX: "7777"}


def test_the_administrator_may_ask_for_a_reset_of_one_box() -> None:
    settled = _settle("1000", {BOX: "4321"}, _record_of(_box("1000")), resets=BOX)
    assert (settled.kept, settled.reset) == ({}, (BOX,))


def test_a_box_that_neither_file_nor_record_knows_is_fresh() -> None:
    assert settle([_box("1", "1001")], {}, _record_of(_box("1000")), KEY).fresh == ("1001@GVMA_DN",)


def test_a_box_that_the_file_lost_but_the_record_knows_is_not_fresh() -> None:
    assert _settle("1000", {}, _record_of(_box("1000"))).fresh == ()


def test_before_the_first_record_no_box_is_fresh() -> None:
    assert _settle("1000", {}, None).fresh == ()


def test_a_box_that_is_only_kept_keeps_its_entry_in_the_record() -> None:
    kept = settle([], {BOX: "4321"}, _record_of(_box("1000")), KEY, carried=[BOX])
    assert read_record(kept.record) == _record_of(_box("1000"))


def test_the_record_holds_no_pin_and_tells_equal_pins_of_two_boxes_apart() -> None:
    settled = settle([_box("739182"), _box("739182", "1001")], {}, None, KEY)
    assert b"739182" not in settled.record
    record = read_record(settled.record)
    assert record is not None
    assert len(set(record.hashes.values())) == 2


def test_a_record_is_unchanged_just_as_long_as_no_first_pin_and_no_box_is_another() -> None:
    boxes = [_box("1"), _box("2", "1001")]
    text = settle(boxes, {}, None, KEY).record
    assert unchanged(boxes, text)
    for others in ([_box("1")], [_box("1"), _box("3", "1001")], [*boxes, _box("3", "1002")], []):
        assert not unchanged(others, text)
    assert not unchanged(boxes, b"")


def test_a_damaged_record_is_no_record() -> None:
    whole = settle([_box("1000")], {}, None, KEY).record
    for damaged in (b"", b"\xff\xfe", b"something else\n", whole[:-5], whole.replace(b"gvma", b"amvg", 1), whole[:40]):
        assert read_record(damaged) is None


def test_nothing_that_python_prints_of_it_shows_a_pin_or_the_key() -> None:
    settled = _settle("739182", {BOX: "55512"}, None)
    shown = repr(settled) + repr(_record_of(_box("739182")))
    assert "739182" not in shown
    assert "55512" not in shown
    assert KEY.hex() not in shown
