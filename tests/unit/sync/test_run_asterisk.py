"""Syncs beside an Asterisk that answers well, wrongly, late or not at all: what is left, pending or put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gvma.asterisk.voicemail import read_boxes, with_pins
from tests.fakes.ami import HANG_UP, SECRET, SILENCE, Reply, ScriptedManager, error, success
from tests.fakes.deaf import deaf_port
from tests.harness.site import Site
from tests.unit.sync import OWN_FILES
from tests.unit.sync.answers import AORS, BOXES, aors, boxes, reloads

MODULES = ["app_voicemail.so", "pbx_config.so", "res_pjsip.so"]


def _files(site: Site) -> dict[str, bytes]:
    return {name: (site.etc / name).read_bytes() for name in OWN_FILES}


def test_a_sync_reloads_just_what_it_touched_and_reads_back(site: Site, ami: ScriptedManager) -> None:
    answer = site.try_sync(reload=True, json=True).json()
    assert (answer["exit_code"], answer["reloaded"]) == (0, MODULES)
    assert reloads(ami) == MODULES
    ami.received.clear()
    ami.replies["VoicemailUsersList"] = Reply(boxes({**BOXES, "1001@GVMA_DN": "Rob"}))
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    assert site.try_sync(reload=True, json=True).json()["reloaded"] == ["app_voicemail.so"]
    assert reloads(ami) == ["app_voicemail.so"]


@dataclass(frozen=True)
class Meanwhile(Reply):
    """A reply before which something happens, each time."""

    happens: Callable[[], object] = lambda: None

    def wire(self, action_id: str) -> bytes:
        self.happens()
        return super().wire(action_id)


def _change_a_pin_during_the_read_back(site: Site, ami: ScriptedManager, action: str = "PJSIPShowAors") -> list[str]:
    """Once; Asterisk has loaded the file with the PIN before by then. The reloads that came before it."""
    reloads_before: list[str] = []
    reply = ami.replies[action]
    assert isinstance(reply, Reply)

    def change_pin() -> None:
        if not reloads_before:
            voicemail = site.etc / "voicemail.conf"
            voicemail.write_bytes(with_pins(voicemail.read_bytes(), {"1001@GVMA_DN": "4321"}))
            reloads_before.extend(reloads(ami))

    ami.replies[action] = Meanwhile(reply.text, happens=change_pin)
    return reloads_before


@pytest.mark.parametrize("pending", [False, True])
def test_a_pin_changed_while_asterisk_is_read_back_is_loaded_before_the_sync_ends(
    site: Site, ami: ScriptedManager, pending: bool
) -> None:
    if pending:  # then the sync itself has nothing to write
        site.sync()
    reloads_before = _change_a_pin_during_the_read_back(site, ami)
    assert site.try_sync(reload=True).status == 0
    assert _pin(site) == "4321"
    assert reloads_before == MODULES
    assert "app_voicemail.so" in reloads(ami)[len(MODULES) :]
    ami.received.clear()
    assert site.try_sync(reload=True).stdout == ""
    assert reloads(ami) == []


def test_what_asterisk_refuses_is_put_back_also_where_a_pin_was_changed_meanwhile(
    site: Site, ami: ScriptedManager
) -> None:
    site.sync(reload=True)
    site.layer.dns["1009"] = {}
    _change_a_pin_during_the_read_back(site, ami)
    result = site.try_sync(reload=True)
    assert result.status == 15
    assert "The files were put back and Asterisk has reloaded them" in result.stderr
    assert "1009" not in site.text("voicemail.conf") + site.text("extensions.conf")
    assert _pin(site) == "4321"


def test_a_restore_that_asterisk_refuses_is_put_back_also_where_a_pin_was_changed_meanwhile(
    site: Site, ami: ScriptedManager
) -> None:
    site.sync(reload=True)
    ami.replies["VoicemailUsersList"] = Reply(boxes({**BOXES, "1001@GVMA_DN": "Rob"}))
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    assert site.try_sync(reload=True).status == 0
    _change_a_pin_during_the_read_back(site, ami, "VoicemailUsersList")
    result = site.gvma("backup", "restore", "latest")
    assert result.status == 15
    assert "The files were put back and Asterisk has reloaded them" in result.stderr
    assert "Rob" in site.text("voicemail.conf")
    assert _pin(site) == "4321"


def _pin(site: Site) -> str:
    return read_boxes((site.etc / "voicemail.conf").read_bytes())["1001@GVMA_DN"].pin


def test_an_unchanged_sync_reloads_nothing(site: Site, ami: ScriptedManager) -> None:
    site.sync(reload=True)
    ami.received.clear()
    assert site.try_sync(reload=True).stdout == ""
    assert reloads(ami) == []


@pytest.mark.parametrize(
    ("broken", "status"),
    [
        ({"Login": error("Authentication failed")}, 12),
        ({"MailboxCount": error("Permission denied")}, 12),
        ({"ModuleCheck": error("Permission denied")}, 12),
        ({"CoreSettings": SILENCE}, 16),
        ({"CoreSettings": HANG_UP}, 16),
    ],
)
def test_an_asterisk_that_cannot_be_used_is_known_before_anything_is_written(
    site: Site, ami: ScriptedManager, broken: dict[str, Reply], status: int
) -> None:
    ami.replies |= broken
    if SILENCE in broken.values():
        site.settings["asterisk_cm_timeout"] = 1
    result = site.try_sync(reload=True)
    assert result.status == status
    assert _files(site) == OWN_FILES
    assert SECRET not in result.stdout + result.stderr


def test_without_ami_nothing_is_written(site: Site, ami: ScriptedManager) -> None:
    with deaf_port() as port:
        site.settings["asterisk_cm_port"] = port
        assert site.try_sync(reload=True).status == 16
    assert _files(site) == OWN_FILES


def test_without_reload_ami_is_not_spoken_to_and_the_next_syncreloads(site: Site, ami: ScriptedManager) -> None:
    site.sync()
    assert ami.received == []
    answer = site.try_sync(reload=True, json=True).json()
    assert (answer["status"], answer["reloaded"]) == ("ok", MODULES)
    ami.received.clear()
    site.sync(reload=True)
    assert reloads(ami) == []


@pytest.mark.parametrize(
    ("loaded", "said"),
    [
        ({"1000@GVMA_DN": "1000"}, "mailbox 1001@GVMA_DN is missing"),
        ({**BOXES, "9@GVMA_DN": "x"}, "mailbox 9@GVMA_DN is there and was not planned"),
        ({**BOXES, "1001@GVMA_DN": "Eve"}, "mailbox 1001@GVMA_DN has another name than planned"),
    ],
)
def test_what_asterisk_holds_otherwise_than_planned_is_put_back(
    site: Site, ami: ScriptedManager, loaded: dict[str, str], said: str
) -> None:
    ami.replies["VoicemailUsersList"] = [Reply(boxes(loaded)), Reply(boxes({}))]
    ami.replies["PJSIPShowAors"] = [Reply(aors(AORS)), error("No AORs found")]
    result = site.try_sync(reload=True)
    assert result.status == 15
    assert said in result.stderr
    assert "The files were put back and Asterisk has reloaded them" in result.stderr
    assert _files(site) == OWN_FILES
    assert reloads(ami) == MODULES * 2


def test_boxes_of_foreign_contexts_and_the_sites_own_are_no_difference(site: Site, ami: ScriptedManager) -> None:
    site.replace("voicemail.conf", "[default]", "[GVMA_DN]\n77 => 1,Own\n[default]")
    ami.replies["VoicemailUsersList"] = Reply(boxes({**BOXES, "7@default": "Own", "77@GVMA_DN": "Own"}))
    assert site.try_sync(reload=True).status == 0


def test_a_reload_that_asterisk_refuses_is_put_back(site: Site, ami: ScriptedManager) -> None:
    ami.replies["ModuleLoad"] = [error("An unknown error occurred"), success()]
    ami.replies["VoicemailUsersList"] = Reply(boxes({}))
    ami.replies["PJSIPShowAors"] = error("No AORs found")
    result = site.try_sync(reload=True)
    assert result.status == 15
    assert "An unknown error occurred" in result.stderr
    assert _files(site) == OWN_FILES


@pytest.mark.parametrize("cut", [HANG_UP, Reply(boxes({"1000@GVMA_DN": "1000"}, complete=""), close=True)])
def test_a_list_that_was_cut_is_asked_for_again_and_is_no_difference(
    site: Site, ami: ScriptedManager, cut: Reply
) -> None:
    ami.replies["VoicemailUsersList"] = [cut, Reply(boxes(BOXES))]
    assert site.try_sync(reload=True).status == 0


def test_the_reload_of_an_asterisk_lost_after_the_write_is_pending(site: Site, ami: ScriptedManager) -> None:
    ami.replies["ModuleLoad"] = HANG_UP
    answer = site.try_sync(reload=True, json=True)
    assert answer.status == 16
    answered = answer.json()
    assert (answered["status"], answered["changes"]["add"], answered["reloaded"]) == ("error", 10, [])
    assert answered["errors"][0]["code"] == "asterisk-unreachable"
    assert "the next `gvma sync` does it" in answered["errors"][0]["hint"]
    assert all(b"GVMA-END" in content for content in _files(site).values())
    ami.replies["ModuleLoad"] = success()
    answer = site.try_sync(reload=True, json=True)
    assert (answer.json()["reloaded"], answer.json()["status"]) == (MODULES, "ok")


def test_a_pending_reload_that_asterisk_does_not_take_stays_pending(site: Site, ami: ScriptedManager) -> None:
    site.sync()
    good = ami.replies["VoicemailUsersList"]
    ami.replies["VoicemailUsersList"] = Reply(boxes({}))
    assert site.try_sync(reload=True).status == 15
    ami.replies["VoicemailUsersList"] = good
    assert site.try_sync(reload=True, json=True).json()["reloaded"] == MODULES


def test_a_dry_run_needs_no_asterisk(site: Site, ami: ScriptedManager) -> None:
    ami.replies["Login"] = error("Authentication failed")
    result = site.try_sync("--dry-run", reload=True)
    assert (result.status, result.stderr) == (0, "")
    assert "+ endpoint gvma-sipserver (SIP Server)\n" in result.stdout
