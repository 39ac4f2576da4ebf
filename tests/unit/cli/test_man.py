"""The man page is the one that the texts of --help make, and roff reads it without a word."""

from __future__ import annotations

import re
import shutil
import subprocess

import click
import pytest

from gvma.cli.exits import MEANINGS
from gvma.cli.main import COMMANDS, cli
from gvma.cli.man import PAGE, man_page


def shown(text: str) -> str:
    """As a reader sees it, on one line."""
    return " ".join(text.replace(r"\-", "-").replace(r"\e", "\\").replace(r"\&", "").replace(r"\(dq", '"').split())


def test_the_page_is_the_one_that_the_texts_make() -> None:
    assert PAGE.read_text("utf-8") == man_page(), "run: make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_it_with_its_text(name: str) -> None:
    page = shown(man_page())
    root = click.Context(cli, info_name="gvma", **cli.context_settings)
    command = cli.get_command(root, name)
    assert command is not None
    commands = [command, *getattr(command, "commands", {}).values()]
    for one in commands:
        assert " ".join((one.help or "").partition("\n\n")[0].split()) in page
        for option in one.params:
            if isinstance(option, click.Option) and option.opts[0] != "--help":
                assert option.opts[0] in page
                assert " ".join((option.help or "").split()) in page


def test_every_exit_status_is_in_it() -> None:
    status = man_page().partition(".SH EXIT STATUS\n")[2].partition(".SH ")[0]
    assert [int(number) for number in re.findall(r"\\fB(\d+)\\fR", status)] == list(MEANINGS)


def test_no_line_of_text_is_read_as_a_request() -> None:
    requests = {".TH", ".SH", ".SS", ".TP", ".PP", ".nf", ".fi", ".RS", ".RE"}
    lines = man_page().splitlines()
    assert {line.split()[0] for line in lines if line.startswith((".", "'"))} <= requests


def test_man_reads_it_without_a_warning() -> None:
    for tool in (
        ["man", "--warnings", "-l"],
        ["groff", "-man", "-ww", "-Tutf8"],
        ["mandoc", "-T", "lint", "-W", "error"],
    ):
        if shutil.which(tool[0]):
            done = subprocess.run([*tool, str(PAGE)], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
