"""What a sync left and what the next one would do, found by `gvma check` on real servers."""

from __future__ import annotations

import os
import re

from tests.harness.site import Site
from tests.integration.check import PIN, codes, driver_file, edit


def test_a_box_that_was_deleted_from_our_block_and_reloaded_is_found(installation: Site) -> None:
    edit(installation, "voicemail.conf", lambda text: re.sub(f"1000 => {PIN}.*\n", "", text))
    installation.asterisk.cli("voicemail reload")
    found = installation.check()
    assert [(one["code"], one["message"]) for one in found if one["where"] == "voicemail.conf"] == [
        ("block-edited", "the block lacks 1000@GVMA_DN")
    ]
    assert installation.gvma("check", "--nagios").status == 2
    installation.sync()
    assert "block-edited" not in codes(installation)


def test_a_subscription_that_was_deleted_from_our_block_and_reloaded_is_found(installation: Site) -> None:
    name = driver_file(installation)
    edit(installation, name, lambda text: re.sub(r"\[gvm-a-2222\]\n(?:\w.*\n)+", "", text))
    installation.asterisk.cli("sip reload" if name == "sip.conf" else "module reload res_pjsip.so")
    found = installation.check()
    assert [one["message"] for one in found if one["code"] == "block-edited"] == ["the block lacks gvm-a-2222"]
    assert installation.gvma("check", "--nagios").status == 2
    installation.sync()
    assert codes(installation) == set()


def test_a_query_that_matches_one_dn_alone_is_found_before_the_sync_meets_the_brake(installation: Site) -> None:
    query = installation.cfgserver["dnquery"]
    installation.cfgserver["dnquery"] = "CfgDN[(@type=1) and (@number='1001')]"
    found = {one["code"]: one for one in installation.check()}
    assert "1 of 3 mailboxes would be removed" in found["brake-would-stop"]["message"]
    assert installation.gvma("sync").status == 13
    installation.cfgserver["dnquery"] = query
    installation.sync()
    assert codes(installation) == set()


def test_changes_that_no_sync_has_written_yet_are_found(installation: Site) -> None:
    installation.layer.dns["1002"] = {**installation.layer.dns["1000"], "gvm_password": "554433"}
    installation.lay_out()
    found = [one for one in installation.check() if one["code"] == "changes-pending"]
    assert "to add, 0 to change, 0 to remove: 1002@GVMA_DN, gvm-1002" in found[0]["message"]
    assert installation.gvma("check", "--nagios").status == 1


def test_a_paused_sync_is_found_until_it_goes_on(installation: Site) -> None:
    assert installation.gvma("backup", "restore", "latest").status == 0
    assert "sync-paused" in codes(installation)
    assert installation.gvma("check", "--nagios").status != 0
    installation.sync("--resume")
    assert "sync-paused" not in codes(installation)


def test_a_success_of_days_ago_and_what_failed_since_are_found(installation: Site) -> None:
    os.utime(installation.backup_path / "state" / "last-success", (1_700_000_000, 1_700_000_000))
    assert codes(installation) == {"sync-too-old"}
    installation.simulator.fail = "401"
    assert installation.gvma("sync").status == 12
    installation.simulator.fail = None
    assert codes(installation) == {"sync-too-old", "last-run-failed"}
    installation.sync()
    assert codes(installation) == set()
