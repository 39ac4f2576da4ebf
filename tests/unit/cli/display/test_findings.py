"""The lines of ``gvma check``: at 80 columns, in colours, for a monitoring system."""

from __future__ import annotations

import re

import pytest

from gvma.check.finding import Finding, Severity
from gvma.cli.display.findings import counted, finding_blocks
from gvma.cli.display.nagios import nagios_line
from gvma.evidence.model import AmiEvidence, Evidence, MailboxFields, RecordsEvidence
from gvma.evidence.model.runs import Run
from gvma.settings import Settings


def finding(code: str, severity: Severity = "error", **changes: str) -> Finding:
    fields = {
        "message": "contact is missing: SIP URI (manual 2217)",
        "where": "DN 2001",
        "why": "SIP Server falls back to its own default, which is not what this switch was tested with.",
        "remedy": "Set the option in section TServer of the object.",
        "group": "switch",
        **changes,
    }
    return Finding(code, severity, **fields)


def text(*found: Finding, width: int = 80, why: bool = False, everything: bool = False, colour: bool = False) -> str:
    return "\n".join(finding_blocks(found, width=width, why=why, everything=everything, colour=colour))


def test_a_finding_is_code_and_place_then_what_is_wrong_then_what_to_do() -> None:
    assert text(finding("switch-option-missing")) == (
        "error    switch-option-missing  DN 2001\n"
        "         contact is missing: SIP URI (manual 2217).\n"
        "         > Set the option in section TServer of the object."
    )


def test_why_it_matters_comes_with_v_alone() -> None:
    assert "falls back" not in text(finding("x"))
    assert "falls back" in text(finding("x"), why=True)


@pytest.mark.parametrize("width", [80, 100])
def test_no_line_is_wider_than_the_terminal_but_for_a_word_that_is(width: int) -> None:
    long = finding("x" * 40, where=f"/etc/{'asterisk' * 12}.conf, line 3", message="word " * 60)
    lines = text(long, width=width, why=True).splitlines()
    assert all(len(line) <= width or "asterisk" in line for line in lines)
    assert any("asterisk" * 12 in line for line in lines)


def test_of_many_of_one_code_the_first_ten_are_shown_and_the_others_counted() -> None:
    many = [finding("switch-option-missing", where=f"DN {number}") for number in range(1234)]
    shown = text(*many)
    assert shown.count("switch-option-missing  DN") == 10
    assert "... and 1,224 more switch-option-missing (-v shows all)" in shown
    assert text(*many, everything=True).count("switch-option-missing  DN") == 1234


def test_a_name_from_elsewhere_neither_breaks_a_line_nor_controls_the_terminal() -> None:
    hostile = finding("x", where="DN 1\x1b[31m\n2", message="a\nb\x07")
    lines = text(hostile).splitlines()
    assert len(lines) == 3
    assert "\x1b" not in "".join(lines)


def test_no_colour_is_used_that_is_lost_on_black_or_on_white() -> None:
    severities: tuple[Severity, ...] = ("error", "warning", "info")
    shown = text(*(finding("x", severity) for severity in severities), colour=True)
    colours = {code for sequence in re.findall(r"\x1b\[([\d;]+)m", shown) for code in sequence.split(";")}
    assert colours == {"0", "1", "31", "35"}  # reset, bold, red, magenta


def test_the_count_names_muted_notes() -> None:
    assert counted([], {}) == "all is well"
    assert counted([], {"a": 2}) == "all is well, 2 notes muted"
    assert counted([finding("x"), finding("y", "info")], {"a": 1}) == "1 error, 1 note, 1 note muted"


PERFORMANCE = re.compile(r"[a-z_]+=\d+[a-z]*;(\d+)?;(\d+)?;(\d+)?(;(\d+)?)?")


def test_the_line_for_monitoring_has_the_first_finding_and_figures() -> None:
    ami = AmiEvidence(mailboxes={"1@GVMA_DN": MailboxFields()}, subscriptions={})
    seen = Evidence(Settings(), ami=ami, records=RecordsEvidence(last_success=Run("2026-11-21T21:30:00Z", 61.4)))
    found = [finding("a", message="x | y."), finding("b", "warning"), finding("c", "info")]
    shown, bar, figures = nagios_line(2, found, {}, seen).partition(" | ")
    assert shown == "GVMA CRITICAL: 1 error, 1 warning, 1 note (a, b) - DN 2001: x / y"
    assert bar
    assert figures.split() == [
        "errors=1;;0;0", "warnings=1;0;;0", "notes=1;;;0", "mailboxes=1;;;0", "subscriptions=0;;;0",
        "last_success=61s;3600;;0",
    ]  # fmt: skip
    assert all(PERFORMANCE.fullmatch(figure) for figure in figures.split())


def test_the_line_for_monitoring_stays_one_line_of_bounded_length() -> None:
    line = nagios_line(2, [finding("a", message="x\n" * 900)], {}, Evidence(Settings()))
    assert "\n" not in line
    assert len(line.partition(" | ")[0]) <= 400
