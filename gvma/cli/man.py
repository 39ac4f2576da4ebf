"""The man page gvma(1), made from the texts of ``--help``: ``python -m gvma.cli.man`` in a clone (``make docs``).

Nothing of it is written twice: what a command says of itself stands with the command.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from gvma import __version__
from gvma.cli import exits
from gvma.cli.main import COMMANDS, cli

PAGE = Path(__file__).resolve().parents[2] / "share" / "man" / "man1" / "gvma.1"
_WIDTH = 70
_FILES = (
    (
        "./gvma_asterisk76.cfg, /etc/gvma/gvma_asterisk76.cfg",
        "The settings, where neither --config nor $GVMA_CONFIG is.",
    ),
    ("backup_path", "A folder that the settings name: backup sets, the lock, and what a run leaves for the next."),
)
_ENVIRONMENT = (
    ("GVMA_CONFIG", "The settings file, where --config is not given."),
    ("NO_COLOR", "Where it is set, nothing is coloured."),
)


def man_page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_commands(), *_tail()]) + "\n"


def _head() -> Iterator[str]:
    root = click.Context(cli, info_name="gvma", **cli.context_settings)
    summary, _, rest = (cli.help or "").partition("\n\n")
    yield f'.TH GVMA 1 "" "gvma {__version__}" "User Commands"'
    yield from (".SH NAME", r"gvma \- join Asterisk to a Genesys contact centre", ".SH SYNOPSIS")
    yield rf"\fBgvma\fR {_text(_usage(root))}"
    yield ".SH DESCRIPTION"
    yield from _wrapped(summary)
    yield ".SH OPTIONS"
    yield from _options(root)
    yield from _paragraphs(rest)


def _commands() -> Iterator[str]:
    yield ".SH COMMANDS"
    root = click.Context(cli, info_name="gvma", **cli.context_settings)
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=root)
        yield from _command(context)
        if isinstance(command, click.Group):
            for word in command.list_commands(context):
                below = command.get_command(context, word)
                assert below is not None
                yield from _command(click.Context(below, info_name=word, parent=context))


def _command(context: click.Context) -> Iterator[str]:
    yield f'.SS "{_text(context.command_path)} {_text(_usage(context))}"'
    summary, _, rest = (context.command.help or "").partition("\n\n")
    yield from _wrapped(summary)
    yield from _paragraphs(rest)
    yield from _options(context)
    examples = _examples(context.command.epilog or "")
    if examples:
        yield from (".PP", "For example:", ".PP", ".nf", ".RS", *map(_text, examples), ".RE", ".fi")


def _tail() -> Iterator[str]:
    yield ".SH EXIT STATUS"
    for number, meaning in exits.MEANINGS.items():
        yield from (".TP", rf"\fB{number}\fR", *_wrapped(f"{meaning[:1].upper()}{meaning[1:]}."))
    for title, rows in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {title}"
        for name, meaning in rows:
            yield from (".TP", rf"\fB{_text(name)}\fR", *_wrapped(meaning))
    yield from (".SH SEE ALSO", r"\fBasterisk\fR(8)")


def _usage(context: click.Context) -> str:
    return " ".join(context.command.collect_usage_pieces(context))


def _options(context: click.Context) -> Iterator[str]:
    """Without --help, which every command has."""
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and "--help" not in parameter.opts:
            yield from (".TP", rf"\fB{_text(record[0])}\fR", *_wrapped(record[1]))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield from (".PP", *_wrapped(paragraph))


def _wrapped(text: str) -> Iterator[str]:
    return map(_text, textwrap.wrap(text.replace("\b", ""), _WIDTH, break_long_words=False, break_on_hyphens=False))


def _examples(epilog: str) -> list[str]:
    found = re.search(r"Examples?:\n((?:  .+\n?)+)", epilog)
    return [line.strip() for line in found[1].splitlines()] if found else []


def _text(text: str) -> str:
    """As roff takes it: no escape, no request, and hyphens that can be copied."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped


def main() -> int:
    """Rewrite the page where it has changed."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    if not PAGE.exists() or PAGE.read_text("utf-8") != man_page():
        PAGE.write_text(man_page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
