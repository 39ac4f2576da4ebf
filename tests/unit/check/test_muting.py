"""Notes that a site has accepted."""

from __future__ import annotations

from gvma.check.catalogue import findings
from gvma.check.finding import Finding
from gvma.check.muting import without_muted
from gvma.evidence.model import Evidence
from gvma.settings import GvmaSettings, Secret
from tests.unit.check.objects import dn, evidence

PIN_NOTE = Finding("pin-is-number", "info", "m", "w", "y", "r")
UNSET = Finding("configserver-query-unset", "info", "m", "w", "y", "r")
WARNING = Finding("settings-odd", "warning", "m", "w", "y", "r")


def seen(*ignored: str) -> Evidence:
    settings = GvmaSettings(check_ignore=ignored, asterisk_cm_secret=Secret("not-the-sample-one"))
    return evidence(settings, dnquery=[dn("1000")])


def ignore_findings(*ignored: str) -> list[str]:
    return [one.message for one in findings(seen(*ignored)) if one.code == "settings-check-ignore"]


def test_a_muted_note_is_counted_and_not_shown() -> None:
    shown, muted = without_muted([UNSET, PIN_NOTE, UNSET], ["configserver-query-unset"])
    assert (shown, muted) == ([PIN_NOTE], {"configserver-query-unset": 2})


def test_a_warning_is_never_muted() -> None:
    assert without_muted([WARNING], ["settings-odd"]) == ([WARNING], {})


def test_a_code_that_mutes_nothing_is_found() -> None:
    assert ignore_findings("pin-is-number", "configserver-query-unset") == []
    assert ignore_findings("settings-odd") == ["settings-odd is a warning, and is shown all the same"]
    assert ignore_findings("ami-unreachable") == ["ami-unreachable is an error, and is shown all the same"]
    assert ignore_findings("pin-is-numbr") == ["no check has the code pin-is-numbr, but pin-is-number"]
    assert ignore_findings("x") == ["no check has the code x"]


def test_a_code_that_mutes_nothing_is_no_matter_of_another_group() -> None:
    assert [one.code for one in findings(seen("settings-odd"), ["voicemail"])].count("settings-check-ignore") == 0
    assert PIN_NOTE._replace(group="voicemail").as_json()["group"] == "voicemail"
