"""``gvma demo``: the main functions on a private Asterisk, step by step; it leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation


@click.command("demo", epilog=exits.help_ending("gvma demo", meanings={1: "a step did not have the expected result"}))
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Show gvma at work on a private Asterisk: sync, a voice message and its NOTIFY, a change, a second sync.

    The demo starts a simulated Configuration Server and a real Asterisk of its own, and stops both at the end. If
    no Asterisk is on the PATH, one is unpacked from Debian packages, without root, into ~/.cache/gvma.
    """
    from gvma.demo.story import play  # noqa: PLC0415  (start-up)

    def say(text: str) -> None:
        invocation.output.line(text)
        invocation.output.stdout.flush()

    raise click.exceptions.Exit(play(say))
