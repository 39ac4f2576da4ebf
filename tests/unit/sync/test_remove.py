"""Whole removes: what the files hold afterwards, what is left and said, and what stops one."""

from __future__ import annotations

import json

import pytest

from gvma.storage.lock import hold_lock
from tests.fakes.ami import Reply, ScriptedManager, success
from tests.harness.command import Done
from tests.harness.site import BEGIN, END, Site
from tests.unit.sync import OWN_FILES, state
from tests.unit.sync.answers import aors, boxes, reloads

MODULES = ["app_voicemail.so", "pbx_config.so", "res_pjsip.so"]
TARGETS = ("voicemail.conf", "pjsip.conf", "extensions.conf")
RECORDS = {"first-pins", "owners", "last-sync.json"}


def remove(site: Site, *words: str) -> Done:
    return site.gvma("remove", "--no-reload", *words)


def files(site: Site) -> dict[str, bytes]:
    return {name: (site.etc / name).read_bytes() for name in TARGETS}


def records(site: Site) -> set[str]:
    return {path.name for path in (site.backup_path / "state").iterdir()} & RECORDS


def test_the_files_are_as_if_gvma_had_never_been_there(site: Site) -> None:
    site.sync()
    done = remove(site)
    assert (done.status, done.stderr) == (0, "")
    assert files(site) == OWN_FILES
    assert done.stdout.startswith("remove: 0 added, 0 changed, 10 removed in voicemail.conf, pjsip.conf, extensions.c")


@pytest.mark.parametrize(
    "own",
    [
        b"",
        b"\n",
        b"[general]",
        b"[general]\r\nformat=wav\r\n",
        b"[general]\r\nformat=wav",
        b"\xef\xbb\xbf[general]\n",
        b"[general]\n\n\n",
        b"; \xe9 in Latin-1\n[general]\n",
    ],
)
def test_every_byte_of_the_sites_own_is_back(site: Site, own: bytes) -> None:
    site.write("voicemail.conf", own)
    site.sync()
    assert BEGIN.encode() in (site.etc / "voicemail.conf").read_bytes()
    remove(site)
    assert (site.etc / "voicemail.conf").read_bytes() == own


def test_what_the_site_has_written_since_above_and_below_stays_and_our_line_goes(site: Site) -> None:
    site.sync()
    site.write("voicemail.conf", "; above\n" + site.text("voicemail.conf") + "[late]\n8 => 1,Late,,,\n")
    remove(site)
    own = OWN_FILES["voicemail.conf"].decode()
    assert site.text("voicemail.conf") == f"; above\n{own}[late]\n8 => 1,Late,,,\n"


def test_a_blank_line_that_stood_below_a_block_before_gvma_came_is_the_sites(site: Site) -> None:
    own = OWN_FILES["voicemail.conf"].decode()
    site.write("voicemail.conf", f"{own}{BEGIN}\n{END}\n\n[late]\n8 => 1,Late,,,\n")
    site.sync()
    remove(site)
    assert site.text("voicemail.conf") == f"{own}\n[late]\n8 => 1,Late,,,\n"


def test_lines_that_have_lost_their_markers_go_too(site: Site) -> None:
    site.sync()
    for name in TARGETS:
        lines = [line for line in site.text(name).splitlines() if line and not line.startswith(";")]
        site.write(name, "\n".join(lines) + "\n")
    done = remove(site)
    assert (done.status, done.stderr) == (0, "")
    assert files(site) == OWN_FILES


def test_the_block_of_the_other_channel_driver_goes_too(site: Site) -> None:
    site.write("sip.conf", "[general]\nbindport=5060\n")
    site.settings["channel_driver"] = "sip"
    site.sync()
    assert "[gvm-1000]" in site.text("sip.conf")
    site.settings["channel_driver"] = "pjsip"
    assert remove(site).status == 0
    assert site.text("sip.conf") == "[general]\nbindport=5060\n"
    assert files(site) == OWN_FILES


def test_a_file_that_gvma_made_stays_empty_so_that_asterisk_sees_its_lines_end(site: Site) -> None:
    (site.etc / "extensions.conf").unlink()
    site.sync()
    remove(site)
    assert (site.etc / "extensions.conf").read_bytes() == b""


def test_the_records_go_with_the_block_and_settings_and_sets_stay(site: Site) -> None:
    site.sync()
    assert records(site) == RECORDS
    answer = site.answer("remove", "--no-reload")
    assert records(site) == set()
    assert site.config.exists()
    sets = site.answer("backup", "list")["sets"]
    assert [one["reason"] for one in sets] == ["sync", "remove"]
    assert sets[1]["id"] == answer["backup_set"]


def test_a_second_remove_does_nothing(site: Site) -> None:
    site.sync()
    remove(site)
    before = state(site)
    done = remove(site)
    assert done.status == 0
    assert done.stdout == "Asterisk's files have nothing of gvma's; nothing was written.\n"
    assert state(site) == before


def test_a_remove_where_no_sync_has_been_does_nothing(site: Site) -> None:
    done = remove(site)
    assert (done.status, done.stderr) == (0, "")
    assert files(site) == OWN_FILES


def test_a_sync_after_it_builds_everything_anew_with_the_first_pins(site: Site) -> None:
    site.sync()
    block = site.block("voicemail.conf").splitlines()[2:]
    site.replace("voicemail.conf", "1001 => 739182,", "1001 => 4444,")
    remove(site)
    answer = site.answer("sync", *site.from_tree)
    assert answer["changes"] == {"add": 10, "change": 0, "remove": 0}
    assert site.block("voicemail.conf").splitlines()[2:] == block


def test_a_restore_of_its_set_brings_everything_back_with_the_pins_in_force(site: Site) -> None:
    site.sync()
    site.replace("voicemail.conf", "1001 => 739182,", "1001 => 4444,")
    before = files(site)
    remove(site)
    assert site.gvma("backup", "restore", "latest", "--no-reload").status == 0
    assert files(site) == before


def test_the_safety_brake_does_not_stop_it_and_the_lock_does(site: Site) -> None:
    site.settings["max_remove_percent"] = 0
    site.sync()
    before = files(site)
    with hold_lock(site.backup_path):
        assert remove(site).status == 11
    assert files(site) == before
    assert remove(site).status == 0


def test_it_goes_while_the_sync_is_paused_and_the_pause_stays(site: Site) -> None:
    site.sync()
    site.layer.dns["1003"] = {}
    site.sync()
    site.gvma("backup", "restore", "latest", "--no-reload")
    done = remove(site)
    assert done.status == 0
    assert done.stdout.endswith("Settings and backup sets stay, and the sync stays paused.\n")
    assert site.try_sync().status == 13


def test_the_json_object_names_what_went(site: Site) -> None:
    site.layer.dns = {"1000": {}}
    site.layer.agents, site.layer.groups = {}, {}
    site.sync()
    answer = site.answer("remove", "--no-reload")
    assert answer["changes"] == {"add": 0, "change": 0, "remove": 2}
    assert answer["items"] == [
        {"action": "remove", "kind": "mailbox", "name": "1000@GVMA_DN", "owner": "DN 1000", "fields": []},
        {"action": "remove", "kind": "subscription", "name": "gvm-1000", "owner": "DN 1000", "fields": []},
        {"action": "remove", "kind": "endpoint", "name": "gvma-sipserver", "owner": "", "fields": []},
    ]
    assert [file["changed"] for file in answer["files"]] == [True, True, True]
    assert answer["pending_reload"] == MODULES


def test_a_dry_run_names_what_would_go_and_changes_nothing(site: Site) -> None:
    site.sync()
    before = state(site)
    done = remove(site, "--dry-run")
    assert done.status == 0
    assert done.stdout.splitlines()[0] == "- mailbox 1000@GVMA_DN (DN 1000)"
    assert done.stdout.endswith("\nPlan: 0 to add, 0 to change, 10 to remove.\n")
    assert "739182" not in done.stdout
    assert state(site) == before


def test_a_file_that_is_not_safe_to_change_is_14_and_all_stays(site: Site) -> None:
    site.sync()
    site.write("pjsip.conf", site.text("pjsip.conf") + f"{BEGIN}\n{END}\n")
    before = files(site)
    done = remove(site)
    assert done.status == 14
    assert "the begin marker stands twice" in done.stderr
    assert files(site) == before


def _without_ours(ami: ScriptedManager) -> None:
    ami.replies["VoicemailUsersList"] = Reply(boxes({}))
    ami.replies["PJSIPShowAors"] = Reply(aors({}))
    ami.replies["Command"] = success("Message: Command output follows", "Output: There is no existence of 'GVMA'")


def test_asterisk_reloads_and_is_asked_whether_all_is_gone(site: Site, ami: ScriptedManager) -> None:
    site.sync(reload=True)
    ami.received.clear()
    _without_ours(ami)
    answer = site.answer("remove")
    assert (answer["exit_code"], answer["reloaded"], answer["pending_reload"]) == (0, MODULES, [])
    assert reloads(ami) == MODULES
    assert files(site) == OWN_FILES


@pytest.mark.parametrize("left", ["VoicemailUsersList", "PJSIPShowAors", "Command"])
def test_what_asterisk_does_not_let_go_is_put_back(site: Site, ami: ScriptedManager, left: str) -> None:
    site.sync(reload=True)
    before, kept, reply = files(site), records(site), ami.replies[left]
    _without_ours(ami)
    ami.replies[left] = reply
    done = site.gvma("remove")
    assert done.status == 15
    assert "Asterisk did not take the files without gvma's part" in done.stderr
    assert files(site) == before
    assert records(site) == kept


def test_without_asterisk_nothing_goes(site: Site, ami: ScriptedManager) -> None:
    site.sync(reload=True)
    before = files(site)
    site.settings["asterisk_cm_port"] = 1
    done = site.gvma("remove")
    assert done.status == 16
    assert "Nothing was changed." in done.stderr
    assert files(site) == before


def test_a_second_remove_does_the_reload_that_the_first_left_pending(site: Site, ami: ScriptedManager) -> None:
    site.sync(reload=True)
    assert "a second `gvma remove` does it" in remove(site).stdout
    ami.received.clear()
    _without_ours(ami)
    assert site.gvma("remove").status == 0
    assert reloads(ami) == MODULES
    assert not (site.backup_path / "state" / "owed-reload.json").exists()


def test_no_pin_is_in_what_it_leaves(site: Site) -> None:
    site.sync()
    done = site.gvma("--output", "json", "remove", "--no-reload")
    assert "739182" not in done.stdout + done.stderr
    assert "739182" not in json.dumps(site.answer("backup", "show", "latest"))
