"""``gvma demo``: the main functions on private servers, step by step; it leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation


@click.command(
    "demo",
    epilog=exits.help_ending(
        "gvma demo", "gvma demo --hosts 2", exits=(16,), meanings={1: "a step did not have the expected result"}
    ),
)
@click.option(
    "--hosts",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="2: two Asterisk hosts on one PostgreSQL, of which one is lost.",
)
@click.option("--keep", is_flag=True, help="At the end show the site on pages, until Ctrl-C; with one host.")
@click.pass_obj
def command(invocation: Invocation, hosts: int, keep: bool) -> None:
    """Show gvma at work on a private Asterisk: sync, a voice message and its NOTIFY, a change, a second sync.

    The demo starts a simulated Configuration Server and a real Asterisk of its own, and stops both at the end. If
    no Asterisk is on the PATH, one is unpacked from Debian packages, without root, into ~/.cache/gvma. So are
    PostgreSQL and HAProxy for --hosts 2.
    """
    from gvma.demo import hosts_story, story  # noqa: PLC0415  (start-up)

    def say(text: str) -> None:
        invocation.output.line(text)
        invocation.output.stdout.flush()

    if hosts == 1:
        raise click.exceptions.Exit(story.play(say, keep=keep))
    if keep:
        raise click.UsageError("--keep shows a site of one host")
    raise click.exceptions.Exit(hosts_story.play(say))
