"""The list of the manual's errors has all that a device text puts right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gvma.switches.guides import GUIDES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "manual.md").read_text("utf-8")
ROWS = PAGE.split("## Errors of the manual that we put right\n")[1].split("\n## ")[0].splitlines()
LINES = {line for row in ROWS if row.startswith("| ") for line in re.findall(r"\d+", row.split("|")[1])}


@pytest.mark.parametrize("name", GUIDES)
def test_every_error_that_a_text_puts_right_stands_in_the_list_with_its_lines(name: str) -> None:
    for correction in GUIDES[name].corrections:
        assert set(re.findall(r"\d+", correction.lines)) <= LINES, correction.sentence
