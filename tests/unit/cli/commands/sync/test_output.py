"""What ``gvma sync`` says: an object, a line, a diff, warnings when they are new; nothing when all is as it was."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from tests.harness.command import Commands
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.cli.commands.sync import FEWER, OBJECTS

ODD = Layer(dns={**OBJECTS.dns, "61009": {"gvm_email": "a,b@example.net"}})
OTHER_ODD = Layer(dns={**ODD.dns, "61010": {"gvm_mailbox": "6 1"}})


def test_an_unchanged_run_touches_no_file_anywhere_not_even_its_own(site: Site) -> None:
    site.sync()
    before = site.everything()
    timed = {"backup/lock", "backup/state/last-success"}
    for words in ((), ("-q",), ("-v",)):
        done = site.gvma(*words, "sync", *site.from_tree)
        assert (done.status, done.stdout) == (0, ""), done.stderr
        after = site.everything()
        # The lock is written and emptied again by every run, and an empty file keeps the time of the last success.
        assert after.pop("backup/state/last-success")[-1] == before["backup/state/last-success"][-1] == b""
        assert {name: seen for name, seen in after.items() if name not in timed} == {
            name: seen for name, seen in before.items() if name not in timed
        }
    answer = site.answer("sync", *site.from_tree)
    assert (answer["status"], answer["changes"]) == ("ok", {"add": 0, "change": 0, "remove": 0})
    assert (answer["backup_set"], answer["reloaded"], answer["errors"]) == (None, [], [])
    assert [file["changed"] for file in answer["files"]] == [False, False, False]


def test_the_object_has_the_fields_of_the_contract_and_no_secret(site: Site) -> None:
    site.put(ODD)
    done = site.gvma("--output", "json", "sync", *site.from_tree)
    said = json.loads(done.stdout)
    for name in ("run_id", "changes", "files", "backup_set", "reloaded", "warnings", "errors"):
        assert name in said, name
    assert (said["gvma_result_version"], said["command"], said["status"]) == (1, "sync", "changed")
    # Three DNs, one of them with a box of the site's own, and one refused.
    assert said["changes"] == {"add": 5, "change": 0, "remove": 0}
    paths = [str(site.etc / name) for name in ("voicemail.conf", "pjsip.conf", "extensions.conf")]
    assert said["files"] == [{"path": path, "changed": True} for path in paths]
    assert (site.backup_path / said["backup_set"] / "manifest.json").is_file()
    (warning,) = said["warnings"]
    assert set(warning) == {"code", "message", "where"}
    assert "61009" in warning["where"]
    for secret in ("86420", "sesame-only-here", "never-to-be-seen"):
        assert secret not in done.stdout + done.stderr


def test_settings_with_which_no_sync_begins_answer_with_the_same_fields(site: Site) -> None:
    site.settings.update(max_remove_percent="many")
    said = json.loads(site.gvma("--output", "json", "sync", *site.from_tree).stdout)
    assert (said["status"], said["exit_code"], said["errors"][0]["code"]) == ("error", 78, "settings")
    assert (said["changes"], said["files"]) == ({"add": 0, "change": 0, "remove": 0}, [])
    assert (said["backup_set"], said["reloaded"], said["warnings"]) == (None, [], [])
    assert said["run_id"]


def test_a_dry_run_needs_no_ami_no_right_to_write_and_leaves_no_trace(folder_for_all: Path, commands: Commands) -> None:
    site = Site(folder_for_all / "site", OBJECTS, run=commands.run)
    site.settings.update(channel_driver="auto", asterisk_cm_port=1, log_file=site.folder / "gvma.log")
    site.settings["metrics_file"] = site.folder / "metrics.prom"
    prefix: tuple[str, ...] = ()
    if os.geteuid() == 0:
        site.config.chmod(0o644)
        prefix = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--")
        for path in site.etc.iterdir():
            path.chmod(0o644)
    before = site.everything()
    done = site.gvma("sync", "--dry-run", "--diff", "--from", str(site.tree), prefix=prefix)
    assert done.status == 0, done.stderr
    assert done.stdout.endswith("Plan: 9 to add, 0 to change, 0 to remove.\n")
    assert f"+++ {site.etc}/pjsip.conf\n" in done.stdout
    assert "+61902 => ****,Ulla Iso,,," in done.stdout
    assert "86420" not in done.stdout
    assert site.everything() == before
    assert "\x1b" not in done.stdout


def test_a_dry_run_names_each_item_and_its_owner_and_shows_the_diff_where_it_is_asked_for(site: Site) -> None:
    done = site.gvma("sync", "--dry-run", *site.from_tree)
    assert done.stdout == (
        "+ mailbox 61001@GVMA_DN (DN 61001)\n"
        "+ mailbox 61902@GVMA_DN (DN 61002)\n"
        "+ mailbox 61017@GVMA_AGENT (Agent Login A17)\n"
        "+ mailbox 61500@GVMA_AGENTGROUP (Agent Group Claims)\n"
        "+ subscription gvm-61001 (DN 61001)\n"
        "+ subscription gvm-61902 (DN 61002)\n"
        "+ subscription gvm-a-61017 (Agent Login A17)\n"
        "+ subscription gvm-g-61500 (Agent Group Claims)\n"
        "+ subscription gvm-7 (DN 61003)\n"
        "+ endpoint gvma-sipserver (SIP Server)\n"
        "Asterisk was not asked who gets SIP Server's requests; its files alone decide.\n"
        "Plan: 9 to add, 0 to change, 0 to remove.\n"
    )
    assert "+61902 => ****,Ulla Iso,,," in site.sync("--diff").stdout


def test_a_large_plan_shows_the_first_items_of_each_action_and_how_many_more(site: Site) -> None:
    site.put(Layer(dns={str(number): {} for number in range(61001, 61041)}))
    lines = site.gvma("sync", "--dry-run", *site.from_tree).stdout.splitlines()
    assert lines[0] == "+ mailbox 61001@GVMA_DN (DN 61001)"
    assert lines[10] == "+ ... and 71 more to add (-v shows all)"
    assert lines[12:] == ["Plan: 80 to add, 0 to change, 0 to remove."]
    assert len(site.gvma("-v", "sync", "--dry-run", *site.from_tree).stdout.splitlines()) == 83
    assert len(site.answer("sync", "--dry-run", *site.from_tree)["items"]) == 81


def test_the_items_of_a_change_are_in_json_with_their_fields(site: Site) -> None:
    site.sync()
    dns = {**OBJECTS.dns, "61001": {"gvm_name": "Ada", "gvm_password": "97531"}}
    site.put(Layer(dns=dns, agents=OBJECTS.agents, groups=OBJECTS.groups))
    answer = site.answer("sync", *site.from_tree)
    assert answer["items"] == [
        {
            "action": "change",
            "kind": "mailbox",
            "name": "61001@GVMA_DN",
            "owner": "DN 61001",
            "fields": ["name", "pin"],
        }
    ]
    assert "97531" not in str(answer)
    assert site.answer("sync", *site.from_tree)["items"] == []


def test_the_same_failure_is_said_once_and_not_every_five_minutes(site: Site) -> None:
    site.sync()
    site.put(FEWER)
    said = site.gvma("sync", *site.from_tree)
    assert (said.status, "safety brake" in said.stderr) == (13, True)
    again = site.gvma("sync", *site.from_tree)
    assert (again.status, again.stdout, again.stderr) == (13, "", "")
    assert "safety brake" in site.gvma("-v", "sync", *site.from_tree).stderr
    assert site.answer("sync", *site.from_tree)["errors"][0]["code"] == "safety-brake"
    site.put(OBJECTS)
    site.sync()
    site.put(FEWER)
    assert "safety brake" in site.gvma("sync", *site.from_tree).stderr


def test_another_failure_is_said_at_once(site: Site) -> None:
    site.sync()
    site.put(FEWER)
    site.gvma("sync", *site.from_tree)
    site.put(Layer())
    assert "the query for DNs answered with none" in site.gvma("sync", *site.from_tree).stderr


def test_a_dry_run_in_json_has_the_diff_and_pending_changes_have_status_2(site: Site) -> None:
    answer = site.answer("sync", "--dry-run", "--diff", "--detailed-exitcode", *site.from_tree)
    assert (answer["exit_code"], answer["status"], answer["dry_run"]) == (2, "changed", True)
    assert "+61902 => ****,Ulla Iso,,," in answer["diff"]
    assert answer["backup_set"] is None
    site.sync()
    answer = site.answer("sync", "--dry-run", "--detailed-exitcode", *site.from_tree)
    assert (answer["exit_code"], answer["status"], answer["changes"]) == (0, "ok", {"add": 0, "change": 0, "remove": 0})


def test_what_changed_is_one_line_off_a_terminal(site: Site) -> None:
    done = site.sync()
    assert re.fullmatch(
        r"sync: 9 added, 0 changed, 0 removed in voicemail\.conf, pjsip\.conf, extensions\.conf; "
        r"backup set \d{8}T\d{6}Z-[0-9a-f]{8}; not reloaded\.\n",
        done.stdout,
    )
    assert done.stderr == ""
    site.put(FEWER)
    assert site.gvma("-q", "sync", "--force", *site.from_tree).stdout == ""


def test_warnings_are_said_when_they_are_new_and_not_every_five_minutes(site: Site) -> None:
    site.put(ODD)
    assert "DN 61009" in site.sync().stderr
    assert site.sync().stderr == ""
    assert "DN 61009" in site.sync("--dry-run").stderr
    assert "DN 61009" in site.gvma("-v", "sync", *site.from_tree).stderr
    assert site.gvma("-q", "sync", "--dry-run", *site.from_tree).stderr == ""
    assert site.answer("sync", *site.from_tree)["warnings"][0]["where"].startswith("DN 61009")
    site.put(OTHER_ODD)
    both = site.sync().stderr
    assert "DN 61009" in both
    assert "DN 61010" in both
    assert site.sync().stderr == ""
    site.put(Layer(dns=OBJECTS.dns))
    assert site.sync().stderr == ""
    site.put(ODD)
    assert "DN 61009" in site.sync().stderr


def test_a_run_that_stops_says_no_warning_again_that_the_run_before_had(site: Site) -> None:
    site.put(ODD)
    site.sync()
    site.put(Layer(dns={"61009": ODD.dns["61009"]}))
    for words in ((), ("--resume",)):
        stopped = site.gvma("sync", *site.from_tree, *words)
        assert stopped.status == 13
        assert "gvm_email" not in stopped.stderr
    site.put(Layer(dns={"61010": OTHER_ODD.dns["61010"]}))
    assert "DN 61010" in site.gvma("sync", *site.from_tree).stderr
    site.put(ODD)
    site.settings["unheard"] = 1
    assert "unheard" in site.sync().stderr
    site.answer("backup", "restore", "latest", "--no-reload")
    paused = site.gvma("sync", *site.from_tree)
    assert paused.status == 13
    assert "unheard" not in paused.stderr


def test_the_log_says_what_a_sync_did_and_why_one_failed_and_nothing_of_one_that_did_nothing(site: Site) -> None:
    log = site.folder / "gvma.log"
    site.settings.update(log_file=log)
    site.put(ODD)
    site.sync()
    warned, did = log.read_text().splitlines()
    assert " WARNING gvma.sync.run [" in warned
    assert "61009" in warned
    assert "INFO" in did
    assert "sync: 5 added, 0 changed, 0 removed in voicemail.conf" in did
    site.sync()
    assert len(log.read_text().splitlines()) == 2
    site.tree.write_text("<CfgData>")
    assert site.gvma("sync", *site.from_tree).status == 10
    assert "ERROR gvma.sync.after.remembering" in log.read_text().splitlines()[2]
    assert f"exit 10: {site.tree}: the XML ends" in log.read_text()
