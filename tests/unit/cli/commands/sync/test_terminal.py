"""``gvma sync`` on a terminal: colour, progress, and a word where there was nothing to do."""

from __future__ import annotations

import os
import pty
import re
import sys
from collections.abc import Mapping
from contextlib import suppress

import pytest

from gvma.configserver.simulator.server import Simulator
from tests.harness.children import child_process
from tests.harness.site import PASSWORD, USER, Site


def on_a_terminal(site: Site, *words: str, **environ: str) -> str:
    """What a person sees: stdout and stderr of a run on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    with child_process(
        [sys.executable, "-m", "gvma", *site.words(*words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environ},
        close_fds=True,
    ) as running:
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # so a terminal says that nobody has it open any more
            while piece := os.read(ours, 65536):
                seen += piece
    os.close(ours)
    assert running.returncode == 0, seen
    return seen.decode("utf-8", "replace")


def test_a_terminal_sees_colour_in_the_diff_unless_no_color_is_set(site: Site) -> None:
    seen = on_a_terminal(site, "sync", "--dry-run", "--diff", *site.from_tree)
    assert "\x1b[" in seen
    plain = on_a_terminal(site, "sync", "--dry-run", "--diff", *site.from_tree, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m", plain)
    assert "+61902 => ****,Ulla Iso,,," in plain
    assert "Plan: 9 to add, 0 to change, 0 to remove." in plain


def test_a_terminal_shows_that_there_was_nothing_to_do(site: Site) -> None:
    site.sync()
    assert "nothing was written" in on_a_terminal(site, "sync", *site.from_tree)
    assert on_a_terminal(site, "-q", "sync", *site.from_tree) == ""


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}], ids=["colour", "no colour"])
def test_a_step_of_more_than_a_second_is_shown_on_a_terminal(site: Site, environ: Mapping[str, str]) -> None:
    with Simulator(site.tree, username=USER, password=PASSWORD, fail="delay", delay=1.5).serve() as url:
        site.cfgserver.update(url=url, agentquery="", agentgroupquery="")
        seen = on_a_terminal(site, "sync", "--no-reload", **environ)
    assert "asking Configuration Server" in seen
    assert re.search(r"sync: 5 added, 0 changed, 0 removed in", seen)
    assert bool(re.search(r"\x1b\[[0-9;]*m", seen)) == (not environ)
