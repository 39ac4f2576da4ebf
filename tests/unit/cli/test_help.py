"""Each command's --help has a summary, an example and its exit statuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from gvma.cli.exits import MEANINGS
from gvma.cli.main import COMMANDS, cli


def commands(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from commands((*path, name), below)


ALL = dict(commands((), cli))


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "gvma")
def test_help_has_summary_example_and_exit_statuses(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*path, "--help"], terminal_width=110)
    assert result.exit_code == 0
    summary = result.stdout.split("\n\n")[1].strip()
    assert re.match(r"[A-Z].*[.]", summary, re.DOTALL)
    example = re.search(r"^ *Examples?:\n((?: +.*\n)+)", result.stdout, re.MULTILINE)
    assert example is not None
    assert f"gvma {' '.join(path)}".strip() in re.sub(r" (--?[a-z]+)( \S+\.cfg| json)?(?= )", "", example[1])
    statuses = re.search(r"^ *Exit status:\n((?: +\d+ +.*\n?)+)", result.stdout, re.MULTILINE)
    assert statuses is not None
    assert {"0", "1", "64"} <= set(re.findall(r"^ +(\d+) ", statuses[1], re.MULTILINE))


@pytest.mark.parametrize("path", [path for path in ALL if len(path) > 0], ids=" ".join)
def test_every_option_says_what_it_is_for(path: tuple[str, ...]) -> None:
    options = [option for option in ALL[path].params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_the_root_names_every_exit_status() -> None:
    text = CliRunner().invoke(cli, ["--help"]).stdout
    for number, meaning in MEANINGS.items():
        assert re.search(rf"^ +{number} +{re.escape(meaning)}$", text, re.MULTILINE)


def test_every_command_that_help_names_is_there() -> None:
    assert {path[0] for path in ALL if path} == set(COMMANDS)
