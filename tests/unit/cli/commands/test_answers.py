"""``gvma status`` and ``gvma explain`` where no Asterisk answers: what they say all the same, and how they leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site

LAYER = Layer(dns={"1000": {"gvm_password": "86420"}}, agents={"7001": {"gvm_mailbox": "2222"}, "7002": {}})
AWAY = "Asterisk could not be asked: Asterisk's AMI cannot be reached: Connection refused."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path, LAYER, run=in_this_process)
    made.settings["asterisk_cm_port"] = 1
    with made.served():
        yield made


def test_status_of_a_site_before_and_after_its_first_sync(site: Site) -> None:
    before = site.answer("status")
    assert [one["code"] for one in before["problems"]] == ["never-synced", "ami-unreachable"]
    assert (before["exit_code"], before["last_run"], before["mailboxes"]) == (1, None, 0)
    site.sync()
    after = site.answer("status", "--plan")
    assert [one["code"] for one in after["problems"]] == ["reload-pending", "ami-unreachable"]
    assert (after["mailboxes"], after["subscriptions"], after["asterisk"]) == (2, 2, None)
    assert (after["pending"], after["edited"]) == ({"add": 0, "change": 0, "remove": 0}, False)


def test_status_changes_nothing_and_creates_nothing(site: Site) -> None:
    site.sync()
    before = site.everything()
    assert site.gvma("status").stdout.startswith("2 problems need a person.\nLast sync    ")
    assert site.gvma("explain", "1000").status == 0
    assert site.everything() == before


def test_status_with_q_says_what_needs_a_person_alone(site: Site) -> None:
    site.sync()
    lines = site.gvma("-q", "status").stdout.split("\n")
    assert lines[1].startswith("error    reload-pending")


def test_status_of_settings_for_the_media_server_alone(tmp_path: Path) -> None:
    (tmp_path / "media.cfg").write_text("[media]\nagi_port = 4573\n")
    done = in_this_process("--config", str(tmp_path / "media.cfg"), "status")
    assert (done.status, done.stdout) == (0, "These settings are for the media server alone.\n")


def test_explain_says_what_it_knows_and_what_it_could_not_ask(site: Site) -> None:
    site.sync()
    said = site.answer("explain", "7001", "7002")
    assert said["exit_code"] == 0
    assert [one["object"] for one in said["objects"]] == ["Agent Login 7001", "Agent Login 7002"]
    (box,) = said["mailboxes"]
    assert (box["mailbox"], box["loaded"], box["new"], box["pin"]) == ("2222@GVMA_AGENT", None, None, "first")
    assert said["not_asked"] == [AWAY]
    shown = site.gvma("explain", "7001").stdout.split("\n")
    assert shown[-3:-1] == [
        "Not asked     Asterisk could not be asked: Asterisk's AMI cannot be reached:",
        "              Connection refused.",
    ]


def test_a_name_that_nobody_has_leaves_with_1_and_the_nearest(site: Site) -> None:
    site.sync()
    said = site.answer("explain", "7003")
    assert (said["exit_code"], said["status"], said["errors"][0]["code"]) == (1, "error", "no-such-name")
    assert (said["objects"], said["mailboxes"], said["unknown"][0]["nearest"][0]) == ([], [], "7002")
    assert in_this_process(*site.words("explain")).status == 64


def test_a_name_that_a_sync_has_removed_is_answered_with_that_sync(site: Site) -> None:
    site.sync()
    removed = site.layer.agents.pop("7001")
    site.sync("--allow-remove")
    for name in ("7001", "2222", "2222@GVMA_AGENT"):
        done = site.gvma("explain", name)
        assert done.status == 1
        assert done.stderr.startswith(f"{name}: no object, mailbox or subscription has this name now; ")
        assert "sync: - mailbox 2222@GVMA_AGENT (Agent Login 7001)" in done.stderr
        assert f"`gvma history --object {name}`" in done.stderr
    (unknown,) = site.answer("explain", "7001")["unknown"]
    assert [item["name"] for item in unknown["last_change"]["items"]] == ["2222@GVMA_AGENT", "gvm-a-2222"]
    site.layer.agents["7001"] = removed
    site.sync()
    assert site.answer("explain", "7001")["unknown"] == []


def test_a_hostile_name_is_shown_as_text_wherever_it_stands(site: Site) -> None:
    done = site.gvma("explain", "1000", "\x1b[31m", "a\nb", "'\"", "\u202eabc")
    assert done.status == 1
    assert [char for char in done.stdout + done.stderr if not (char.isprintable() or char == "\n")] == []
    assert "\\x1b[31m: no object" in done.stderr


def test_explain_of_an_empty_name_is_wrong_usage(site: Site) -> None:
    done = site.gvma("explain", "")
    assert (done.status, done.stdout) == (64, "")
    assert "NAME is empty" in done.stderr


def test_status_after_remove_says_when_it_was_removed_and_by_whom(site: Site) -> None:
    site.sync()
    assert site.gvma("remove", "--no-reload").status == 0
    removed = site.answer("status")["removed"]
    assert removed["who"]["user"]
    assert f", by {removed['who']['user']}@" in site.gvma("status").stdout
    assert site.answer("explain", "1000")["reasons"][0]["code"] == "part-removed"
    site.sync()
    assert site.answer("status")["removed"] is None
