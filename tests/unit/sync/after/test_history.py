"""``gvma history`` after whole runs: what each did, why, who started it, and how it ended."""

from __future__ import annotations

import json
import os
import pwd
import socket
from pathlib import Path
from typing import Any

import pytest

from gvma.storage.lock import hold_lock
from tests.fakes.ami import ScriptedManager
from tests.fakes.faults import killed_before
from tests.harness.site import Site
from tests.unit.sync import state

ITEM = {"action": "change", "kind": "mailbox", "name": "1001@GVMA_DN", "owner": "DN 1001", "fields": ["name"]}


def runs(site: Site, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = site.answer("history", *words)["runs"]
    return found


def kept(site: Site) -> Path:
    return site.backup_path / "state" / "history.jsonl"


def test_a_sequence_of_runs_is_listed_newest_first_as_it_was(site: Site) -> None:
    first = site.answer("sync", *site.from_tree)
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    second = site.answer("sync", *site.from_tree)
    site.sync()
    third = site.answer("backup", "restore", "latest", "--no-reload")
    failed = site.gvma("--output", "json", "sync", *site.from_tree).json()
    removed = site.answer("remove", "--no-reload")
    found = runs(site)
    assert [(run["command"], run["exit_code"]) for run in found] == [
        ("remove", 0),
        ("sync", 13),
        ("backup restore", 0),
        ("sync", 0),
        ("sync", 0),
    ]
    answers = (removed, failed, third, second, first)
    assert [run["run_id"] for run in found] == [answer["run_id"] for answer in answers]
    assert [run["backup_set"] for run in found] == [answer["backup_set"] for answer in answers]
    assert [run["items"] for run in found] == [answer["items"] for answer in answers]
    assert found[1]["error"]["code"] == "sync-paused"
    assert found[2]["restored"] == third["restored"]
    assert found[3]["items"] == [ITEM]
    assert found[3]["changes"] == {"add": 0, "change": 1, "remove": 0}


def test_why_is_the_option_that_changed_in_configuration_server(site: Site) -> None:
    site.sync()
    site.layer.dns["1001"] |= {"gvm_name": "Rob", "unrelated": "x"}
    site.layer.dns["1000"] = {"unrelated": "y"}
    site.layer.dns["1003"] = {}
    del site.layer.groups["Sales"]
    site.sync("--allow-remove")
    assert runs(site, "-n", "1")[0]["why"] == [
        {"object": "DN 1001", "option": "gvm_name", "old": "Bob", "new": "Rob"},
        {"object": "DN 1003", "option": None, "old": None, "new": "present"},
        {"object": "Agent Group Sales", "option": None, "old": "present", "new": None},
    ]


def test_the_cause_is_what_changed_since_the_change_before_also_where_asterisk_refused_in_between(
    site: Site, ami: ScriptedManager
) -> None:
    site.sync(reload=True)
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    assert site.try_sync(reload=True).status == 15  # this Asterisk still says Bob
    site.sync()
    done, refused, _ = runs(site)
    assert (refused["exit_code"], refused["items"], refused["error"]["code"]) == (15, [], "asterisk-refused")
    assert done["why"] == [{"object": "DN 1001", "option": "gvm_name", "old": "Bob", "new": "Rob"}]
    assert ami.received


def test_of_a_pin_it_says_only_that_it_changed(site: Site) -> None:
    site.sync()
    site.layer.dns["1001"]["gvm_password"] = "847261"
    site.sync()
    (run, _) = runs(site)
    assert run["why"] == [{"object": "DN 1001", "option": "gvm_password", "old": "****", "new": "****"}]
    text = site.gvma("history").stdout
    assert "  why: DN 1001: gvm_password changed\n" in text
    for pin in ("739182", "847261"):
        assert pin not in text
        assert pin not in kept(site).read_text()


def test_a_pin_that_was_reset_by_hand_has_no_cause_in_configuration_server(site: Site) -> None:
    site.sync()
    site.replace("voicemail.conf", "1001 => 739182,", "1001 => 4444,")
    site.sync("--reset-pin", "1001@GVMA_DN")
    (run, _) = runs(site)
    assert (run["items"][0]["fields"], run["why"]) == (["pin"], [])
    assert "why: no option has changed;" in site.gvma("history").stdout


def test_who_started_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "ann")
    monkeypatch.setenv("TRIGGER_UNIT", "gvma-sync.timer")
    site.sync()
    who = runs(site)[0]["who"]
    assert who == {
        "user": pwd.getpwuid(os.geteuid()).pw_name,
        "sudo_user": "ann",
        "host": socket.gethostname(),
        "by": who["by"],
    }
    assert who["by"] in {"timer", "terminal", "cron"}  # where the tests themselves have a terminal, it counts


def test_a_run_that_changed_nothing_is_not_listed_and_a_dry_run_neither(site: Site) -> None:
    site.sync()
    before = kept(site).read_bytes()
    site.sync()
    site.layer.dns["1003"] = {}
    site.try_sync("--dry-run")
    site.gvma("remove", "--dry-run")
    assert kept(site).read_bytes() == before


def test_a_run_that_was_killed_after_the_write_is_listed_by_the_next_one(site: Site) -> None:
    site.sync()
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    site.lay_out()
    assert killed_before("unlink", "transaction/journal.json", site.try_sync)
    site.sync()
    killed = runs(site)[0]
    (_, second) = site.answer("backup", "list")["sets"]
    assert (killed["command"], killed["exit_code"], killed["error"]["code"]) == ("sync", 137, "interrupted")
    assert (killed["run_id"], killed["backup_set"]) == (second["run_id"], second["id"])
    assert "sync failed (137), on " in site.gvma("history").stdout
    site.sync()
    assert [run["exit_code"] for run in runs(site)] == [137, 0]


def test_a_run_that_met_the_lock_is_listed(site: Site) -> None:
    site.sync()
    with hold_lock(site.backup_path):
        assert site.try_sync().status == 11
    assert (runs(site)[0]["exit_code"], runs(site)[0]["error"]["code"]) == (11, "lock-held")


def test_a_failure_that_repeats_is_one_entry_in_text_and_each_run_in_json(site: Site) -> None:
    site.sync()
    site.simulator.fail = "500"
    with site.served():
        for _ in range(4):
            assert site.gvma("sync", "--no-reload").status == 10
    assert [run["exit_code"] for run in runs(site)] == [10, 10, 10, 10, 0]
    text = site.gvma("history").stdout
    assert text.count("sync failed (10)") == 1
    assert "  the same 3 times before, since " in text


@pytest.mark.parametrize(
    ("name", "count"),
    [("1001", 2), ("1001@GVMA_DN", 2), ("gvm-1001", 1), ("DN 1001", 2), ("5000", 1), ("Sales", 1), ("9", 0), ("", 0)],
)
def test_object_shows_only_what_concerns_it(site: Site, name: str, count: int) -> None:
    site.sync()
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    site.sync()
    found = runs(site, "--object", name)
    assert len(found) == count
    assert all(len(run["items"]) <= 2 for run in found)


def test_since_and_count_choose_the_newest(site: Site) -> None:
    for name in ("A", "B", "C"):
        site.layer.dns["1001"]["gvm_name"] = name
        site.sync()
    first, second, third = (json.loads(line) for line in kept(site).read_text().splitlines())
    first["at"], second["at"] = "2020-01-02T03:04:05Z", "2020-01-02T03:04:06Z"
    kept(site).write_text("".join(json.dumps(run) + "\n" for run in (first, second, third)))
    assert len(runs(site, "--since", "2020-01-02T03:04:05Z")) == 3
    assert len(runs(site, "--since", "2020-01-02T03:04:06Z")) == 2
    assert len(runs(site, "--since", "1h")) == 1
    assert [run["why"] for run in runs(site, "-n", "1")] == [
        [{"object": "DN 1001", "option": "gvm_name", "old": "B", "new": "C"}]
    ]
    assert site.gvma("history", "-n", "1").stdout.endswith("\n2 earlier; -n 3 shows all.\n")


def test_a_run_of_many_items_shows_the_first_and_how_many_more(site: Site) -> None:
    site.layer.dns |= {str(number): {} for number in range(2000, 2030)}
    site.sync()
    lines = site.gvma("history").stdout.splitlines()
    assert len([line for line in lines if line.startswith("  + mailbox")]) == 10
    assert "  + ... and 61 more to add (-v shows all)" in lines
    assert len(site.gvma("history", "-v").stdout.splitlines()) == 73
    assert len(runs(site)[0]["items"]) == 71


@pytest.mark.parametrize("words", [["--since", "soon"], ["--since", "9999-01-01"], ["-n", "0"], ["-n", "x"], ["x"]])
def test_wrong_usage_is_64(site: Site, words: list[str]) -> None:
    assert site.gvma("history", *words).status == 64


def test_a_line_that_was_damaged_by_hand_is_left_out_with_a_warning(site: Site) -> None:
    site.sync()
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    site.sync()
    first, second = kept(site).read_text().splitlines()
    kept(site).write_text(f"{first[:40]}\n{second}\n")
    done = site.gvma("history")
    assert done.status == 0
    assert done.stderr == f"warning: {kept(site)}: 1 line is damaged, and left out; the others are shown\n"
    assert "gvm_name Bob -> Rob" in done.stdout


def test_without_any_run_it_says_so_and_creates_nothing(site: Site) -> None:
    site.lay_out()
    before = state(site)
    assert site.gvma("history").stdout == "No run has changed anything or failed.\n"
    assert state(site) == before


def test_a_history_that_cannot_be_written_is_a_warning_and_the_sync_stands(site: Site) -> None:
    site.sync()
    kept(site).unlink()
    kept(site).mkdir()
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    answer = site.answer("sync", *site.from_tree)
    assert (answer["exit_code"], answer["status"]) == (0, "changed")
    assert "history-not-written" in [warning["code"] for warning in answer["warnings"]]
    kept(site).rmdir()


def test_a_name_from_elsewhere_does_not_control_the_terminal(site: Site) -> None:
    site.sync()
    line = json.loads(kept(site).read_text())
    line["items"][0]["owner"] = "DN \x1b[2J"
    kept(site).write_text(json.dumps(line) + "\n")
    assert "\x1b" not in site.gvma("history").stdout


def test_what_a_restore_brought_back_keeps_its_owner_and_its_going_has_a_cause(site: Site) -> None:
    site.sync()
    owned = [(item["name"], item["owner"]) for item in runs(site)[0]["items"] if "1002" in item["name"]]
    assert owned == [("1002@GVMA_DN", "DN 1002"), ("gvm-1002", "DN 1002")]
    del site.layer.dns["1002"]
    site.sync("--allow-remove")
    site.answer("backup", "restore", "latest", "--no-reload")
    site.sync("--force")
    after, restored, *_ = runs(site)
    for run in (after, restored):
        assert [(item["name"], item["owner"]) for item in run["items"]] == owned
    newest = site.gvma("history", "-n", "1").stdout
    assert "  why: the files were restored\n" in newest


def test_a_set_of_a_refused_sync_is_not_the_removes(site: Site, ami: ScriptedManager) -> None:
    site.sync(reload=True)
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    assert site.try_sync(reload=True).status == 15  # this Asterisk still says Bob
    site.gvma("remove", "--no-reload")
    said = [line.split("  ")[-1] for line in site.gvma("backup", "list").stdout.splitlines()]
    assert [text.strip().partition(":")[0] for text in said[-2:]] == ["sync", "remove"]
