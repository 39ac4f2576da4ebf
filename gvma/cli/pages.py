"""Copies every ``--help`` into its page of ``docs/commands``: ``python -m gvma.cli.pages`` in a clone (``make docs``).

The rest of a page is written by hand: only the code block behind each ``<!-- help: ... -->`` is replaced.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from gvma.cli.main import cli

PAGES = Path(__file__).resolve().parents[2] / "docs" / "commands"
_WIDTH = 100
_PLACE = re.compile(r"<!-- help: ([a-z0-9 -]+) -->\n```\n.*?```\n", re.DOTALL)


def help_text(words: str) -> str:
    """What ``gvma WORDS --help`` prints. words: ``backup restore``."""
    settings = {**cli.context_settings, "max_content_width": _WIDTH, "terminal_width": _WIDTH}
    context = click.Context(cli, info_name="gvma", **settings)
    for word in words.split():
        group = context.command
        assert isinstance(group, click.Group)
        command = group.get_command(context, word)
        assert command is not None, words
        context = click.Context(command, parent=context, info_name=word, terminal_width=_WIDTH)
    return context.get_help() + "\n"


def refreshed(page: str) -> str:
    """The page with up-to-date help texts."""
    return _PLACE.sub(lambda place: f"<!-- help: {place[1]} -->\n```\n{help_text(place[1])}```\n", page)


def main() -> int:
    """Rewrite the pages whose help texts have changed."""
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text("utf-8")
        if refreshed(text) != text:
            page.write_text(refreshed(text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
