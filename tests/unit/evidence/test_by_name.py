"""What is asked for by a name: never more than one text in a query, and of files only what the site wrote itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.entries import PresentMailbox
from gvma.configserver.xpath import parse
from gvma.evidence.by_name import pin_in_force, queries_by_name
from gvma.evidence.disk.files import look_at_sites_own
from gvma.evidence.model import Evidence
from gvma.evidence.model.sink import SinkEvidence
from gvma.evidence.sink import edited
from gvma.plan.present import Present
from gvma.settings import Settings
from tests.hostile import CORPUS
from tests.unit.check.objects import files
from tests.unit.evidence.site import settings


def test_a_name_is_asked_for_as_each_kind_of_owner() -> None:
    assert list(queries_by_name("1000")) == [
        "CfgDN[@number='1000']",
        "CfgAgentLogin[@loginCode='1000']",
        "CfgAgentGroup[@name='1000']",
    ]
    assert next(queries_by_name("O'Neill")) == 'CfgDN[@number="O\'Neill"]'


@pytest.mark.parametrize("name", ["", "a'b\"c", "a\nb", "\x1b[31m", "x" * 256])
def test_a_name_that_no_query_can_have_is_not_asked_for(name: str) -> None:
    assert list(queries_by_name(name)) == []


def test_a_hostile_name_stays_one_text_of_the_query() -> None:
    for name in CORPUS:
        for xpath in queries_by_name(name):
            assert parse(xpath).attributes <= {"number", "loginCode", "name"}, ascii(name)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_sites_own_files_are_looked_at_without_our_block(tmp_path: Path, line_end: str) -> None:
    block = ";$---GVMA-BEGIN-GVMA---$\n[GVMA_DN]\n1000 => 1,Ann,,,\n;$---GVMA-END-GVMA---$\n"
    comment = "; gvma's lines follow ;$---GVMA-BEGIN-GVMA---$\n"
    text = f"{comment}[site]\n7 => 1,Porter,,,\n{block};\n[after]\n8 => 1,Last,,,\n"
    (tmp_path / "voicemail.conf").write_bytes(text.replace("\n", line_end).encode())
    (tmp_path / "pjsip.conf").write_text("[udp]\ntype=transport\n;$---GVMA-BEGIN-GVMA---$\n[gvm-1]\ntype=aor\n")
    seen = look_at_sites_own(settings(tmp_path), PJSIP)
    assert seen.voicemail is not None
    assert seen.channel is not None
    assert [one.mailbox for one in seen.voicemail.settings] == ["7@site", "8@after"]
    assert [one.name for one in seen.channel.sections] == ["udp", "gvm-1"], "a block without an end is not cut"


def test_what_is_edited_is_what_has_another_mark_than_the_last_run_left() -> None:
    left = {"voicemail.conf": "a", "pjsip.conf": "b", "sip.conf": "c"}
    now = {"voicemail.conf": "a", "pjsip.conf": None, "extensions.conf": "d"}
    assert edited(left, now) == ["pjsip.conf"]
    assert edited({}, now) == [], "before the first run that left marks, nothing is known"


@pytest.mark.parametrize(
    ("general", "options", "in_force"),
    [
        ("passwordlocation=spooldir", "", "9876"),
        ("", "passwordlocation=spooldir", "9876"),
        ("", "", "4711"),
        ("passwordlocation=spooldir", "passwordlocation=voicemail.conf", "4711"),
    ],
)
def test_the_pin_of_the_spool_counts_where_asterisk_keeps_pins_there(
    tmp_path: Path, general: str, options: str, in_force: str
) -> None:
    secret = tmp_path / "voicemail/GVMA_DN/1000/secret.conf"
    secret.parent.mkdir(parents=True)
    secret.write_text("[general]\npassword = 9876\n")  # as Asterisk itself writes it
    seen = Evidence(
        Settings(gvma=settings(tmp_path, asterisk_spool_path=tmp_path)),
        files=files(voicemail=f"[general]\n{general}\n"),
        sink=SinkEvidence(present=Present({"1000@GVMA_DN": PresentMailbox("4711", options=options)})),
    )
    assert pin_in_force(seen, "1000@GVMA_DN") == in_force
    assert pin_in_force(seen, "1001@GVMA_DN") is None
