"""All old or all new after a kill, a failing disk or a signal at any call, and what the recovery says of it."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from gvma.errors import GvmaError
from gvma.sinks.files.atomic.recovery import pending_recovery, recover
from gvma.sinks.files.atomic.transaction import apply
from gvma.storage import disk
from gvma.storage.lock import hold_lock
from gvma.storage.signals import Stopped, stoppable
from tests.fakes.asterisk_files import MARKERS, NEW, NEW_RECORDS, OLD, OLD_RECORDS, ChangedFiles, rewrite
from tests.fakes.faults import calls_of, failing_at, killed_at, killed_before, signalled_at

pytestmark = pytest.mark.usefixtures("nothing_else_writes")
ALL = ("app_voicemail.so", "pbx_config.so", "res_pjsip.so")


def locked_run(site: ChangedFiles) -> Callable[[], object]:
    def run() -> None:
        with hold_lock(site.kept):
            site.run()

    return run


def locked_recovery(site: ChangedFiles) -> Callable[[], object]:
    def run() -> None:
        with hold_lock(site.kept):
            recover(site.settings)

    return run


def number_of_calls(folder: Path) -> int:
    return len(calls_of(locked_run(ChangedFiles.with_records(folder))))


@pytest.mark.long
def test_a_kill_at_any_call_leaves_all_old_or_all_new_after_the_next_run(tmp_path: Path) -> None:
    points = number_of_calls(tmp_path / "whole")
    assert points > 100
    seen = set()
    for point in range(points):
        site = ChangedFiles.with_records(tmp_path / str(point))
        assert killed_at(point, locked_run(site))
        announced = pending_recovery(site.kept) if site.kept.exists() else ""
        before = sorted(path for path in site.root.rglob("*"))
        if site.kept.exists():
            pending_recovery(site.kept)
        assert sorted(path for path in site.root.rglob("*")) == before
        for again in count(point % 7, 11):  # the recovery is killed too, at every eleventh of its calls
            if not killed_at(again, locked_recovery(site)):
                break
        locked_recovery(site)()
        assert site.state() in (OLD, NEW), f"mixed after call {point}"
        assert site.litter() == []
        new = site.state() == NEW
        assert site.records() == (NEW_RECORDS if new else OLD_RECORDS), f"records after call {point}"
        assert site.pending_reload() == (ALL if new else ())
        seen.add((new, bool(announced)))
        assert pending_recovery(site.kept) == ""
    assert {(False, False), (False, True), (True, True), (True, False)} == seen


@pytest.mark.long
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_any_call_that_fails_once_ends_all_old_or_all_new_at_once(tmp_path: Path, error: int) -> None:
    points = number_of_calls(tmp_path / "whole")
    for point in range(points):
        site = ChangedFiles.with_records(tmp_path / str(point))
        problem = None
        try:
            failing_at(point, error, locked_run(site))
        except GvmaError as raised:
            problem = raised
        assert site.state() in ((OLD, NEW) if problem else (NEW,))
        assert problem is None or (problem.hint and problem.exit_status in {14, 17, 78})
        locked_recovery(site)()
        assert site.litter() == []
        assert site.state() in (OLD, NEW)
        assert site.records() == (NEW_RECORDS if site.state() == NEW else OLD_RECORDS)


def test_a_disk_call_that_keeps_failing_is_mended_by_the_next_run(site: ChangedFiles) -> None:
    """The disk turns read-only in the middle of the renames, and stays so."""
    made = site.make_set()
    renames = 0

    def turn_read_only(call: str, path: str) -> None:
        nonlocal renames
        renames += call == "exchange" and path.startswith(str(site.etc))
        if renames >= 2 and call not in {"open", "read"}:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    with disk.watch(turn_read_only), pytest.raises(GvmaError, match="could not all be put back") as problem:
        apply(site.changes(), records=NEW_RECORDS, backup_set=made, markers=MARKERS)
    assert made.id in problem.value.hint
    assert recover(site.settings) is not None
    assert site.state() in (OLD, NEW)
    assert site.records() == (NEW_RECORDS if site.state() == NEW else OLD_RECORDS)
    assert site.litter() == []


@pytest.mark.long
@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_during_the_write_ends_it_all_old_or_all_new_with_the_conventional_status(
    tmp_path: Path, which: signal.Signals
) -> None:
    points = number_of_calls(tmp_path / "whole")
    for point in range(0, points, 5):
        site = ChangedFiles.with_records(tmp_path / str(point))
        with pytest.raises(Stopped) as stopped, stoppable():
            signalled_at(point, which, locked_run(site))
        assert stopped.value.code == 128 + which
        assert site.state() in (OLD, NEW)
        assert recover(site.settings) is None
        assert site.records() == (NEW_RECORDS if site.state() == NEW else OLD_RECORDS)
        assert site.litter() == []


@pytest.mark.long
def test_a_pin_changed_after_the_crash_survives_the_recovery_at_every_point(tmp_path: Path) -> None:
    points = number_of_calls(tmp_path / "whole")
    for point in range(0, points, 2):
        site = ChangedFiles.with_records(tmp_path / str(point))
        assert killed_at(point, locked_run(site))
        path = site.etc / "voicemail.conf"
        rewrite(path, path.read_bytes().replace(b"1000 => 1000", b"1000 => 4321"))
        os.utime(path, (1_700_000_000, 1_700_000_000))
        recover(site.settings)
        recover(site.settings)
        there = path.read_bytes()
        assert b"1000 => 4321,Ann" in there, f"lost after call {point}"
        assert site.litter() == []
        others = {name: content for name, content in site.state().items() if name != "voicemail.conf"}
        new = b"1001 => 1001" in there
        assert others == {name: (NEW if new else OLD)[name] for name in others}


def test_a_hand_edit_after_the_crash_is_kept_and_the_change_completed_around_it(site: ChangedFiles) -> None:
    assert killed_before("exchange", "etc/pjsip.conf", site.run)
    path = site.etc / "pjsip.conf"
    site.write("pjsip.conf", b"[mine]\ntype=aor\n" + path.read_bytes())
    recover(site.settings)
    assert path.read_bytes() == b"[mine]\ntype=aor\n" + (NEW["pjsip.conf"] or b"")
    assert {**site.state(), "pjsip.conf": None} == {**NEW, "pjsip.conf": None}


def test_recovery_says_who_was_stopped_what_is_in_place_and_which_reload_is_pending(site: ChangedFiles) -> None:
    assert killed_before("exchange", "etc/pjsip.conf", site.run)
    assert "the next run completes its change" in pending_recovery(site.kept)
    found = recover(site.settings)
    assert found is not None
    assert found.applied
    assert found.reloads == ALL
    assert "voicemail.conf" in found.text
    assert "the reload of app_voicemail.so, pbx_config.so, res_pjsip.so is pending" in found.text
    assert "4321" not in (found.text + (site.kept / "state/owed-reload.json").read_text())


@pytest.mark.parametrize("damaged", ["0.new", "record-0.new"])
def test_where_a_new_content_is_damaged_the_old_files_and_records_come_back(site: ChangedFiles, damaged: str) -> None:
    assert killed_before("exchange", "etc/pjsip.conf", site.run)
    next((site.kept / "state/transaction").glob(damaged)).write_bytes(b"rotten")
    found = recover(site.settings)
    assert found is not None
    assert not found.applied
    assert site.state() == OLD
    assert site.records() == OLD_RECORDS


def test_a_record_whose_new_text_rots_under_new_files_is_removed_so_that_the_next_sync_is_cautious(
    site: ChangedFiles,
) -> None:
    assert killed_before("rename", "state/first-pins", site.run)
    next((site.kept / "state/transaction").glob("record-0.new")).write_bytes(b"rotten")
    recover(site.settings)
    assert site.state() == NEW
    assert site.records() == {**NEW_RECORDS, "first-pins": None}


def test_nothing_gvma_keeps_of_a_transaction_names_a_pin_but_the_copies(site: ChangedFiles) -> None:
    calls = calls_of(ChangedFiles.with_records(site.root / "whole").run)
    assert killed_at(len(calls) - 12, site.run)
    journal = (site.kept / "state/transaction/journal.json").read_text()
    assert "4321" not in journal
    assert all(path.stat().st_mode & 0o077 == 0 for path in site.kept.rglob("*"))
