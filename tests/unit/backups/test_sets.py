"""Backup sets are whole, private, plain and found again; damage is seen."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gvma.backups.backup_set import BackupSet
from gvma.backups.sets import BackupSets
from gvma.errors import BackupSetError, UsageError
from gvma.storage import disk
from gvma.storage.digest import Digest
from tests.fakes.asterisk_files import OLD, OLD_VOICEMAIL, ChangedFiles


def make(site: ChangedFiles, clock: datetime | None = None) -> BackupSet:
    """Another set each time: the files differ."""
    path = site.etc / "pjsip.conf"
    site.write("pjsip.conf", path.read_bytes() + b";\n")
    sets = BackupSets(site.kept) if clock is None else BackupSets(site.kept, lambda: clock)
    return sets.create(
        [change.to_save for change in site.changes()], snapshot=[b'{"dns":', b"[]}\n"], reason="sync", run_id="r1"
    )


def test_a_set_holds_every_file_byte_for_byte_and_says_which_were_about_to_change(site: ChangedFiles) -> None:
    site.new["secret.conf"] = OLD["secret.conf"]
    made = site.make_set()
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", made.id)
    sets = BackupSets(site.kept)
    kept = {file.path.name: sets.content(made, file) for file in made.files}
    assert kept == OLD
    assert {file.path.name: (file.existed, file.changed) for file in made.files} == {
        "voicemail.conf": (True, True),
        "pjsip.conf": (True, True),
        "extensions.conf": (False, True),
        "secret.conf": (True, False),
    }
    copy = made.folder / "files" / str(site.etc).lstrip("/") / "voicemail.conf.copy"
    assert copy.read_bytes() == OLD_VOICEMAIL


def test_a_set_is_private_and_no_copy_is_named_conf(site: ChangedFiles) -> None:
    made = site.make_set()
    for path in [made.folder, *made.folder.rglob("*")]:
        assert path.stat().st_mode & 0o7777 == (0o700 if path.is_dir() else 0o600)
    assert not list(site.kept.rglob("*.conf"))


def test_manifest_and_snapshot_hold_no_pin(site: ChangedFiles) -> None:
    site.write("secret.conf", b"[general]\npassword = 987654\n")
    made = site.make_set()
    assert "987654" not in (made.folder / "manifest.json").read_text() + (made.folder / "snapshot.json").read_text()


def test_the_manifest_names_version_time_host_run_reason_and_each_files_digest_owner_and_mode(
    site: ChangedFiles,
) -> None:
    manifest = json.loads((site.make_set().folder / "manifest.json").read_text())
    assert manifest["gvma_backup_set"] == 1
    assert manifest["reason"] == "sync"
    assert manifest["run_id"] == "r1"
    assert {"time", "clock", "host", "gvma_version", "first", "seal"} <= manifest.keys()
    file = manifest["files"][0]
    assert file["path"] == str(site.etc / "voicemail.conf")
    assert file["sha256"] == Digest.of(OLD_VOICEMAIL).sha256
    assert file["size"] == len(OLD_VOICEMAIL)
    assert file["mode"] == "0640"
    assert {"owner", "group", "uid", "gid", "module"} <= file.keys()


def test_an_equal_state_is_not_saved_twice_but_another_is(site: ChangedFiles) -> None:
    first = site.make_set()
    assert site.make_set().id == first.id
    site.write("pjsip.conf", b"; other\n")
    assert site.make_set().id != first.id
    (site.etc / "pjsip.conf").chmod(0o600)
    assert len({one.id for one in BackupSets(site.kept).all()}) == 2
    site.make_set()
    assert len(BackupSets(site.kept).all()) == 3


def test_an_equal_state_is_saved_again_for_another_reason(site: ChangedFiles) -> None:
    of_sync = site.make_set()
    files = [change.to_save for change in site.changes()]
    of_remove = BackupSets(site.kept).create(files, snapshot=b"{}", reason="remove", run_id="r2")
    assert of_remove.id != of_sync.id
    assert [one.manifest and one.manifest.reason for one in BackupSets(site.kept).all()] == ["sync", "remove"]


def test_times_never_go_backwards_even_if_the_clock_does(site: ChangedFiles) -> None:
    one = make(site, datetime(2026, 11, 21, 21, 30, tzinfo=UTC))
    two = make(site, datetime(2026, 11, 21, 21, 30, tzinfo=UTC))
    three = make(site, datetime(2020, 1, 1, tzinfo=UTC))
    assert [made.id[:16] for made in (one, two, three)] == [
        "20261121T213000Z",
        "20261121T213001Z",
        "20261121T213002Z",
    ]
    assert [made.id for made in BackupSets(site.kept).all()] == [one.id, two.id, three.id]
    assert three.manifest
    assert three.manifest.clock == "2020-01-01T00:00:00Z"
    assert [made.first for made in (one, two, three)] == [True, False, False]


def test_a_set_is_found_by_id_by_unique_prefix_and_as_latest(site: ChangedFiles) -> None:
    one = make(site, datetime(2026, 11, 21, 21, 30, tzinfo=UTC))
    two = make(site, datetime(2026, 11, 22, 21, 30, tzinfo=UTC))
    sets = BackupSets(site.kept)
    assert sets.find(one.id).id == one.id
    assert sets.find("20261121").id == one.id
    assert sets.find("latest").id == two.id


def test_an_ambiguous_prefix_is_wrong_usage_and_lists_the_candidates(site: ChangedFiles) -> None:
    made = [make(site, datetime(2026, 11, day, tzinfo=UTC)) for day in (21, 22)]
    with pytest.raises(UsageError) as refused:
        BackupSets(site.kept).find("202611")
    assert all(one.id in refused.value.message for one in made)


def test_an_empty_id_is_wrong_usage_and_never_the_only_set(site: ChangedFiles) -> None:
    """As a script gives it whose variable is not set."""
    site.make_set()
    with pytest.raises(UsageError, match="the id of the backup set is empty"):
        BackupSets(site.kept).find("")


@pytest.mark.parametrize("wanted", ["latest", "2026", "../state"])
def test_a_set_that_does_not_exist_is_said(site: ChangedFiles, wanted: str) -> None:
    with pytest.raises(BackupSetError) as refused:
        BackupSets(site.kept).find(wanted)
    assert refused.value.exit_status == 17


def corrupt(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])


def add(path: Path) -> None:
    path.with_name("stray").write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def nest(path: Path) -> None:
    path.write_bytes(b"[" * 100_000)


@pytest.mark.parametrize("damage", [corrupt, cut, add, nest, Path.unlink])
@pytest.mark.parametrize("name", ["manifest.json", "snapshot.json", "voicemail.conf.copy"])
def test_every_damage_is_seen(site: ChangedFiles, damage: object, name: str) -> None:
    made = site.make_set()
    sets = BackupSets(site.kept)
    assert sets.faults(made) == []
    damage(next(made.folder.rglob(name)))  # type: ignore[operator]
    again = sets.find("latest")
    assert sets.faults(again)
    with pytest.raises(BackupSetError, match="damaged"):
        sets.verify(again, site.settings)


def test_a_changed_mode_in_the_manifest_breaks_its_seal(site: ChangedFiles) -> None:
    path = site.make_set().folder / "manifest.json"
    path.write_text(path.read_text().replace('"0640"', '"0666"'))
    sets = BackupSets(site.kept)
    assert sets.faults(sets.find("latest")) == ["the manifest does not match its seal"]


def test_a_set_that_could_not_be_written_leaves_nothing_and_says_why(site: ChangedFiles) -> None:
    def full(call: str, path: str) -> None:
        if call == "write" and path.endswith("pjsip.conf.copy"):
            raise OSError(28, "No space left on device", path)

    with disk.watch(full), pytest.raises(BackupSetError, match="No space left"):
        site.make_set()
    assert list(site.kept.iterdir()) == []


@pytest.mark.parametrize("time", ["99991231T235959Z", "20261341T250000Z", "00000000T000000Z"])
def test_a_folder_with_a_time_out_of_this_world_keeps_no_set_from_being_made(site: ChangedFiles, time: str) -> None:
    (site.kept / f"{time}-00000000").mkdir(parents=True)
    made = site.make_set()
    assert BackupSets(site.kept).faults(made) == []
    assert made.id in [one.id for one in BackupSets(site.kept).all()]


def test_a_set_is_removed_whole(site: ChangedFiles) -> None:
    made = site.make_set()
    BackupSets(site.kept).remove(made)
    assert list(site.kept.iterdir()) == []


def test_files_of_one_name_in_two_folders_do_not_meet(site: ChangedFiles) -> None:
    other = ChangedFiles(site.root / "other")
    made = site.make_set([*site.changes(), *other.changes()])
    assert len({file.copy for file in made.files if file.copy}) == 6
    assert BackupSets(site.kept).faults(made) == []
