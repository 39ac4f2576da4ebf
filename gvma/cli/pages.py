"""Writes what is made from the code, in a clone: ``python -m gvma.cli.pages`` (``make docs``).

Every ``--help`` goes into its page of ``docs/commands``; the rest of a page is written by hand: only the code block
behind each ``<!-- help: ... -->`` is replaced. The folder's ``README.md`` lists the pages. What ``gvma switch`` prints
without a site goes into ``gvma/switches/samples``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from gvma.cli.main import COMMANDS, cli
from gvma.switches.choices import chosen
from gvma.switches.guides import GUIDES
from gvma.switches.objects import Place, as_xml

PAGES = Path(__file__).resolve().parents[2] / "docs" / "commands"
SAMPLES = Path(__file__).resolve().parents[1] / "switches" / "samples"
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


def list_of_pages() -> str:
    """The folder's front page: each command with its page and its summary."""
    rows = [f"| [gvma {name}]({name}.md) | {summary} |" for name, summary in COMMANDS.items()]
    return "\n".join(["# Every command", "| command | what it does |", "|---|---|", *rows, ""])


def samples() -> dict[str, str]:
    """By file name: objects and device text of each switch, with the manual's values."""
    made: dict[str, str] = {}
    for guide in GUIDES.values():
        contact = ("contact=192.0.2.5:5060",) if guide.id == "asterisk" else ()
        objects = [*guide.objects(chosen(guide.object_choices, contact))]
        made[f"{guide.id}.xml"] = as_xml(objects, Place(), (f"What gvma switch objects {guide.id} prints.",)) + "\n"
        made[f"{guide.id}.txt"] = "".join(f"{line}\n" for line in guide.text(chosen(guide.device_choices, ())))
    return made


def main() -> int:
    """Rewrite the pages whose help texts have changed, their list, and the samples."""
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text("utf-8")
        if refreshed(text) != text:
            page.write_text(refreshed(text), "utf-8")
    (PAGES / "README.md").write_text(list_of_pages(), "utf-8")
    SAMPLES.mkdir(exist_ok=True)
    for name, text in samples().items():
        (SAMPLES / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
