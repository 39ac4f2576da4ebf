"""What an Asterisk that has taken everything answers over AMI."""

from __future__ import annotations

from tests.fakes.ami import Reply, ScriptedManager, events, success
from tests.harness.site import Site

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


def boxes(names: dict[str, str], complete: str = "VoicemailUserEntryComplete") -> str:
    entries = []
    for key, name in names.items():
        box, _, context = key.partition("@")
        entries.append(
            f"VoicemailUserEntry\nVMContext: {context}\nVoiceMailbox: {box}\nFullname: {name}\nEmail: \nPager: "
        )
    return events(*entries, complete=complete)


def aors(loaded: dict[str, str]) -> str:
    entries = [f"AorList\nObjectType: aor\nObjectName: {name}\nMailboxes: {box}" for name, box in loaded.items()]
    return events(*entries, complete="AorListComplete")


def dialplan_shown(site: Site) -> Reply:
    """``dialplan show GVMA`` of an Asterisk that has read the file; also what says that it has booted."""
    site.sync()
    lines = [line for line in site.block("extensions.conf").splitlines() if line.startswith("exten => ")]
    patterns = dict.fromkeys(line.removeprefix("exten => ").partition(",")[0] for line in lines)
    shown = ["[ Context 'GVMA' created by 'pbx_config' ]", *(f"  '{pattern}' =>  1. x" for pattern in patterns)]
    return success("Message: Command output follows", *(f"Output: {line}" for line in shown))


def reloads(ami: ScriptedManager) -> list[str]:
    return [action["Module"] for action in ami.received if action["Action"] == "ModuleLoad"]
