"""Contexts that must be included, and where the include must stand."""

from __future__ import annotations

import pytest

from gvma.check.voicemail.dialplan import check_dialplan_includes
from gvma.evidence.model import AmiEvidence, Evidence, FilesEvidence
from gvma.settings import GvmaSettings, Settings
from tests.unit.check.objects import block, conf, files

ROUTED = GvmaSettings(routing=True)


@pytest.mark.parametrize(
    ("text", "settings", "missing"),
    [
        ("[default]\ninclude => GVMA\n", None, 0),
        ("[agents]\ninclude=GVMA\n", None, 0),
        ("[default]\n;include => GVMA\n", None, 1),
        ("[default]\ninclude => GVMA2\n", None, 1),
        (block("[GVMA]\ninclude => GVMA\n"), None, 1),
        ("[default]\ninclude => GVMA\n", ROUTED, 1),
        ("[default]\ninclude => GVMA\ninclude => GVMA_ROUTING\n", ROUTED, 0),
    ],
)
def test_the_contexts_must_be_included(text: str, settings: GvmaSettings | None, missing: int) -> None:
    seen = Evidence(Settings(gvma=settings or GvmaSettings()), files=files(dialplan=text))
    assert [finding.code for finding in check_dialplan_includes(seen)] == ["dialplan-include"] * missing


def test_an_include_in_an_included_file_counts() -> None:
    dialplan = conf("#include a.conf\n", a_conf="[default]\ninclude => GVMA\n")
    assert list(check_dialplan_includes(Evidence(Settings(), files=FilesEvidence(dialplan=dialplan)))) == []


@pytest.mark.parametrize(
    ("dialplan", "driver", "code"),
    [
        ("[agents]\ninclude => GVMA\n", "[2001]\ncontext=agents\n", []),
        ("[agents]\ninclude => GVMA\n", "[2001]\ncontext=other\n", ["dialplan-include-unreached"]),
        ("[agents]\ninclude => more\n[more]\ninclude => GVMA\n", "[general]\ncontext=agents\n", []),
        ("[default]\ninclude => a\n[a]\ninclude => b\n[b]\ninclude => a\ninclude => GVMA\n", "[x]\n", []),
        ("[in]\nexten => 1,1,Goto(agents,${EXTEN},1)\n[agents]\ninclude => GVMA\n", "[x]\ncontext=in\n", []),
        ("[unused]\ninclude => GVMA\n", "[x]\ncontext=in\n", ["dialplan-include-unreached"]),
        ("[unused]\n", "[x]\ncontext=in\n", ["dialplan-include"]),
        ("[base](!)\ninclude => GVMA\n[agents](base)\n", "[x]\ncontext=agents\n", []),
        ("[base](!)\ninclude => GVMA\n[agents]\n", "[x]\ncontext=agents\n", ["dialplan-include"]),
        ("[agents]\n[other]\n[agents](+)\ninclude => GVMA\n", "[x]\ncontext=agents\n", []),
        ("[unused]\ninclude => GVMA\n", "[x]\ncontext=in\n#exec /bin/phones\n", []),
    ],
)
def test_the_include_must_stand_where_calls_come(dialplan: str, driver: str, code: list[str]) -> None:
    seen = Evidence(Settings(), files=files(dialplan=dialplan, channel=driver))
    assert [finding.code for finding in check_dialplan_includes(seen)] == code


@pytest.mark.parametrize(
    ("registrar", "more", "code"),
    [
        ("pbx_ael", "", []),
        ("pbx_config", "#exec /bin/contexts\n", []),
        # Out of the file, and not reloaded yet.
        ("pbx_config", "", ["dialplan-include"]),
    ],
)
def test_an_include_that_no_line_of_the_file_says(registrar: str, more: str, code: list[str]) -> None:
    live = AmiEvidence(includes=(("agents", "GVMA", registrar),))
    texts = files(dialplan=f"[in]\nexten => 1,1,Goto(agents,1,1)\n{more}", channel="[x]\ncontext=in\n")
    seen = Evidence(Settings(), files=texts, ami=live)
    assert [finding.code for finding in check_dialplan_includes(seen)] == code


def test_an_include_that_asterisk_has_from_elsewhere_leads_calls_on() -> None:
    texts = files(dialplan="[agents]\ninclude => GVMA\n", channel="[x]\ncontext=from-phones\n")
    alone = Evidence(Settings(), files=texts, ami=AmiEvidence())
    assert [finding.code for finding in check_dialplan_includes(alone)] == ["dialplan-include-unreached"]
    live = AmiEvidence(includes=(("from-phones", "agents", "pbx_config"),))
    assert list(check_dialplan_includes(alone._replace(ami=live))) == []


def test_contexts_of_other_channels_and_of_a_database_count() -> None:
    alone = files(dialplan="[iax]\ninclude => GVMA\n", channel="[x]\ncontext=in\n")

    def found(texts: FilesEvidence) -> list[str]:
        return [finding.code for finding in check_dialplan_includes(Evidence(Settings(), files=texts))]

    assert found(alone) == ["dialplan-include-unreached"]
    assert found(alone._replace(entered_contexts=frozenset({"iax"}))) == []
    assert found(alone._replace(realtime=frozenset({"phones"}))) == []
