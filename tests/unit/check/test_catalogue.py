"""The catalogue is whole: every rule documented, every code its own, every check reachable."""

from __future__ import annotations

import inspect
from pathlib import Path

from gvma.check import (
    asterisk_files,
    catalogue,
    drift,
    gvm_options,
    live,
    media,
    probe,
    settings_checks,
    sipserver,
    switches,
)
from gvma.check.finding import Finding, Rule

ROOT = Path(__file__).resolve().parents[3]
ROOMS = (settings_checks, gvm_options, sipserver, switches, asterisk_files, live, drift, probe, media)


def test_no_code_stands_twice() -> None:
    codes = [rule.code for _, rules, _ in catalogue.CHAPTERS for rule in rules]
    assert sorted(codes) == sorted(set(codes))


def test_every_rule_and_every_check_of_every_room_is_in_the_catalogue() -> None:
    listed = {rule.code for _, rules, _ in catalogue.CHAPTERS for rule in rules}
    checks = {check for _, _, checks in catalogue.CHAPTERS for check in checks}
    for room in ROOMS:
        assert {thing.code for thing in vars(room).values() if isinstance(thing, Rule)} <= listed
        own = {
            thing
            for name, thing in inspect.getmembers(room, inspect.isfunction)
            if name.startswith("check_") and thing.__module__ == room.__name__
        }
        assert own <= checks


def test_the_docs_say_what_the_checks_say() -> None:
    assert (ROOT / "docs" / "checks.md").read_text("utf-8") == catalogue.as_markdown(), "run: make docs"


def test_the_worst_severity_counts() -> None:
    found = [Finding("a", severity, "m", "w", "h") for severity in ("info", "warning", "error")]
    assert [catalogue.worst(found[:n]) for n in range(4)] == ["", "info", "warning", "error"]
