"""All old or all new, whatever happens; and nothing that Asterisk writes meanwhile is lost."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from gvma.errors import GvmaError
from gvma.sync import disk, transaction
from gvma.sync.held import settle_owed
from gvma.sync.lock import hold_lock
from gvma.sync.recovery import pending_recovery, recover
from gvma.sync.stopping import Stopped, stoppable
from gvma.sync.transaction import TargetMoved, apply
from tests.fakes.asterisk_files import MARKERS, NEW, NEW_VOICEMAIL, OLD, OLD_VOICEMAIL, Site, rewrite
from tests.fakes.faults import calls_of, failing_at, killed_at, signalled_at

ALL = ("app_voicemail.so", "pbx_config.so", "res_pjsip.so")


@pytest.fixture(autouse=True)
def _nothing_else_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "_SETTLE_SECONDS", 0)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def locked_run(site: Site) -> Callable[[], object]:
    def run() -> None:
        with hold_lock(site.kept):
            site.run()

    return run


def locked_recovery(site: Site) -> Callable[[], object]:
    def run() -> None:
        with hold_lock(site.kept):
            recover(site.kept)

    return run


def number_of_calls(folder: Path) -> int:
    return len(calls_of(locked_run(Site(folder))))


def replacing(site: Site, name: str) -> int:
    """The number of the call in which a run gives ``name`` its new content."""
    calls = calls_of(Site(site.root / "whole").run)
    return next(at for at, (call, path) in enumerate(calls) if call == "rename" and path.endswith(f"etc/{name}"))


def test_a_change_replaces_creates_and_removes_and_leaves_nothing_behind(site: Site) -> None:
    assert site.run() == ()
    assert site.state() == NEW
    assert site.litter() == []
    assert site.owed() == ALL


def test_a_kill_at_any_call_leaves_all_old_or_all_new_after_the_next_run(tmp_path: Path) -> None:
    points = number_of_calls(tmp_path / "whole")
    assert points > 100
    seen = set()
    for point in range(points):
        site = Site(tmp_path / str(point))
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
        assert site.owed() == (ALL if new else ())
        seen.add((new, bool(announced)))
        assert pending_recovery(site.kept) == ""
    assert {(False, False), (False, True), (True, True), (True, False)} == seen


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_any_call_that_fails_once_ends_all_old_or_all_new_at_once(tmp_path: Path, error: int) -> None:
    points = number_of_calls(tmp_path / "whole")
    for point in range(points):
        site = Site(tmp_path / str(point))
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


def test_a_disk_call_that_keeps_failing_is_mended_by_the_next_run(site: Site) -> None:
    """The disk turns read-only in the middle of the renames, and stays so."""
    made = site.make_set()
    renames = 0

    def turn_read_only(call: str, path: str) -> None:
        nonlocal renames
        renames += call == "rename" and path.startswith(str(site.etc))
        if renames >= 2 and call not in {"open", "read"}:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    with disk.watch(turn_read_only), pytest.raises(GvmaError, match="could not all be put back") as problem:
        apply(site.changes(), backup_set=made, markers=MARKERS)
    assert made.id in problem.value.hint
    assert recover(site.kept) is not None
    assert site.state() in (OLD, NEW)
    assert site.litter() == []


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_during_the_write_ends_it_all_old_or_all_new_with_the_conventional_status(
    tmp_path: Path, which: signal.Signals
) -> None:
    points = number_of_calls(tmp_path / "whole")
    for point in range(0, points, 5):
        site = Site(tmp_path / str(point))
        with pytest.raises(Stopped) as stopped, stoppable():
            signalled_at(point, which, locked_run(site))
        assert stopped.value.code == 128 + which
        assert site.state() in (OLD, NEW)
        assert recover(site.kept) is None
        assert site.litter() == []


def test_an_exception_between_write_and_finish_puts_back_and_owes_the_reload(site: Site) -> None:
    def fail(state: object) -> None:
        assert state == NEW
        raise RuntimeError

    with pytest.raises(RuntimeError), apply(site.changes(), backup_set=site.make_set(), markers=MARKERS):
        fail(site.state())
    assert site.state() == OLD
    assert site.owed() == ALL
    settle_owed(site.kept, ALL)
    assert site.owed() == ()


def test_putting_back_gives_back_the_very_file_with_its_inode_and_mode(site: Site) -> None:
    path = site.etc / "voicemail.conf"
    path.chmod(0o604)
    before = path.stat()
    apply(site.changes(), backup_set=site.make_set(), markers=MARKERS).put_back()
    after = path.stat()
    assert (before.st_ino, before.st_mode, before.st_uid) == (after.st_ino, after.st_mode, after.st_uid)


def test_owner_mode_and_symbolic_link_stay(site: Site, tmp_path: Path) -> None:
    path = site.etc / "voicemail.conf"
    real = tmp_path / "elsewhere.conf"
    path.rename(real)
    real.chmod(0o604)
    path.symlink_to(real)
    site.run()
    assert path.is_symlink()
    assert real.read_bytes() == NEW_VOICEMAIL
    assert real.stat().st_mode & 0o7777 == 0o604


def test_a_new_file_never_has_more_rights_than_the_one_it_replaces(site: Site) -> None:
    """Looked at before each call: what is staged is never more open than its target."""
    (site.etc / "voicemail.conf").chmod(0o600)
    seen = []

    def look(call: str, path: str) -> None:
        for staged in site.etc.glob(".gvma-*voicemail*"):
            seen.append(staged.stat().st_mode & 0o777)

    with disk.watch(look):
        site.run()
    assert set(seen) == {0o600}


def test_a_file_that_moved_since_it_was_read_is_left_alone_with_all_others(site: Site) -> None:
    changes = site.changes()
    made = site.make_set(changes)
    newer = OLD_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    rewrite(site.etc / "voicemail.conf", newer)
    there = (site.etc / "voicemail.conf").read_bytes()
    with pytest.raises(TargetMoved):
        apply(changes, backup_set=made, markers=MARKERS)
    assert site.state() == {**OLD, "voicemail.conf": there}
    assert site.litter() == []


def during_rename(site: Site, act: Callable[[], None], *, before: bool) -> Callable[[str, str], None]:
    """A watcher that acts right before voicemail.conf is renamed, or right after it (at the folder's fsync)."""
    seen = {"rename": False, "done": False}

    def watcher(call: str, path: str) -> None:
        renaming = call == "rename" and path.endswith("etc/voicemail.conf")
        if seen["done"] or not (renaming if before else seen["rename"]):
            seen["rename"] = seen["rename"] or renaming
            return
        seen["done"] = True
        act()

    return watcher


def test_a_pin_written_between_check_and_rename_is_in_place_afterwards(site: Site) -> None:
    changes = site.changes()
    newer = OLD_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    act = during_rename(site, lambda: rewrite(site.etc / "voicemail.conf", newer), before=True)
    with disk.watch(act), pytest.raises(TargetMoved):
        apply(changes, backup_set=site.make_set(changes), markers=MARKERS)
    assert (site.etc / "voicemail.conf").read_bytes().endswith(newer)
    assert {**site.state(), "voicemail.conf": None} == {**OLD, "voicemail.conf": None}
    assert site.litter() == []


def test_a_rewrite_that_began_in_the_old_file_and_went_on_in_the_new_one_is_put_together(site: Site) -> None:
    """Asterisk opens by name for every entry: the rename comes between two of them."""
    path = site.etc / "voicemail.conf"
    newer = OLD_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321").splitlines(keepends=True)
    first = during_rename(site, lambda: rewrite(path, b"".join(newer[:5])), before=True)

    def append_the_rest() -> None:
        with path.open("ab") as file:
            file.write(b"".join(newer[5:]))

    second = during_rename(site, append_the_rest, before=False)
    changes = site.changes()
    made = site.make_set(changes)
    with disk.watch(first), disk.watch(second), pytest.raises(TargetMoved):
        apply(changes, backup_set=made, markers=MARKERS)
    assert path.read_bytes() == b";! Automatically generated configuration file\n" + b"".join(newer)


def test_a_rewrite_of_the_new_file_from_the_old_text_is_seen_and_its_pin_stays(site: Site) -> None:
    """Asterisk had read the file before the rename, and writes it after it."""
    newer = OLD_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    act = during_rename(site, lambda: rewrite(site.etc / "voicemail.conf", newer), before=False)
    changes = site.changes()
    made = site.make_set(changes)
    with disk.watch(act), pytest.raises(TargetMoved):
        apply(changes, backup_set=made, markers=MARKERS)
    there = (site.etc / "voicemail.conf").read_bytes()
    assert b"1000 => 4321,Ann" in there
    assert b"1001" not in there


def test_a_pin_changed_before_the_end_of_the_transaction_is_told_and_stays(site: Site) -> None:
    newer = NEW_VOICEMAIL.replace(b"1001 => 1001", b"1001 => 9999")
    with apply(site.changes(), backup_set=site.make_set(), markers=MARKERS) as applied:
        rewrite(site.etc / "voicemail.conf", newer)
        assert applied.finish() == (site.etc / "voicemail.conf",)
    assert b"1001 => 9999" in (site.etc / "voicemail.conf").read_bytes()
    assert (site.etc / "pjsip.conf").read_bytes() == NEW["pjsip.conf"]


def test_a_pin_changed_while_asterisk_had_the_new_files_survives_their_being_put_back(site: Site) -> None:
    newer = NEW_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    with apply(site.changes(), backup_set=site.make_set(), markers=MARKERS) as applied:
        rewrite(site.etc / "voicemail.conf", newer)
        applied.put_back()
    there = (site.etc / "voicemail.conf").read_bytes()
    assert b"1000 => 4321,Ann" in there
    assert b"1001" not in there
    assert (site.etc / "pjsip.conf").read_bytes() == OLD["pjsip.conf"]


def test_a_pin_changed_after_the_crash_survives_the_recovery_at_every_point(tmp_path: Path) -> None:
    points = number_of_calls(tmp_path / "whole")
    for point in range(0, points, 2):
        site = Site(tmp_path / str(point))
        assert killed_at(point, locked_run(site))
        path = site.etc / "voicemail.conf"
        rewrite(path, path.read_bytes().replace(b"1000 => 1000", b"1000 => 4321"))
        os.utime(path, (1_700_000_000, 1_700_000_000))
        recover(site.kept)
        recover(site.kept)
        there = path.read_bytes()
        assert b"1000 => 4321,Ann" in there, f"lost after call {point}"
        assert site.litter() == []
        others = {name: content for name, content in site.state().items() if name != "voicemail.conf"}
        new = b"1001 => 1001" in there
        assert others == {name: (NEW if new else OLD)[name] for name in others}


def test_a_hand_edit_after_the_crash_is_kept_and_the_change_completed_around_it(site: Site) -> None:
    assert killed_at(replacing(site, "pjsip.conf"), site.run)
    path = site.etc / "pjsip.conf"
    site.write("pjsip.conf", b"[mine]\ntype=aor\n" + path.read_bytes())
    recover(site.kept)
    assert path.read_bytes() == b"[mine]\ntype=aor\n" + (NEW["pjsip.conf"] or b"")
    assert {**site.state(), "pjsip.conf": None} == {**NEW, "pjsip.conf": None}


def test_recovery_says_who_was_stopped_what_is_in_place_and_what_is_owed(site: Site) -> None:
    calls = calls_of(Site(site.root / "whole").run)
    first = next(
        at for at, (call, path) in enumerate(calls) if call == "rename" and path.endswith("etc/voicemail.conf")
    )
    assert killed_at(first + 1, site.run)
    assert "the next run completes its change" in pending_recovery(site.kept)
    found = recover(site.kept)
    assert found is not None
    assert found.applied
    assert found.modules == ALL
    assert "voicemail.conf" in found.text
    assert "the reload of app_voicemail.so, pbx_config.so, res_pjsip.so is owed to Asterisk" in found.text
    assert "4321" not in (found.text + (site.kept / "state/owed-reload.json").read_text())


def test_where_the_new_contents_are_damaged_the_old_files_come_back(site: Site) -> None:
    calls = calls_of(Site(site.root / "whole").run)
    first = next(
        at for at, (call, path) in enumerate(calls) if call == "rename" and path.endswith("etc/voicemail.conf")
    )
    assert killed_at(first + 1, site.run)
    next((site.kept / "state/transaction").glob("*.new")).write_bytes(b"rotten")
    found = recover(site.kept)
    assert found is not None
    assert not found.applied
    assert site.state() == OLD


def test_nothing_gvma_keeps_of_a_transaction_names_a_pin_but_the_copies(site: Site) -> None:
    calls = calls_of(Site(site.root / "whole").run)
    assert killed_at(len(calls) - 12, site.run)
    journal = (site.kept / "state/transaction/journal.json").read_text()
    assert "4321" not in journal
    assert all(path.stat().st_mode & 0o077 == 0 for path in site.kept.rglob("*"))
