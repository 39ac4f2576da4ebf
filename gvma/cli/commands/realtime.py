"""``gvma realtime``: what the database and the Asterisk hosts of a Realtime site are given once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.errors import SettingsError

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation


@click.group(
    "realtime",
    epilog=exits.help_ending("gvma realtime sql --create", exits=(exits.SETTINGS,)),
)
def command() -> None:
    """Prepare PostgreSQL and the Asterisk hosts for `sink = realtime`."""


@command.command(
    "sql",
    epilog=exits.help_ending("gvma realtime sql --create", exits=(exits.SETTINGS,)),
)
@click.option("--create", is_flag=True, help="Also create the tables voicemail and ps_aors where there are none.")
@click.pass_obj
def sql(invocation: Invocation, create: bool) -> None:
    """Print SQL for the owner of Asterisk's tables; it may be run again at any time.

    It makes an index, a table and a function of gvma's, and gives the account of realtime_dsn the rights that a sync
    needs and no others: it sees and changes gvma's own rows alone, and never a PIN but by that function.
    """
    from gvma.settings.dsn import dsn_words  # noqa: PLC0415  (start-up)
    from gvma.sinks.realtime.owner_sql import owner_sql  # noqa: PLC0415  (start-up)

    settings = invocation.settings(without=("cfgserver", "media")).gvma
    if not settings.realtime_dsn:
        raise SettingsError(
            "realtime_dsn is not set in [gvma_settings]",
            hint="Nothing was changed. Set it: its user= is the account that gets the rights.",
        )
    text = owner_sql(dsn_words(settings.realtime_dsn)["user"], create=create)
    invocation.output.result("realtime sql", "ok", sql=text)
    invocation.output.line(text.rstrip("\n"))
