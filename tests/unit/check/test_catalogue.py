"""The catalogue is whole: every rule documented, every code its own, every check reachable."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

from gvma import check
from gvma.check import catalogue
from gvma.check.finding import Rule

ROOT = Path(__file__).resolve().parents[3]
ROOMS = [import_module(found.name) for found in pkgutil.walk_packages(check.__path__, "gvma.check.")]


def test_no_code_stands_twice() -> None:
    codes = [rule.code for chapter in catalogue.CHAPTERS for rule in chapter.rules]
    assert sorted(codes) == sorted(set(codes))


def test_every_rule_and_every_check_of_every_room_is_in_the_catalogue() -> None:
    listed = {rule.code for chapter in catalogue.CHAPTERS for rule in chapter.rules}
    checks = {check for chapter in catalogue.CHAPTERS for check in chapter.checks}
    for room in ROOMS:
        assert {one.code for one in vars(room).values() if isinstance(one, Rule)} <= listed
        own = {
            one
            for name, one in inspect.getmembers(room, inspect.isfunction)
            if name.startswith("check_") and one.__module__ == room.__name__
        }
        assert own <= checks


def test_the_docs_say_what_the_checks_say() -> None:
    assert (ROOT / "docs" / "checks.md").read_text("utf-8") == catalogue.as_markdown(), "run: make docs"
