"""``gvma completion``: what a shell has to read so that TAB completes commands, options, backup sets and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.cli.completing import SHELLS, script

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation


@click.command(
    epilog=exits.help_ending(
        "gvma completion bash >/etc/bash_completion.d/gvma",
        "gvma completion zsh >/usr/local/share/zsh/site-functions/_gvma",
        "gvma completion fish >/etc/fish/completions/gvma.fish",
    )
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_obj
def command(invocation: Invocation, shell: str) -> None:
    """Print the completion for a shell; it needs no settings.

    Behind TAB come commands and options; where one is wanted, also the ids of backup sets, and the DNs, agents, groups
    and mailboxes of the last sync, as far as this account may read them.
    """
    text = script(shell).strip("\n")
    invocation.output.result("completion", "ok", shell=shell, script=text + "\n")
    invocation.output.line(text)
