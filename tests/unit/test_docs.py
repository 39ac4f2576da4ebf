"""README and docs hold what they say: links, files, commands and exit statuses are there, the sample settings load."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from gvma.cli import exits
from gvma.cli.main import COMMANDS, Invocation, cli
from gvma.cli.output import Output
from gvma.settings.reader import load

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def shown_commands() -> list[str]:
    """What begins with ``gvma`` in a code block or between backticks, without the comment behind it."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        found += [line.strip() for block in blocks for line in block.splitlines()]
        found += re.findall(r"`(gvma [^`]+)`", text.replace("\n", " "))
    return sorted({shlex.join(shlex.split(line, comments=True)) for line in found if line.startswith("gvma ")})


@each_page
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    lost = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert lost == []


@each_page
def test_every_file_of_ours_that_is_named_is_there(page: Path) -> None:
    named = re.findall(r"`((?:dialplan|cron|agi_scripts|docs|gvma|tests)/[\w./-]+)`", page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_that_is_shown_is_one(line: str) -> None:
    words = shlex.split(line)[1:]
    context = cli.make_context("gvma", words, obj=Invocation(Output()))
    begin = next(place for place, word in enumerate(words) if word in COMMANDS)
    command = cli.get_command(context, words[begin])
    rest = words[begin + 1 :]
    if isinstance(command, click.Group) and rest:
        command = command.commands[rest.pop(0)]
    assert command is not None
    if rest:  # a sentence may name a command without its arguments
        command.make_context(line, rest, parent=context)


def test_the_readme_has_each_exit_status() -> None:
    table = README.partition("| exit | meaning |\n|---|---|\n")[2].partition("\n\n")[0]
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == list(exits.MEANINGS)


def test_the_readmes_settings_are_valid_as_they_stand(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("s3cret")
    text = README.partition("```ini\n")[2].partition("```")[0]
    settings = tmp_path / "gvma_asterisk76.cfg"
    settings.write_text(re.sub(r"(?<=_file = ).*", str(secret), text))
    assert load(settings, {}).warnings == ()
