"""``gvma backup``, without Asterisk: list, show, diff, verify, forget, and what is said of a set that is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gvma.backups.sets import BackupSets
from tests.fakes.asterisk_files import NEW, OLD, OLD_VOICEMAIL, ChangedFiles
from tests.unit.cli.commands.backup import everything, gvma, gvma_json, ids


def test_list_names_each_set_with_its_age_reason_and_files(site: ChangedFiles) -> None:
    (one,) = BackupSets(site.kept).all()
    shown = gvma(site, "backup", "list").stdout
    changed = sum(file.changed for file in one.files)
    assert re.match(rf"{one.id}  \d+ s +sync: {changed} files ", shown)
    assert "[first]" in shown
    (listed,) = gvma_json(site, "backup", "list")["sets"]
    assert (listed["id"], listed["first"], listed["restored"], listed["fault"]) == (one.id, True, False, None)


def test_list_without_a_set_says_so(tmp_path: Path) -> None:
    site = ChangedFiles(tmp_path)
    (tmp_path / "gvma.cfg").write_text(f"[gvma_settings]\nbackup_path = {site.kept}\nsiptserver_host = 127.0.0.1\n")
    result = gvma(site, "backup", "list")
    assert (result.status, result.stdout[:28]) == (0, "There is no backup set yet. ")
    assert not site.kept.exists()


def test_show_tells_owner_mode_and_size(site: ChangedFiles) -> None:
    shown = gvma(site, "backup", "show", "latest").stdout
    assert f"* {site.etc}/voicemail.conf: {len(OLD_VOICEMAIL)} bytes, " in shown
    assert " 0640\n" in shown
    assert f"* {site.etc}/extensions.conf: did not exist" in shown


def test_diff_leads_from_the_set_to_the_present_files_with_pins_masked(site: ChangedFiles) -> None:
    shown = gvma(site, "backup", "diff", "latest").stdout
    assert "+1001 => ****,Bob,,," in shown
    assert "+[gvm-1000]" in shown
    assert "-password = ****" in shown
    assert "secret.conf: does not exist any more" in shown
    assert "1001 => 1001" not in shown
    assert "4321" not in shown


def test_diff_between_two_sets(site: ChangedFiles) -> None:
    site.new = OLD
    site.run()
    one, two = ids(site)
    shown = gvma(site, "backup", "diff", one, two).stdout
    assert "+1001 => ****,Bob,,," in shown
    back = gvma_json(site, "backup", "diff", two, one)
    assert {Path(file["path"]).name: file["differs"] for file in back["files"]} == dict.fromkeys(OLD, True)
    assert gvma(site, "backup", "diff", one, one).stdout == ""


def test_verify_of_all_sets_and_of_a_damaged_one(site: ChangedFiles) -> None:
    (one,) = ids(site)
    sound = gvma(site, "backup", "verify")
    assert (sound.status, sound.stdout) == (0, f"{one}  sound\n")
    next((site.kept / one).rglob("voicemail.conf.copy")).write_bytes(b"x")
    damaged = gvma(site, "backup", "verify")
    assert damaged.status == 17
    assert "voicemail.conf.copy is damaged" in damaged.stdout
    answer = gvma_json(site, "backup", "verify", one)
    assert (answer["status"], answer["exit_code"], answer["sets"][0]["sound"]) == ("error", 17, False)


@pytest.mark.parametrize("words", [("show",), ("diff",), ("verify",), ("restore",), ("restore", "--dry-run")])
def test_a_set_that_does_not_exist_is_17(site: ChangedFiles, words: tuple[str, ...]) -> None:
    before = everything(site.etc)
    result = gvma(site, "backup", *words, "1999")
    assert result.status == 17
    assert "there is no backup set '1999'" in result.stderr
    assert everything(site.etc) == before


def test_an_ambiguous_prefix_is_64_and_lists_the_candidates(site: ChangedFiles) -> None:
    site.new = OLD
    site.run()
    result = gvma(site, "backup", "restore", "20", "--no-reload")
    assert result.status == 64
    assert all(one in result.stderr for one in ids(site))


def test_forget_says_why_each_set_is_kept_and_a_dry_run_removes_none(site: ChangedFiles) -> None:
    for contents in (OLD, NEW, OLD):
        site.new = contents
        site.run()
    before = ids(site)
    dry = gvma(site, "backup", "forget", "--keep-last", "1", "--dry-run")
    assert dry.stdout == (
        f"keep    {before[0]}  first set ever made\nkeep    {before[3]}  last\n"
        f"would remove {before[1]}\nwould remove {before[2]}\n"
    )
    assert ids(site) == before
    answer = gvma_json(site, "backup", "forget", "--keep-last", "1")
    assert (answer["status"], answer["removed"]) == ("changed", before[1:3])
    assert answer["kept"][0] == {"id": before[0], "reasons": ["first set ever made"]}
    assert ids(site) == [before[0], before[3]]


def test_forget_without_options_applies_the_settings(site: ChangedFiles) -> None:
    config = site.root / "gvma.cfg"
    config.write_text(config.read_text() + "keep_last = 1\nkeep_daily = 0\nkeep_monthly = 0\n")
    for contents in (OLD, NEW):
        site.new = contents
        site.run()
    before = ids(site)
    assert gvma(site, "backup", "forget").status == 0
    assert ids(site) == [before[0], before[2]]


def test_a_policy_that_keeps_nothing_is_64(site: ChangedFiles) -> None:
    before = ids(site)
    result = gvma(site, "backup", "forget", "--keep-last", "0")
    assert result.status == 64
    assert "would keep nothing" in result.stderr
    assert ids(site) == before
