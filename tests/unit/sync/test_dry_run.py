"""A dry run: what it shows, that it writes nothing, and what would stop the sync."""

from __future__ import annotations

import pytest

from tests.fakes.ami import Answer, Reply, ScriptedManager, error, success
from tests.harness.site import Site
from tests.unit.sync import state


def test_a_dry_run_shows_diff_and_plan_and_creates_nothing(site: Site) -> None:
    site.lay_out()
    before = state(site)
    result = site.try_sync("--dry-run", "--diff")
    assert result.status == 0
    assert "\n+1001 => ****,Bob,,,\n" in result.stdout
    assert result.stdout.endswith("\nPlan: 10 to add, 0 to change, 0 to remove.\n")
    assert "739182" not in result.stdout
    assert state(site) == before
    assert not site.backup_path.exists()


@pytest.mark.parametrize(("synced", "status"), [(False, 2), (True, 0)])
def test_the_detailed_exit_status_of_a_dry_run_tells_pending_changes(site: Site, synced: bool, status: int) -> None:
    if synced:
        site.sync()
    assert site.try_sync("--dry-run", "--detailed-exitcode").status == status


def test_the_detailed_exit_status_without_a_dry_run_is_wrong_usage(site: Site) -> None:
    assert site.try_sync("--detailed-exitcode").status == 64


def test_a_dry_run_says_that_the_brake_would_stop_a_sync(site: Site) -> None:
    site.sync()
    site.layer.dns.clear()
    result = site.try_sync("--dry-run")
    assert result.status == 0
    assert "a sync would stop here" in result.stderr
    assert "Plan: 0 to add, 0 to change, 6 to remove." in result.stdout


def _stops(site: Site) -> list[str]:
    answer = site.try_sync("--dry-run", reload=True, json=True).json()
    assert answer["exit_code"] == 0
    return [one["message"] for one in answer["warnings"] if one["code"] == "asterisk-would-refuse"]


def _without(module: str) -> Answer:
    def reply(action: dict[str, str]) -> Reply:
        return error("Module not loaded") if action["Module"] == module else success("Version: ")

    return reply


@pytest.mark.parametrize(
    ("action", "reply", "said"),
    [
        ("MailboxCount", error("Permission denied"), "may not"),
        ("ModuleCheck", _without("pbx_config.so"), "Asterisk has not loaded pbx_config.so"),
        ("ModuleCheck", _without("res_pjsip.so"), "Asterisk has not loaded res_pjsip.so"),
    ],
)
def test_what_the_last_look_before_the_write_would_find(
    site: Site, ami: ScriptedManager, action: str, reply: Answer, said: str
) -> None:
    site.settings["channel_driver"] = "pjsip"
    assert _stops(site) == []
    ami.replies[action] = reply
    (stop,) = _stops(site)
    assert stop.startswith("a sync would stop here: ")
    assert said in stop


def test_a_line_of_the_sites_own_that_asterisk_refuses(site: Site, ami: ScriptedManager) -> None:
    site.replace("extensions.conf", "[default]", "[default")
    (stop,) = _stops(site)
    assert "extensions.conf, line 1, has a bracket that is not closed" in stop


def test_nothing_is_said_where_nothing_would_be_written(site: Site, ami: ScriptedManager) -> None:
    site.try_sync(reload=True)
    ami.replies["MailboxCount"] = error("Permission denied")
    assert _stops(site) == []
