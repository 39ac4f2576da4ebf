"""Every sink does what the protocol says: the three files of either driver, and one in memory, by the same tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.plan.make import removal_plan
from gvma.plan.model import Pin
from gvma.sinks.base import Purpose, SinkMoved
from gvma.storage.state import pending_reload, records
from gvma.storage.state.pause import read_pause
from tests.unit.sinks.sites import FilesSite, MemorySite, SinkSite, begin, box, planned, wanted, write

SITES: dict[str, Callable[[Path], SinkSite]] = {
    "files-pjsip": lambda root: FilesSite(root, "pjsip"),
    "files-sip": lambda root: FilesSite(root, "sip"),
    "memory": MemorySite,
}


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> SinkSite:
    return SITES[request.param](tmp_path)


def test_a_new_sink_has_nothing_of_ours(site: SinkSite) -> None:
    present = site.sink().read().present()
    assert (dict(present.mailboxes), dict(present.subscriptions)) == ({}, {})


def test_what_a_plan_wants_is_there_afterwards_and_nothing_else_of_ours(site: SinkSite) -> None:
    write(site, wanted(site, box("1000", "4711", "Ann"), box("1001")))
    write(site, wanted(site, box("1000", "4711", "Bob"), box("1002")))
    present = site.sink().read().present()
    names = {key: (one.pin, one.name) for key, one in present.mailboxes.items()}
    assert names == {"1000@GVMA_DN": ("4711", "Bob"), "1002@GVMA_DN": ("1002", "1002")}
    subscriptions = {name: one.mailbox for name, one in present.subscriptions.items()}
    assert subscriptions == {"gvm-1000": "1000@GVMA_DN", "gvm-1002": "1002@GVMA_DN"}


def test_what_the_site_has_itself_stays(site: SinkSite) -> None:
    before = site.sites_own()
    write(site, wanted(site, box("1000")))
    assert site.sites_own() == before


def test_the_same_plan_again_is_an_empty_change(site: SinkSite) -> None:
    write(site, wanted(site, box("1000"), box("1001")))
    plan, change = planned(site, site.sink(), wanted(site, box("1000"), box("1001")))
    assert change.is_empty
    assert not plan.counts
    assert list(plan.items()) == []
    assert change.reloads == ()


def test_what_is_written_has_the_marks_that_its_change_said_and_a_phone_changes_none(site: SinkSite) -> None:
    asked = wanted(site, box("1000", "4711", "Ann"))
    _, change = planned(site, site.sink(), asked)
    write(site, asked)
    left = site.sink().read().marks()
    assert left == change.marks()
    site.phone_changes_pin("1000@GVMA_DN", "9876")
    assert site.sink().read().marks() == left
    write(site, wanted(site, box("1000", "4711", "Bob")))
    assert site.sink().read().marks() != left


def test_where_a_mailbox_and_its_subscription_stand_is_known(site: SinkSite) -> None:
    write(site, wanted(site, box("1000"), box("1001")))
    reading = site.sink().read()
    places = [reading.place_of("mailbox", "1001@GVMA_DN"), reading.place_of("subscription", "gvm-1001")]
    assert all(place is not None and (place.table or place.line) for place in places)
    nowhere = (("mailbox", "1001@GVMA_AGENT"), ("mailbox", "100@GVMA_DN"), ("subscription", "gvm-100"))
    assert [reading.place_of(*one) for one in nowhere] == [None] * 3


def test_a_change_counts_and_names_what_it_does(site: SinkSite) -> None:
    write(site, wanted(site, box("1000"), box("1001")))
    plan, change = planned(site, site.sink(), wanted(site, box("1000", name="Ann"), box("1002")))
    assert (change.counts.add, change.counts.change, change.counts.remove) == (2, 1, 2)
    assert [(item.action, item.kind, item.name, item.fields) for item in plan.items()] == [
        ("change", "mailbox", "1000@GVMA_DN", ("name",)),
        ("add", "mailbox", "1002@GVMA_DN", ()),
        ("remove", "mailbox", "1001@GVMA_DN", ()),
        ("add", "subscription", "gvm-1002", ()),
        ("remove", "subscription", "gvm-1001", ()),
    ]


def test_a_pin_that_was_changed_by_phone_stays(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    site.phone_changes_pin("1000@GVMA_DN", "8642")
    plan, _ = planned(site, site.sink(), wanted(site, box("1000", name="Ann")))
    assert plan.pin_of("1000@GVMA_DN") is Pin.KEEP
    write(site, wanted(site, box("1000", name="Ann")))
    mailbox = site.sink().read().present().mailboxes["1000@GVMA_DN"]
    assert (mailbox.pin, mailbox.name) == ("8642", "Ann")


def test_a_new_first_pin_is_set(site: SinkSite) -> None:
    write(site, wanted(site, box("1000", "1111")))
    site.phone_changes_pin("1000@GVMA_DN", "8642")
    plan, _ = planned(site, site.sink(), wanted(site, box("1000", "2222")))
    assert plan.pin_of("1000@GVMA_DN") is Pin.SET
    assert [(item.name, item.fields) for item in plan.items()] == [("1000@GVMA_DN", ("pin",))]
    write(site, wanted(site, box("1000", "2222")))
    assert site.sink().read().present().mailboxes["1000@GVMA_DN"].pin == "2222"


def test_an_administrators_reset_is_set(site: SinkSite) -> None:
    write(site, wanted(site, box("1000", "1111")))
    site.phone_changes_pin("1000@GVMA_DN", "8642")
    write(site, wanted(site, box("1000", "1111"), resets=frozenset({"1000@GVMA_DN"})))
    assert site.sink().read().present().mailboxes["1000@GVMA_DN"].pin == "1111"


def test_put_back_leaves_sink_and_records_as_they_were(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    before, record, own = site.sink().read().present(), site.record(records.PINS), site.sites_own()
    applied, _ = begin(site, site.sink(), wanted(site, box("1000", "9999"), box("1001")))
    applied.put_back()
    assert site.sink().read().present() == before
    assert site.record(records.PINS) == record
    assert site.sites_own() == own


def test_an_exception_puts_back(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    before, record = site.sink().read().present(), site.record(records.PINS)
    applied, _ = begin(site, site.sink(), wanted(site, box("1001")))
    with pytest.raises(KeyError), applied:
        raise KeyError
    assert site.sink().read().present() == before
    assert site.record(records.PINS) == record


def test_finish_makes_the_records_new_with_the_sink(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    record = site.record(records.PINS)
    write(site, wanted(site, box("1000", "9999")))
    assert site.record(records.PINS) not in (None, record)


def test_a_pin_that_is_changed_while_a_change_is_put_back_stays(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    applied, _ = begin(site, site.sink(), wanted(site, box("1000", name="Ann")))
    site.phone_changes_pin("1000@GVMA_DN", "8642")
    applied.put_back()
    mailbox = site.sink().read().present().mailboxes["1000@GVMA_DN"]
    assert (mailbox.pin, mailbox.name) == ("8642", "1000")


def test_who_writes_between_reading_and_applying_wins(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    record = site.record(records.PINS)
    sink = site.sink()
    plan, change = planned(site, sink, wanted(site, box("1000", name="Ann")))
    saved = sink.save(change, Purpose("sync", "run-2"))
    pin, name = site.somebody_writes("1000@GVMA_DN")
    with pytest.raises(SinkMoved):
        sink.apply(change, saved, Purpose("sync", "run-2"), {records.PINS: plan.pins.record})
    mailbox = site.sink().read().present().mailboxes["1000@GVMA_DN"]
    assert (mailbox.pin, mailbox.name) == (pin, name)
    assert site.record(records.PINS) == record


def test_who_writes_before_the_change_is_final_makes_finish_say_so(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    applied, _ = begin(site, site.sink(), wanted(site, box("1000", name="Ann")))
    site.phone_changes_pin("1000@GVMA_DN", "8642")
    with applied:
        assert not applied.finish(())
    assert site.sink().read().present().mailboxes["1000@GVMA_DN"].pin == "8642"


def test_what_somebody_wrote_before_asterisk_refused_is_planned_again(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    applied, _ = begin(site, site.sink(), wanted(site, box("1000", name="Ann")))
    site.phone_changes_pin("1000@GVMA_DN", "8642")
    with pytest.raises(SinkMoved), applied:
        applied.put_back_if_moved()


def test_a_run_that_dies_leaves_all_old_or_all_new_and_its_records_with_it(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    old = site.sink().read().present(), site.record(records.PINS)
    applied, _ = begin(site, site.sink(), wanted(site, box("1000", "9999"), box("1001")))
    new = site.sink().read().present()
    site.die_after(applied)
    assert bool(site.sink().pending_recovery()) is site.recovers_itself
    recovery = site.sink().recover()
    if not site.recovers_itself:
        assert recovery is None
        assert (site.sink().read().present(), site.record(records.PINS)) == old
        return
    assert recovery is not None
    now = site.sink().read().present()
    if recovery.applied:
        assert now == new
        assert site.record(records.PINS) != old[1]
    else:
        assert (now, site.record(records.PINS)) == old
    assert site.sink().recover() is None
    assert site.sink().pending_recovery() == ""


def test_saving_makes_a_backup_set_that_says_why(site: SinkSite) -> None:
    saved = write(site, wanted(site, box("1000")), Purpose("remove", "run-7"))
    assert saved.manifest is not None
    assert (saved.manifest.reason, saved.manifest.run_id) == ("remove", "run-7")


def test_a_restore_pauses_the_sync_once_it_is_final(site: SinkSite) -> None:
    purpose = Purpose("restore of x", "run-8", pause="20261121T213000Z-1a2b3c4d")
    applied, _ = begin(site, site.sink(), wanted(site, box("1000")), purpose)
    applied.put_back()
    assert read_pause(site.settings.backup_path) is None
    write(site, wanted(site, box("1000")), purpose)
    pause = read_pause(site.settings.backup_path)
    assert pause is not None
    assert pause.backup_set == "20261121T213000Z-1a2b3c4d"
    assert site.sink().paused() == pause


def test_a_reload_that_was_not_done_is_pending(site: SinkSite) -> None:
    applied, _ = begin(site, site.sink(), wanted(site, box("1000")))
    with applied:
        applied.finish(applied.reloads)
    assert bool(applied.reloads) is site.reloads
    assert pending_reload.read(site.settings.backup_path) == applied.reloads


def test_a_removal_leaves_nothing_of_ours_and_all_of_the_sites(site: SinkSite) -> None:
    own, untouched = site.sites_own(), site.sink().read().present()
    write(site, wanted(site, box("1000"), box("1001")))
    sink = site.sink()
    reading = sink.read()
    plan = removal_plan(reading.present(), b"")
    change = sink.change(reading, plan)
    assert (change.is_empty, change.counts.remove) == (False, 4)
    saved = sink.save(change, Purpose("remove", "run-9"))
    with sink.apply(change, saved, Purpose("remove", "run-9"), {records.PINS: None}) as applied:
        assert applied.finish(())
    assert site.sink().read().present() == untouched
    assert site.record(records.PINS) is None
    assert site.sites_own() == own
    again = site.sink()
    reading = again.read()
    assert again.change(reading, removal_plan(reading.present(), b"")).is_empty


def test_an_empty_change_of_what_there_is_changes_nothing(site: SinkSite) -> None:
    write(site, wanted(site, box("1000")))
    change = site.sink().as_it_is()
    assert (change.is_empty, change.reloads) == (True, ())
