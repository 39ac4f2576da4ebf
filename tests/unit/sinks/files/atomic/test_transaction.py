"""A change of several files as one; and nothing that Asterisk writes meanwhile is lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gvma.sinks.base import SinkMoved
from gvma.sinks.files.atomic.recovery import recover
from gvma.sinks.files.atomic.transaction import apply
from gvma.storage import disk
from gvma.storage.state import pending_reload
from gvma.storage.state.pause import read_pause
from tests.fakes.asterisk_files import (
    MARKERS,
    NEW,
    NEW_RECORDS,
    NEW_VOICEMAIL,
    OLD,
    OLD_RECORDS,
    OLD_VOICEMAIL,
    ChangedFiles,
    rewrite,
)
from tests.fakes.faults import at_call, killed_before

pytestmark = pytest.mark.usefixtures("nothing_else_writes")
ALL = ("app_voicemail.so", "pbx_config.so", "res_pjsip.so")


def test_a_change_replaces_creates_and_removes_and_leaves_nothing_behind(site: ChangedFiles) -> None:
    assert site.run()
    assert site.state() == NEW
    assert site.records() == NEW_RECORDS
    assert site.litter() == []
    assert site.pending_reload() == ALL


def test_an_exception_between_write_and_finish_puts_back_and_leaves_the_reload_pending(site: ChangedFiles) -> None:
    def fail(state: object) -> None:
        assert state == NEW
        raise RuntimeError

    with pytest.raises(RuntimeError), apply(site.changes(), backup_set=site.make_set(), markers=MARKERS):
        fail(site.state())
    assert site.state() == OLD
    assert site.pending_reload() == ALL
    pending_reload.settle(site.kept, ALL)
    assert site.pending_reload() == ()


def test_records_are_old_until_the_files_stay_new_and_stay_old_where_those_are_put_back(site: ChangedFiles) -> None:
    made = site.make_set()
    with apply(site.changes(), records=NEW_RECORDS, backup_set=made, markers=MARKERS, pause=made.id) as applied:
        assert (site.state(), site.records()) == (NEW, OLD_RECORDS)
        assert read_pause(site.kept) is None
        applied.put_back()
    assert (site.state(), site.records()) == (OLD, OLD_RECORDS)
    assert read_pause(site.kept) is None
    with apply(site.changes(), records=NEW_RECORDS, backup_set=made, markers=MARKERS, pause=made.id) as applied:
        applied.finish()
    assert (site.state(), site.records()) == (NEW, NEW_RECORDS)
    pause = read_pause(site.kept)
    assert pause is not None
    assert pause.backup_set == made.id


def test_records_alone_are_changed_as_one_too(site: ChangedFiles) -> None:
    changes = [change._replace(new=change.target.old) for change in site.changes()]
    with apply(changes, records=NEW_RECORDS, backup_set=site.make_set(), markers=MARKERS) as applied:
        assert applied.finish()
    assert (site.state(), site.records()) == (OLD, NEW_RECORDS)
    assert site.litter() == []


def test_putting_back_gives_back_the_very_file_with_its_inode_and_mode(site: ChangedFiles) -> None:
    path = site.etc / "voicemail.conf"
    path.chmod(0o604)
    before = path.stat()
    apply(site.changes(), backup_set=site.make_set(), markers=MARKERS).put_back()
    after = path.stat()
    assert (before.st_ino, before.st_mode, before.st_uid) == (after.st_ino, after.st_mode, after.st_uid)


def test_owner_mode_and_symbolic_link_stay(site: ChangedFiles, tmp_path: Path) -> None:
    path = site.etc / "voicemail.conf"
    real = tmp_path / "elsewhere.conf"
    path.rename(real)
    real.chmod(0o604)
    path.symlink_to(real)
    site.run()
    assert path.is_symlink()
    assert real.read_bytes() == NEW_VOICEMAIL
    assert real.stat().st_mode & 0o7777 == 0o604


def test_a_new_file_never_has_more_rights_than_the_one_it_replaces(site: ChangedFiles) -> None:
    """Looked at before each call: what is staged is never more open than its target."""
    (site.etc / "voicemail.conf").chmod(0o600)
    seen = []

    def look(call: str, path: str) -> None:
        for staged in site.etc.glob(".gvma-*voicemail*"):
            seen.append(staged.stat().st_mode & 0o777)

    with disk.watch(look):
        site.run()
    assert set(seen) == {0o600}


def test_a_file_that_moved_since_it_was_read_is_left_alone_with_all_others(site: ChangedFiles) -> None:
    changes = site.changes()
    made = site.make_set(changes)
    newer = OLD_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    rewrite(site.etc / "voicemail.conf", newer)
    there = (site.etc / "voicemail.conf").read_bytes()
    with pytest.raises(SinkMoved):
        apply(changes, backup_set=made, markers=MARKERS)
    assert site.state() == {**OLD, "voicemail.conf": there}
    assert site.litter() == []


def during_rename(site: ChangedFiles, act: Callable[[], None], *, before: bool) -> Callable[[str, str], None]:
    """A watcher that acts right before voicemail.conf is renamed, or right after it (at the folder's fsync)."""
    seen = {"rename": False, "done": False}

    def watcher(call: str, path: str) -> None:
        renaming = call in {"rename", "exchange"} and path.endswith("etc/voicemail.conf")
        if seen["done"] or not (renaming if before else seen["rename"]):
            seen["rename"] = seen["rename"] or renaming
            return
        seen["done"] = True
        act()

    return watcher


def test_a_pin_written_between_check_and_rename_is_in_place_afterwards(site: ChangedFiles) -> None:
    changes = site.changes()
    newer = OLD_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    act = during_rename(site, lambda: rewrite(site.etc / "voicemail.conf", newer), before=True)
    with disk.watch(act), pytest.raises(SinkMoved):
        apply(changes, backup_set=site.make_set(changes), markers=MARKERS)
    assert (site.etc / "voicemail.conf").read_bytes().endswith(newer)
    assert {**site.state(), "voicemail.conf": None} == {**OLD, "voicemail.conf": None}
    assert site.litter() == []


def test_what_an_editor_put_in_place_by_a_rename_of_its_own_is_in_place_afterwards(site: ChangedFiles) -> None:
    path = site.etc / "voicemail.conf"
    changes = site.changes()
    made = site.make_set(changes)
    reads = []

    def save_at_the_last_look(call: str, looked_at: str) -> None:
        if call == "read" and looked_at == str(path):
            reads.append(path)
            if len(reads) == 2:  # the file is open, and about to be compared and replaced
                path.with_name("4913").write_bytes(OLD_VOICEMAIL + b"; by hand\n")
                path.with_name("4913").rename(path)

    with disk.watch(save_at_the_last_look), pytest.raises(SinkMoved):
        apply(changes, backup_set=made, markers=MARKERS)
    assert path.read_bytes() == OLD_VOICEMAIL + b"; by hand\n"
    assert {**site.state(), "voicemail.conf": None} == {**OLD, "voicemail.conf": None}
    assert site.litter() == []


def save_as_an_editor(path: Path, content: bytes) -> None:
    path.with_name("4913").write_bytes(content)
    path.with_name("4913").rename(path)


def test_what_an_editor_puts_in_place_after_the_last_look_goes_back(site: ChangedFiles) -> None:
    path = site.etc / "voicemail.conf"
    act = during_rename(site, lambda: save_as_an_editor(path, OLD_VOICEMAIL + b"; by hand\n"), before=True)
    with disk.watch(act), pytest.raises(SinkMoved):
        apply(site.changes(), backup_set=site.make_set(), markers=MARKERS)
    assert path.read_bytes() == OLD_VOICEMAIL + b"; by hand\n"
    assert {**site.state(), "voicemail.conf": None} == {**OLD, "voicemail.conf": None}
    assert site.litter() == []


def test_what_an_editor_puts_in_the_place_of_a_file_that_goes_stays(site: ChangedFiles) -> None:
    path = site.path("secret.conf")
    seen: list[Path] = []

    def save_before_it_goes(call: str, looked_at: str) -> None:
        if call == "unlink" and looked_at.endswith("secret.conf.new.tmp") and not seen:
            seen.append(path)
            save_as_an_editor(path, b"[general]\npassword = 9999\n")

    with disk.watch(save_before_it_goes), pytest.raises(SinkMoved):
        apply(site.changes(), backup_set=site.make_set(), markers=MARKERS)
    assert path.read_bytes() == b"[general]\npassword = 9999\n"
    assert {**site.state(), "secret.conf": None} == {**OLD, "secret.conf": None}
    assert site.litter() == []


def test_an_editors_file_that_came_out_of_the_exchange_is_rescued_by_the_next_run(site: ChangedFiles) -> None:
    """The run is killed between the exchange and its look at what came out."""
    path = site.etc / "pjsip.conf"
    by_hand = b"[site]\ntype=endpoint\n[mine]\ntype=aor\n"

    def run() -> None:
        with disk.watch(at_call("exchange", "etc/pjsip.conf", lambda: save_as_an_editor(path, by_hand))):
            site.run()

    assert killed_before("exchange", "etc/pjsip.conf", run, time=2)
    assert path.read_bytes() == NEW["pjsip.conf"]
    recover(site.settings)
    there = path.read_bytes()
    assert b"[mine]\ntype=aor\n" in there
    assert b"[gvm-1000]\ntype=aor\n" in there
    assert {**site.state(), "pjsip.conf": None} == {**NEW, "pjsip.conf": None}
    assert site.litter() == []


@pytest.mark.parametrize("error", [errno.EINVAL, errno.ENOSYS])
def test_where_the_kernel_cannot_exchange_a_rename_serves(site: ChangedFiles, error: int) -> None:
    def refuse(call: str, path: str) -> None:
        if call == "exchange":
            raise OSError(error, os.strerror(error), path)

    with disk.watch(refuse):
        assert site.run()
    assert (site.state(), site.litter()) == (NEW, [])


def test_a_rewrite_that_began_in_the_old_file_and_went_on_in_the_new_one_is_put_together(site: ChangedFiles) -> None:
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
    with disk.watch(first), disk.watch(second), pytest.raises(SinkMoved):
        apply(changes, backup_set=made, markers=MARKERS)
    assert path.read_bytes() == b";! Automatically generated configuration file\n" + b"".join(newer)


def test_a_rewrite_of_the_new_file_from_the_old_text_is_seen_and_its_pin_stays(site: ChangedFiles) -> None:
    """Asterisk had read the file before the rename, and writes it after it."""
    newer = OLD_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    act = during_rename(site, lambda: rewrite(site.etc / "voicemail.conf", newer), before=False)
    changes = site.changes()
    made = site.make_set(changes)
    with disk.watch(act), pytest.raises(SinkMoved):
        apply(changes, backup_set=made, markers=MARKERS)
    there = (site.etc / "voicemail.conf").read_bytes()
    assert b"1000 => 4321,Ann" in there
    assert b"1001" not in there


def test_a_pin_changed_before_the_end_of_the_transaction_is_named_and_stays(site: ChangedFiles) -> None:
    newer = NEW_VOICEMAIL.replace(b"1001 => 1001", b"1001 => 9999")
    with apply(site.changes(), backup_set=site.make_set(), markers=MARKERS) as applied:
        rewrite(site.etc / "voicemail.conf", newer)
        assert not applied.finish()
    assert b"1001 => 9999" in (site.etc / "voicemail.conf").read_bytes()
    assert (site.etc / "pjsip.conf").read_bytes() == NEW["pjsip.conf"]


def test_a_pin_changed_while_asterisk_had_the_new_files_survives_their_being_put_back(site: ChangedFiles) -> None:
    newer = NEW_VOICEMAIL.replace(b"1000 => 1000", b"1000 => 4321")
    with apply(site.changes(), backup_set=site.make_set(), markers=MARKERS) as applied:
        rewrite(site.etc / "voicemail.conf", newer)
        applied.put_back()
    there = (site.etc / "voicemail.conf").read_bytes()
    assert b"1000 => 4321,Ann" in there
    assert b"1001" not in there
    assert (site.etc / "pjsip.conf").read_bytes() == OLD["pjsip.conf"]
