"""Syncs beside an Asterisk that answers well, wrongly, late or not at all: what is left, owed or put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from gvma.asterisk.voicemail import read_boxes, with_pins
from tests.fakes.ami import HANG_UP, SECRET, SILENCE, Reply, ScriptedManager, error, events, success
from tests.fakes.deaf import deaf_port
from tests.harness.site import Site
from tests.unit.sync import OWN_FILES

BOXES = {
    "1000@GVMA_DN": "1000",
    "1001@GVMA_DN": "Bob",
    "1002@GVMA_DN": "1002",
    "2222@GVMA_AGENT": "2222",
    "3333@GVMA_AGENTGROUP": "3333",
}
AORS = {
    "gvm-1000": "1000@GVMA_DN",
    "gvm-1001": "1001@GVMA_DN",
    "gvm-1002": "1002@GVMA_DN",
    "gvm-a-2222": "2222@GVMA_AGENT",
    "gvm-g-3333": "3333@GVMA_AGENTGROUP",
}
MODULES = ["app_voicemail.so", "pbx_config.so", "res_pjsip.so"]


def _boxes(names: dict[str, str], complete: str = "VoicemailUserEntryComplete") -> str:
    entries = []
    for key, name in names.items():
        box, _, context = key.partition("@")
        entries.append(
            f"VoicemailUserEntry\nVMContext: {context}\nVoiceMailbox: {box}\nFullname: {name}\nEmail: \nPager: "
        )
    return events(*entries, complete=complete)


def _aors(held: dict[str, str]) -> str:
    entries = [f"AorList\nObjectType: aor\nObjectName: {name}\nMailboxes: {box}" for name, box in held.items()]
    return events(*entries, complete="AorListComplete")


def _dialplan(site: Site) -> Reply:
    """``dialplan show GVMA`` of an Asterisk that has read the file; also what says that it has booted."""
    site.sync()
    lines = [line for line in site.block("extensions.conf").splitlines() if line.startswith("exten => ")]
    patterns = dict.fromkeys(line.removeprefix("exten => ").partition(",")[0] for line in lines)
    return success("Message: Command output follows", *(f"Output:   '{pattern}' =>  1. x" for pattern in patterns))


@pytest.fixture
def ami(site: Site) -> Iterator[ScriptedManager]:
    """An Asterisk that takes all; the site has PJSIP by its word, and nothing written yet."""
    dialplan = _dialplan(site)
    for path in site.backup_path.rglob("*"):
        if path.is_file():
            path.unlink()
    for name, content in OWN_FILES.items():
        (site.etc / name).write_bytes(content)
    replies = {
        "Command": dialplan,
        "ModuleCheck": success("Version: "),
        "ModuleLoad": success("Message: Module reloaded successfully."),
        "MailboxCount": success("NewMessages: 0", "OldMessages: 0", "UrgMessages: 0"),
        "VoicemailUsersList": Reply(_boxes(BOXES)),
        "PJSIPShowAors": Reply(_aors(AORS)),
    }
    with ScriptedManager(replies) as manager:
        site.settings |= {"channel_driver": "auto", "asterisk_cm_port": manager.port, "asterisk_cm_secret": SECRET}
        site.settings |= {"asterisk_cm_timeout": 2, "asterisk_reload_timeout": 2}
        yield manager


def _files(site: Site) -> dict[str, bytes]:
    return {name: (site.etc / name).read_bytes() for name in OWN_FILES}


def _reloads(ami: ScriptedManager) -> list[str]:
    return [action["Module"] for action in ami.received if action["Action"] == "ModuleLoad"]


def test_a_sync_reloads_just_what_it_touched_and_reads_back(site: Site, ami: ScriptedManager) -> None:
    answer = site.try_sync(reload=True, json=True).json()
    assert (answer["exit_code"], answer["reloaded"]) == (0, MODULES)
    assert _reloads(ami) == MODULES
    ami.received.clear()
    ami.replies["VoicemailUsersList"] = Reply(_boxes({**BOXES, "1001@GVMA_DN": "Rob"}))
    site.layer.dns["1001"]["gvm_name"] = "Rob"
    assert site.try_sync(reload=True, json=True).json()["reloaded"] == ["app_voicemail.so"]
    assert _reloads(ami) == ["app_voicemail.so"]


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
            reloads_before.extend(_reloads(ami))

    ami.replies[action] = Meanwhile(reply.text, happens=change_pin)
    return reloads_before


@pytest.mark.parametrize("owed", [False, True])
def test_a_pin_changed_while_asterisk_is_read_back_is_loaded_before_the_sync_ends(
    site: Site, ami: ScriptedManager, owed: bool
) -> None:
    if owed:  # then the sync itself has nothing to write
        site.sync()
    reloads_before = _change_a_pin_during_the_read_back(site, ami)
    assert site.try_sync(reload=True).status == 0
    assert _pin(site) == "4321"
    assert reloads_before == MODULES
    assert "app_voicemail.so" in _reloads(ami)[len(MODULES) :]
    ami.received.clear()
    assert site.try_sync(reload=True).stdout == ""
    assert _reloads(ami) == []


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
    ami.replies["VoicemailUsersList"] = Reply(_boxes({**BOXES, "1001@GVMA_DN": "Rob"}))
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
    assert _reloads(ami) == []


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
    result = site.try_sync(reload=True)
    assert result.status == status
    assert _files(site) == OWN_FILES
    assert SECRET not in result.stdout + result.stderr


def test_without_ami_nothing_is_written(site: Site, ami: ScriptedManager) -> None:
    with deaf_port() as port:
        site.settings["asterisk_cm_port"] = port
        assert site.try_sync(reload=True).status == 16
    assert _files(site) == OWN_FILES


def test_without_reload_ami_is_not_spoken_to_and_the_next_sync_reloads(site: Site, ami: ScriptedManager) -> None:
    site.sync()
    assert ami.received == []
    answer = site.try_sync(reload=True, json=True).json()
    assert (answer["status"], answer["reloaded"]) == ("ok", MODULES)
    ami.received.clear()
    site.sync(reload=True)
    assert _reloads(ami) == []


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"1000@GVMA_DN": "1000"}, "mailbox 1001@GVMA_DN is missing"),
        ({**BOXES, "9@GVMA_DN": "x"}, "mailbox 9@GVMA_DN is there and was not planned"),
        ({**BOXES, "1001@GVMA_DN": "Eve"}, "mailbox 1001@GVMA_DN has another name than planned"),
    ],
)
def test_what_asterisk_holds_otherwise_than_planned_is_put_back(
    site: Site, ami: ScriptedManager, held: dict[str, str], said: str
) -> None:
    ami.replies["VoicemailUsersList"] = [Reply(_boxes(held)), Reply(_boxes({}))]
    ami.replies["PJSIPShowAors"] = [Reply(_aors(AORS)), error("No AORs found")]
    result = site.try_sync(reload=True)
    assert result.status == 15
    assert said in result.stderr
    assert "The files were put back and Asterisk has reloaded them" in result.stderr
    assert _files(site) == OWN_FILES
    assert _reloads(ami) == MODULES * 2


def test_boxes_of_foreign_contexts_and_the_sites_own_are_no_difference(site: Site, ami: ScriptedManager) -> None:
    site.replace("voicemail.conf", "[default]", "[GVMA_DN]\n77 => 1,Own\n[default]")
    ami.replies["VoicemailUsersList"] = Reply(_boxes({**BOXES, "7@default": "Own", "77@GVMA_DN": "Own"}))
    assert site.try_sync(reload=True).status == 0


def test_a_reload_that_asterisk_refuses_is_put_back(site: Site, ami: ScriptedManager) -> None:
    ami.replies["ModuleLoad"] = [error("An unknown error occurred"), success()]
    ami.replies["VoicemailUsersList"] = Reply(_boxes({}))
    ami.replies["PJSIPShowAors"] = error("No AORs found")
    result = site.try_sync(reload=True)
    assert result.status == 15
    assert "An unknown error occurred" in result.stderr
    assert _files(site) == OWN_FILES


@pytest.mark.parametrize("cut", [HANG_UP, Reply(_boxes({"1000@GVMA_DN": "1000"}, complete=""), close=True)])
def test_a_list_that_was_cut_is_asked_for_again_and_is_no_difference(
    site: Site, ami: ScriptedManager, cut: Reply
) -> None:
    ami.replies["VoicemailUsersList"] = [cut, Reply(_boxes(BOXES))]
    assert site.try_sync(reload=True).status == 0


def test_an_asterisk_lost_after_the_write_is_owed_its_reload(site: Site, ami: ScriptedManager) -> None:
    ami.replies["ModuleLoad"] = HANG_UP
    answer = site.try_sync(reload=True, json=True)
    assert answer.status == 16
    told = answer.json()
    assert (told["status"], told["changes"]["add"], told["reloaded"]) == ("error", 10, [])
    assert told["errors"][0]["code"] == "asterisk-unreachable"
    assert "the next `gvma sync` does it" in told["errors"][0]["hint"]
    assert all(b"GVMA-END" in content for content in _files(site).values())
    ami.replies["ModuleLoad"] = success()
    answer = site.try_sync(reload=True, json=True)
    assert (answer.json()["reloaded"], answer.json()["status"]) == (MODULES, "ok")


def test_an_owed_reload_that_asterisk_does_not_take_stays_owed(site: Site, ami: ScriptedManager) -> None:
    site.sync()
    good = ami.replies["VoicemailUsersList"]
    ami.replies["VoicemailUsersList"] = Reply(_boxes({}))
    assert site.try_sync(reload=True).status == 15
    ami.replies["VoicemailUsersList"] = good
    assert site.try_sync(reload=True, json=True).json()["reloaded"] == MODULES


def test_a_dry_run_needs_no_asterisk(site: Site, ami: ScriptedManager) -> None:
    ami.replies["Login"] = error("Authentication failed")
    result = site.try_sync("--dry-run", reload=True)
    assert (result.status, result.stderr) == (0, "")
    assert "+ endpoint gvma-sipserver (SIP Server)\n" in result.stdout
