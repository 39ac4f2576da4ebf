"""``gvma demo``: the whole story on a private Asterisk; it leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits

if TYPE_CHECKING:
    from gvma.cli.main import Invocation


@click.command("demo", epilog=exits.help_ending("gvma demo", meanings={1: "a scene did not come out as it should"}))
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Show the whole story on a private Asterisk: sync, a voice message and its NOTIFY, a change, a second sync.

    Starts a simulated Configuration Server and a real Asterisk of its own, and stops both. An Asterisk that is
    not on the PATH is unpacked from Debian packages, without root, into ~/.cache/gvma.
    """
    from gvma.demo.story import tell  # noqa: PLC0415  (start-up)

    def say(text: str) -> None:
        invocation.output.line(text)
        invocation.output.stdout.flush()

    raise click.exceptions.Exit(tell(say))
