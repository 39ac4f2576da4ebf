"""``gvma backup restore``: every byte, owner and mode of an earlier state, or nothing at all."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest

from gvma.sinks.files.atomic.change import FileChange
from gvma.storage.asterisk.files import read_target
from gvma.storage.lock import hold_lock
from gvma.storage.state.pause import read_pause
from tests.fakes.asterisk_files import BEGIN, END, NEW, OLD, ChangedFiles
from tests.fakes.faults import killed_at, killed_before
from tests.unit.cli.commands.backup import everything, gvma, gvma_json, ids

WHOLE = ("--whole-files", "--pins")
MODULES = ("app_voicemail.so", "pbx_config.so", "res_pjsip.so")


def test_restore_brings_back_every_byte_owner_and_mode_and_holds_the_state(site: ChangedFiles) -> None:
    (site.etc / "voicemail.conf").chmod(0o600)
    (first,) = ids(site)
    result = gvma(site, "backup", "restore", "latest", *WHOLE, "--no-reload")
    assert result.status == 0, result.stderr
    assert site.state() == OLD
    assert (site.etc / "voicemail.conf").stat().st_mode & 0o7777 == 0o640
    made = ids(site)[-1]
    assert f"Restored {first}. The state before is in backup set {made}." in result.stdout
    assert site.pending_reload() == MODULES
    assert (
        "The reload of app_voicemail.so, pbx_config.so, res_pjsip.so is pending; the next sync does it."
        in result.stdout
    )
    note = read_pause(site.kept)
    assert note is not None
    assert note.backup_set == first
    assert site.litter() == []


def test_a_restore_can_itself_be_restored(site: ChangedFiles) -> None:
    gvma(site, "backup", "restore", "latest", *WHOLE, "--no-reload")
    assert site.state() == OLD
    gvma(site, "backup", "restore", ids(site)[-1], *WHOLE, "--no-reload")
    assert site.state() == NEW


def test_a_set_of_another_host_is_restored_and_its_host_named(
    site: ChangedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "pbx2")
    result = gvma(site, "backup", "restore", "latest", "--dry-run")
    assert "not here on pbx2." in result.stdout
    assert gvma(site, "backup", "restore", "latest", *WHOLE, "--no-reload").status == 0
    assert site.state() == OLD


def test_restore_in_json_tells_what_it_did(site: ChangedFiles) -> None:
    (first,) = ids(site)
    answer = gvma_json(site, "backup", "restore", first, "--no-reload")
    assert (answer["status"], answer["restored"], answer["backup_set"]) == ("changed", first, ids(site)[-1])
    assert {Path(file["path"]).name: file["action"] for file in answer["files"]} == {
        "voicemail.conf": "replace",
        "pjsip.conf": "replace",
        "extensions.conf": "remove",
        "secret.conf": "create",
    }
    assert answer["pending_reload"] == list(MODULES)


def test_restore_of_the_present_state_writes_no_file_but_holds(site: ChangedFiles) -> None:
    gvma(site, "backup", "restore", "latest", "--no-reload")
    before = ids(site)
    result = gvma(site, "backup", "restore", before[0], "--no-reload")
    assert (result.status, ids(site)) == (0, before)
    assert "nothing was written" in result.stdout


def test_restore_dry_run_shows_the_plan_and_writes_nothing_at_all(site: ChangedFiles) -> None:
    before = everything(site.root)
    result = gvma(site, "backup", "restore", "latest", *WHOLE, "--dry-run")
    assert result.status == 0
    assert "-1001 => ****,Bob,,," in result.stdout
    assert "Plan: 2 to replace, 1 to create, 1 to remove, 0 as they are." in result.stdout
    assert "PINs go back to those of" in result.stdout
    assert everything(site.root) == before


def test_a_file_that_did_not_exist_then_but_holds_more_than_our_block_keeps_the_rest(site: ChangedFiles) -> None:
    own = b"[mine]\nexten => 1,1,NoOp()\n"
    site.write("extensions.conf", own + (NEW["extensions.conf"] or b""))
    result = gvma(site, "backup", "restore", "latest", "--no-reload")
    assert (site.etc / "extensions.conf").read_bytes() == own
    assert "only the block is taken out" in result.stdout


def test_a_pin_file_comes_back_and_is_left_out_where_its_mailbox_folder_is_gone(
    tmp_path: Path, site: ChangedFiles
) -> None:
    folder = tmp_path / "spool/voicemail/GVMA_DN/2000"
    folder.mkdir(parents=True)
    path = folder / "secret.conf"
    path.write_bytes(b"[general]\npassword = 777\n")
    changes = [FileChange(read_target(path), None, "app_voicemail.so", asterisk_rewrites=True)]
    made = site.make_set(changes)
    path.unlink()
    shown = gvma(site, "backup", "restore", made.id, "--pins", "--no-reload").stdout
    assert path.read_bytes() == b"[general]\npassword = 777\n"
    assert "PINs go back" in shown
    path.unlink()
    folder.rmdir()
    result = gvma(site, "backup", "restore", made.id, "--pins", "--dry-run")
    assert (result.status, "the folder of its mailbox is gone" in result.stdout) == (0, True)


def test_a_damaged_set_is_not_restored(site: ChangedFiles) -> None:
    before = site.state()
    next(site.kept.rglob("voicemail.conf.copy")).write_bytes(b"x")
    result = gvma(site, "backup", "restore", "latest", "--no-reload")
    assert result.status == 17
    assert site.state() == before
    assert read_pause(site.kept) is None


def test_restore_leaves_at_once_while_another_run_holds_the_lock(site: ChangedFiles) -> None:
    with hold_lock(site.kept):
        result = gvma(site, "backup", "restore", "latest", "--no-reload")
    assert result.status == 11
    assert f"process {os.getpid()}" in result.stderr


def test_restore_without_ami_changes_nothing(site: ChangedFiles) -> None:
    config = site.root / "gvma.cfg"
    config.write_text(config.read_text() + "asterisk_cm_port = 1\nasterisk_cm_timeout = 1\n")
    result = gvma(site, "backup", "restore", "latest")
    assert result.status == 16
    assert site.state() == NEW
    assert len(ids(site)) == 1
    assert read_pause(site.kept) is None


def test_restore_first_ends_what_an_interrupted_run_left_and_says_so(site: ChangedFiles) -> None:
    site.new = OLD
    assert killed_before("exchange", "etc/pjsip.conf", site.run)
    result = gvma(site, "backup", "restore", ids(site)[0], "--no-reload")
    assert result.status == 0, result.stderr
    assert "was stopped" in result.stderr
    assert site.state() == OLD
    assert site.litter() == []


@pytest.mark.long
def test_a_restore_that_is_killed_ends_all_old_or_all_new_and_pauses_the_sync_if_new(tmp_path: Path) -> None:
    def fresh(name: str) -> ChangedFiles:
        site = ChangedFiles(tmp_path / name)
        (site.root / "gvma.cfg").write_text(
            f"[gvma_settings]\nasterisk_cfg_path = {site.etc}\nbackup_path = {site.kept}\nsiptserver_host = 127.0.0.1\n"
            f"asterisk_spool_path = {site.settings.asterisk_spool_path}\n"
        )
        site.run()
        return site

    def restore(site: ChangedFiles) -> None:
        assert gvma(site, "backup", "restore", ids(site)[0], "--no-reload").status == 0

    states = set()
    for point in count(0, 6):
        site = fresh(str(point))
        if not killed_at(point, lambda site=site: restore(site)):  # type: ignore[misc]
            break
        gvma(site, "backup", "forget", "--keep-last", "9")
        assert site.state() in (OLD, NEW)
        assert site.litter() == []
        restored = site.state() == OLD
        assert (read_pause(site.kept) is not None) == restored
        states.add(restored)
    assert states == {True, False}


def test_the_sites_later_lines_stay_and_are_named_and_whole_files_takes_them_away(site: ChangedFiles) -> None:
    path = site.etc / "voicemail.conf"
    later = path.read_bytes() + b"[SALES]\n8000 => 4711,Sales,,,\n"
    site.write("voicemail.conf", later)
    shown = gvma(site, "backup", "restore", "latest", "--dry-run").stdout
    assert "voicemail.conf: 2 lines of the site's own differ from the set, and are left as they are now" in shown
    result = gvma(site, "backup", "restore", "latest", "--no-reload")
    assert result.status == 0, result.stderr
    assert path.read_bytes() == (OLD["voicemail.conf"] or b"") + b"[SALES]\n8000 => 4711,Sales,,,\n"
    shown = gvma(site, "backup", "restore", ids(site)[0], "--whole-files", "--dry-run").stdout
    assert "voicemail.conf: these lines of the site's own go: [SALES]; 8000 => ****,Sales,,,." in shown
    assert "4711" not in shown


def test_a_mailbox_that_exists_keeps_the_pin_in_force_and_one_that_comes_back_gets_the_sets(tmp_path: Path) -> None:
    site = ChangedFiles(tmp_path)
    (tmp_path / "gvma.cfg").write_text(
        f"[gvma_settings]\nasterisk_cfg_path = {site.etc}\nbackup_path = {site.kept}\nsiptserver_host = 127.0.0.1\n"
    )
    then = block("1000 => 1111,Ann,,,", "1001 => 2222,Bob,,,")
    site.write("voicemail.conf", then)
    made = site.make_set([FileChange(read_target(site.etc / "voicemail.conf"), b"", "app_voicemail.so")])
    site.write("voicemail.conf", block("1000 => 8642,Anna,,,"))
    result = gvma(site, "backup", "restore", made.id, "--no-reload")
    assert result.status == 0, result.stderr
    assert (site.etc / "voicemail.conf").read_bytes() == block("1000 => 8642,Ann,,,", "1001 => 2222,Bob,,,")
    answer = gvma_json(site, "backup", "restore", made.id, "--dry-run")
    assert answer["items"] == []
    answer = gvma_json(site, "backup", "restore", made.id, "--pins", "--no-reload")
    assert (site.etc / "voicemail.conf").read_bytes() == then
    assert [(item["action"], item["name"], item["fields"]) for item in answer["items"]] == [
        ("change", "1000@GVMA_DN", ["pin"])
    ]


def block(*lines: str) -> bytes:
    """A voicemail.conf of the site with our block below it."""
    head = "; Generated by Genesys VoiceMail Configuration Adapter for Asterisk.\n[GVMA_DN]\n"
    return f"[general]\nformat=wav\n{BEGIN}\n{head}{''.join(f'{line}{chr(10)}' for line in lines)}{END}\n\n".encode()
