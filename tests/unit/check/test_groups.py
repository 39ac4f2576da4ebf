"""``--only``: which rules are looked at, and whom they need."""

from __future__ import annotations

import pytest

from gvma.check.catalogue import CHAPTERS, GROUPS, findings, parts_of
from gvma.check.finding import SEVERITIES
from gvma.errors import AsteriskUnreachableError, ConfigServerTimeout
from gvma.evidence.model import AmiEvidence, ConfigServerEvidence, Evidence, QueryAnswer
from gvma.evidence.parts import ALL, Part
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import agent, application, block, dn, evidence, files


def test_the_groups_are_those_of_the_command_line() -> None:
    assert GROUPS == ("settings", "configserver", "voicemail", "routing", "media", "switch", "asterisk", "sync")


def test_the_switch_needs_neither_asterisk_nor_its_files() -> None:
    assert parts_of(["switch"]) == {Part.CONFIGSERVER}
    assert parts_of(["settings"]) == set()
    assert parts_of(["switch", "media"]) == {Part.CONFIGSERVER, Part.ASTERISK, Part.MEDIA}
    assert parts_of() == ALL


def test_every_finding_names_its_group_and_the_gravest_come_first() -> None:
    seen = evidence(
        GvmaSettings(vm_agt_ext_prefix="371"),
        dnquery=[dn("1000")],
        agentquery=[agent("7001", gvm_group_mailbox="99")],
        applicationquery=[application(mwi_mode="NOTIFY")],
    )
    found = findings(seen)
    assert {one.group for one in found} <= set(GROUPS)
    severities = [SEVERITIES.index(one.severity) for one in found]
    assert severities == sorted(severities)
    assert len(set(severities)) == 3
    of_group = {chapter.group: {rule.code for rule in chapter.rules} for chapter in CHAPTERS}
    assert all(one.code in of_group[one.group] for one in found)


@pytest.mark.parametrize("group", GROUPS)
def test_only_the_rules_of_a_group_are_looked_at(group: str) -> None:
    seen = evidence(
        GvmaSettings(vm_agt_ext_prefix="371"),
        dnquery=[dn("1000")],
        trunkquery=[],
        applicationquery=[application(mwi_mode="NOTIFY")],
    )
    assert {one.group for one in findings(seen, [group])} <= {group}


def test_what_a_group_needs_and_cannot_have_is_said_in_any_group() -> None:
    failed = QueryAnswer("dnquery", "CfgDN", error=ConfigServerTimeout("no answer"))
    silent = ConfigServerEvidence({"dnquery": failed})
    deaf = Evidence(Settings(), configserver=silent, ami=AmiEvidence(problem=AsteriskUnreachableError("refused")))
    assert [one.code for one in findings(deaf, ["switch"])] == ["configserver-query"]
    assert {"configserver-query", "ami-unreachable"} <= {one.code for one in findings(deaf, ["routing"])}
    assert [one.code for one in findings(deaf, ["settings"]) if one.group != "settings"] == []


def test_a_pin_that_is_the_number_is_counted_and_not_named() -> None:
    ours = block("[GVMA_DN]\n1000 => 1000,Ann\n1001 => 4711,Bob\n1002 => 1002,,,\n")
    seen = Evidence(Settings(), files=files(voicemail="[MY_COMPANY]\n5001 => 5001,x\n" + ours))
    (found,) = [one for one in findings(seen, ["voicemail"]) if one.code == "pin-is-number"]
    assert found.message == "2 of 3 mailboxes have their own number as PIN"
    in_spool = Evidence(Settings(), files=files(voicemail="[general]\npasswordlocation=spooldir\n" + ours))
    assert [one for one in findings(in_spool, ["voicemail"]) if one.code == "pin-is-number"] == []
