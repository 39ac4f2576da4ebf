"""A dry run says what would stop the sync at Asterisk, where Asterisk answers."""

from __future__ import annotations

import pytest

from tests.fakes.ami import Answer, Reply, ScriptedManager, error, success
from tests.harness.site import Site


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
