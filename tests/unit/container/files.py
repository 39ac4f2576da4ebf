"""The files of contrib/container, as values."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click
from ruamel.yaml import YAML

from gvma.cli.invocation import Invocation
from gvma.cli.main import COMMANDS, cli
from gvma.cli.output import Output
from tests.harness.container import CONTAINER

ROOT = Path(__file__).resolve().parents[3]
COMPOSE_FILES = ("compose.yaml", "compose.realtime.yaml")


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's: name in upper case, and the rest as one line."""
    lines = [line for line in (CONTAINER / "Containerfile").read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    found = [line.partition(" ") for line in joined.splitlines() if line]
    return [(name.upper(), " ".join(rest.split())) for name, _, rest in found]


def stages() -> dict[str, list[tuple[str, str]]]:
    """By name: FROM and all that follows it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, rest in instructions():
        if name == "FROM":
            found[rest.rpartition(" AS ")[2]] = stage = []
        stage.append((name, rest))
    return found


def compose(name: str) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(CONTAINER / name))


def services() -> dict[str, dict[str, Any]]:
    """Each service of each compose file, by ``file: service``; an overlay's have only what it adds."""
    return {
        f"{file}: {service}": words for file in COMPOSE_FILES for service, words in compose(file)["services"].items()
    }


def refuse_what_gvma_does_not_know(words: list[str]) -> None:
    """Raises click.ClickException where gvma's own parser does. words: behind ``gvma``."""
    context = cli.make_context("gvma", list(words), obj=Invocation(Output()))
    begin = next((place for place, word in enumerate(words) if word in COMMANDS), None)
    if begin is None:
        raise click.UsageError(f"no command: {shlex.join(words)}")
    command, rest = cli.get_command(context, words[begin]), words[begin + 1 :]
    if isinstance(command, click.Group):
        command = command.commands[rest.pop(0)]
    assert command is not None
    command.make_context(shlex.join(words), rest, parent=context)
