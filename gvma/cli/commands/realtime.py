"""``gvma realtime``: what the database and the Asterisk hosts of a Realtime site are given once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.errors import SettingsError
from gvma.settings.model import REALTIME

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation


@click.group(
    "realtime",
    epilog=exits.help_ending(
        "gvma realtime sql --create", "gvma realtime files /srv/asterisk/gvma", exits=(exits.SETTINGS,)
    ),
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


@command.command(
    "files",
    epilog=exits.help_ending("gvma realtime files /srv/asterisk/gvma", exits=(10, 12, exits.SETTINGS)),
)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False, readable=False))
@click.pass_obj
def files(invocation: Invocation, folder: Path) -> None:
    """Write the files that every Asterisk host includes once, into FOLDER.

    gvma-extconfig.conf and gvma-sorcery.conf name the tables, gvma-pjsip.conf lets SIP Server in, gvma-extensions.conf
    has [GVMA], gvma-voicemail.conf makes Asterisk look for messages that another host has left. No mailbox and no
    secret stands in them; they change with the settings, and with `routing = yes` with the DNs, for which
    Configuration Server is asked. Beside them lie samples of the connection to the database (*.sample).
    """
    from gvma.configserver.fetch import fetch_answers  # noqa: PLC0415  (start-up)
    from gvma.settings.lacking import lacking  # noqa: PLC0415
    from gvma.sinks.addresses import look_up, require  # noqa: PLC0415
    from gvma.sinks.realtime.nodes.node_files import connection_samples, node_files  # noqa: PLC0415
    from gvma.sinks.realtime.nodes.node_folder import leave_note, wanted_by_nodes, write_node_files  # noqa: PLC0415

    loaded = invocation.loaded(without=("cfgserver", "media"))
    if loaded.settings.gvma.routing:
        loaded = invocation.loaded(without=("media",))
    for lack in lacking(loaded, ("gvma_settings",)):
        raise lack
    settings = loaded.settings
    if settings.gvma.sink != REALTIME:
        raise SettingsError(
            "sink is not realtime in [gvma_settings]",
            hint="Nothing was written. Set it, with realtime_dsn and the other keys of many hosts.",
        )
    require(look_up(settings.gvma), settings.gvma)
    answers = fetch_answers(settings, None) if settings.gvma.routing else None
    wanted = wanted_by_nodes(settings.gvma, answers)
    texts = node_files(wanted, settings.gvma, time.strftime("%a %b %d %H:%M:%S %Y"))
    changed = write_node_files(folder, {**texts, **connection_samples(settings.gvma)})
    leave_note(wanted, settings.gvma, folder)
    output = invocation.output
    for odd in loaded.warnings:
        output.warn(odd)
    for warning in wanted.warnings:
        output.warn(warning)
    shown = [{"path": str(path), "changed": new} for path, new in changed.items()]
    output.result("realtime files", "changed" if any(changed.values()) else "ok", files=shown)
    if not output.quiet:
        for path, new in changed.items():
            output.line(f"{path}: {'written' if new else 'unchanged'}")
