"""README and docs hold what they say: links, files, names of the code, commands and exit statuses are there, and the
sample settings load."""

from __future__ import annotations

import ast
import configparser
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gvma.cli import exits
from gvma.cli.invocation import Invocation
from gvma.cli.main import COMMANDS, cli
from gvma.cli.output import Output
from gvma.settings.reader import load

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGES_ABOUT_THE_CODE = [ROOT / name for name in ("CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md")]
A_FILE = re.compile(r"\.(?:cfg|conf|jsonl|md|py|service|so|timer|toml|xml)\Z")
UNUSED_WORDS = {"common", "doubled", "held", "helper", "helpers", "owed", "thing", "things", "told", "utils"}
"""They stand in no name of ours; the glossary says what stands in their place."""
UNUSED_NAMES = UNUSED_WORDS | {"data", "info", "process"}
"""No module, class or function is called so; a library's own argument may be."""
NAMES_OF_LIBRARIES = {"hostname_checks_common_name"}
"""Attributes that we set, and did not name."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def shown_commands() -> list[str]:
    """What begins with ``gvma`` in a code block or between backticks, without the comment behind it, and without a file
    that the shell sends its output to."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        found += [line.strip() for block in blocks for line in block.splitlines()]
        found += re.findall(r"`(gvma [^`]+)`", text.replace("\n", " "))
    found = [re.sub(r" >>?\s*~?/\S+", "", line) for line in found if line.startswith("gvma ")]
    return sorted({shlex.join(shlex.split(line, comments=True)) for line in found})


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    lost = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert lost == []


@each_page
def test_every_link_with_an_anchor_leads_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text("utf-8"))
    lost = [
        f"{path}#{anchor}"
        for path, anchor in links
        if "://" not in path and anchor not in anchors(page.parent / path if path else page)
    ]
    assert lost == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += linked_pages(page)
    assert sorted(set(PAGES) - reached) == []


def linked_pages(page: Path) -> list[Path]:
    """What a page links to; a link to a folder counts for every page in it."""
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    paths = [(page.parent / link).resolve() for link in links if "://" not in link]
    return [one for path in paths for one in (path.glob("*.md") if path.is_dir() else [path]) if one.suffix == ".md"]


@each_page
def test_every_file_of_ours_that_is_named_is_there(page: Path) -> None:
    named = re.findall(r"`((?:dialplan|contrib|cron|agi_scripts|docs|gvma|tests)/[\w./-]+)`", page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES_ABOUT_THE_CODE, ids=lambda page: page.name)
def test_every_module_class_and_function_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`([a-z_]+(?:\.\w+)+)`", page.read_text("utf-8"))
    assert [name for name in named if not A_FILE.search(name) and not _exists(name)] == []


def _exists(name: str) -> bool:
    """name: of a module, or of what is in one, without ``gvma.``."""
    words = name.split(".")
    for count in range(len(words), 0, -1):
        try:
            found: object = importlib.import_module(".".join(["gvma", *words[:count]]))
        except ModuleNotFoundError:
            continue
        for word in words[count:]:
            if not hasattr(found, word):
                return False
            found = getattr(found, word)
        return True
    return False


def test_the_rooms_stand_in_the_order_in_which_they_may_import_each_other() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    layers = setup["importlinter:contract:layers"]["layers"].split("\n")
    wanted = [re.findall(r"gvma\.(\w+)", layer) for layer in layers if layer]
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    table = page.partition("| room | what it holds | what it may touch |\n|---|---|---|\n")[2].partition("\n\n")[0]
    assert [re.findall(r"`(\w+)`", row.split("|")[1]) for row in table.splitlines()] == wanted


@pytest.mark.parametrize("path", sorted((ROOT / "gvma").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_has_a_word_that_the_glossary_rules_out(path: Path) -> None:
    names = {path.stem: UNUSED_NAMES, **dict(_defined(path))}
    found = {name for name, unused in names.items() if not unused.isdisjoint(re.findall("[a-z]+", name.lower()))}
    assert found - NAMES_OF_LIBRARIES == set()


def _defined(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Every name that a file defines, with the words that must not be in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, UNUSED_WORDS | ({name} & UNUSED_NAMES)
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, UNUSED_WORDS


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
