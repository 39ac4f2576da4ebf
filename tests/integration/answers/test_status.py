"""Each state of `gvma status`, made on a real site."""

from __future__ import annotations

import os
from socket import SOCK_STREAM
from typing import Any

from gvma.ami.manager import connect
from gvma.demo.ports import free_port
from tests.fakes.syscalls import Fault
from tests.harness.command import Commands, in_this_process
from tests.harness.site import Site
from tests.integration.answers.conftest import FIRST_PIN


def status(site: Site, *words: str) -> dict[str, Any]:
    return in_this_process(*site.words("--output", "json", "status", *words)).json()


def codes(said: dict[str, Any]) -> list[str]:
    """Of what needs a person; the exit status says whether anything does."""
    found = [problem["code"] for problem in said["problems"]]
    assert said["exit_code"] == (1 if found else 0)
    return found


def change(site: Site, number: str) -> None:
    site.layer.dns[number] = {}
    site.lay_out()


def test_after_a_sync_all_is_well(site: Site) -> None:
    change(site, "1003")
    done = site.answer("sync")
    said = status(site)
    assert codes(said) == []
    assert said["last_run"] == said["last_success"]
    assert (said["last_run"]["run_id"], said["last_run"]["exit_code"]) == (done["run_id"], 0)
    assert said["last_run"]["changes"] == {"add": 2, "change": 0, "remove": 0}
    assert (said["mailboxes"], said["subscriptions"]) == (5, 6)
    driver = site.asterisk.driver
    assert (said["asterisk"]["driver"], said["asterisk"]["messages"]) == (driver, {"new": 0, "old": 0})
    assert said["asterisk"]["version"].partition(".")[0] in {"16", "22"}
    assert (said["pending"], said["paused"], said["media"], said["edited"]) == (None, None, None, False)
    text = site.gvma("status")
    assert (text.status, text.stderr) == (0, "")
    assert text.stdout.startswith("All is well.\nLast sync    ")
    assert ": 2 added, 0 changed, 0 removed, " in text.stdout


def test_messages_are_counted_new_and_old(site: Site) -> None:
    folder = site.spool / "voicemail" / "GVMA_DN" / "1000"
    for name, number in (("INBOX", 2), ("Old", 1)):
        (folder / name).mkdir(parents=True)
        for at in range(number):
            (folder / name / f"msg{at:04}.txt").write_text("[message]\n")
    assert status(site)["asterisk"]["messages"] == {"new": 2, "old": 1}
    for path in folder.rglob("*.txt"):
        path.unlink()


def test_a_site_that_was_never_synced(site: Site) -> None:
    backup = site.settings["backup_path"]
    site.settings["backup_path"] = site.folder / "another"
    said = status(site)
    assert codes(said) == ["never-synced"]
    assert (said["last_run"], said["last_success"]) == (None, None)
    site.settings["backup_path"] = backup


def test_a_sync_that_failed_until_one_succeeds(site: Site) -> None:
    site.simulator.fail = "401"
    assert site.gvma("sync").status == 12
    said = status(site)
    assert codes(said) == ["last-run-failed"]
    assert (said["last_run"]["exit_code"], said["last_success"]["exit_code"]) == (12, 0)
    site.simulator.fail = None
    site.sync()
    assert codes(status(site)) == []


def test_a_pause_after_a_restore(site: Site) -> None:
    change(site, "1004")
    made = site.answer("sync")["backup_set"]
    assert site.gvma("backup", "restore", "latest").status == 0
    said = status(site)
    assert codes(said) == ["sync-paused"]
    assert (said["paused"]["backup_set"], said["edited"]) == (made, False)
    assert site.gvma("sync").status == 13
    assert codes(status(site)) == ["sync-paused"]


def test_an_edit_of_the_block_in_each_file(site: Site) -> None:
    channel = "sip.conf" if site.asterisk.driver == "sip" else "pjsip.conf"
    site.replace("voicemail.conf", "Ann Lee", "Eve Lee")
    site.replace(channel, "1002@GVMA_DN", "1000@GVMA_DN")
    site.replace("extensions.conf", "Wait(1)", "Wait(2)")
    said = status(site)
    assert codes(said) == ["block-edited"] * 3
    assert said["sinks"][0]["edited"] == ["voicemail.conf", channel, "extensions.conf"]
    assert said["edited"] is True
    site.sync()
    assert codes(status(site)) == []


def test_a_block_that_has_gone_and_a_marker_that_is_lost(site: Site) -> None:
    text = site.text("extensions.conf")
    site.write("extensions.conf", "[general]\n[default]\ninclude => GVMA\n")
    assert codes(status(site)) == ["block-edited"]
    site.write("extensions.conf", text.replace(";$---GVMA-BEGIN-GVMA---$\n", ""))
    said = status(site)
    assert (codes(said), said["edited"]) == (["file-unsafe"], True)
    site.write("extensions.conf", text)


def test_a_pin_that_asterisk_writes_is_no_edit(site: Site) -> None:
    line = next(line for line in site.text("voicemail.conf").splitlines() if line.startswith("1000 => "))
    with connect(site.asterisk.operator_settings()) as ami:
        ami.action(
            "UpdateConfig",
            SrcFilename="voicemail.conf",
            DstFilename="voicemail.conf",
            **{
                "Action-000000": "update",
                "Cat-000000": "GVMA_DN",
                "Var-000000": "1000",
                "Value-000000": f">{line.partition('=> ')[2].replace(FIRST_PIN, '123987')}",
            },
        )
    assert "123987" in site.text("voicemail.conf")
    said = status(site)
    assert (codes(said), said["edited"]) == ([], False)


def test_a_reload_that_is_pending(site: Site) -> None:
    change(site, "1005")
    assert site.gvma("sync", "--no-reload").status == 0
    said = status(site)
    assert codes(said) == ["reload-pending"]
    assert "app_voicemail.so" in said["pending_reload"]


def test_a_run_that_was_killed_while_it_wrote(site: Site) -> None:
    with Commands(site.folder, site.etc) as commands:
        change(site, "1006")
        calls = commands.run(*site.words("sync", "--no-reload")).calls
        point = [at for at, call in enumerate(calls) if call.startswith("renameat2 ")][1]
        change(site, "1007")
        assert commands.run(*site.words("sync", "--no-reload"), fault=Fault(at=point)).killed
    said = status(site)
    assert "interrupted-run" in codes(said)
    assert said["interrupted"] is True
    site.sync()
    assert codes(status(site)) == []


def test_a_success_that_is_too_old(site: Site) -> None:
    os.utime(site.backup_path / "state" / "last-success", (1_700_000_000, 1_700_000_000))
    said = status(site)
    assert codes(said) == ["sync-too-old"]
    assert said["last_success"]["at"] == "2023-11-14T22:13:20Z"


def test_an_asterisk_that_is_away(site: Site) -> None:
    site.settings["asterisk_cm_port"] = free_port(SOCK_STREAM)
    said = status(site)
    assert (codes(said), said["asterisk"], said["mailboxes"]) == (["ami-unreachable"], None, 4)


def test_the_plan_is_made_only_when_it_is_asked_for(site: Site) -> None:
    change(site, "1008")
    site.layer.dns["1000"]["gvm_name"] = "Eve Lee"
    assert status(site)["pending"] is None
    said = status(site, "--plan")
    assert (codes(said), said["pending"]) == ([], {"add": 2, "change": 1, "remove": 0})
    site.simulator.fail = "401"
    said = status(site, "--plan")
    assert (codes(said), said["pending"]) == (["configserver-credentials"], None)
