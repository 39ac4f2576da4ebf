"""docs/commands has every command, with the help that it really prints."""

from __future__ import annotations

import re

import click
import pytest

from gvma.cli.main import COMMANDS, cli
from gvma.cli.pages import PAGES, help_text, list_of_pages, refreshed


def every_command() -> list[str]:
    """Every command and subcommand, ``sync``, ``backup``, ``backup list`` and so on."""
    found: list[str] = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        found += [name, *(f"{name} {word}" for word in getattr(command, "commands", ()))]
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_page_with_its_present_help(command: str) -> None:
    text = (PAGES / f"{command}.md").read_text("utf-8")
    assert refreshed(text) == text, "run: make docs"
    for words in every_command():
        if words.split()[0] == command:
            assert help_text(words) in text, words


def test_every_page_stands_in_the_list_of_the_folder() -> None:
    text = (PAGES / "README.md").read_text("utf-8")
    assert text == list_of_pages(), "run: make docs"
    assert {path.name for path in PAGES.glob("*.md")} - {"README.md"} == set(re.findall(r"\]\((.*?)\)", text))


@pytest.mark.parametrize("words", every_command())
def test_every_help_has_a_summary_an_example_and_its_exit_statuses(words: str) -> None:
    text = help_text(words)
    summary = text.split("\n\n")[1].strip()
    assert summary.endswith("."), summary
    assert "Example" in text
    assert (
        f"gvma {words.split(maxsplit=1)[0]}" in text.partition("Example")[2]
        or "gvma --" in text.partition("Example")[2]
    )
    statuses = text.partition("Exit status:")[2]
    assert "  0 " in statuses
    assert "  64 " in statuses
