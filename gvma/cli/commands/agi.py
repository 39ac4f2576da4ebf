"""``gvma agi serve``: the FastAGI server as a foreground service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation


@click.group("agi", epilog=exits.help_ending("gvma agi serve --host 127.0.0.1 --port 4573", exits=(exits.SETTINGS,)))
def command() -> None:
    """Serve media calls to Asterisk over FastAGI."""


@command.command(
    epilog=exits.help_ending(
        "gvma agi serve",
        "gvma --config /etc/gvma/gvma_asterisk76.cfg agi serve --host 10.1.2.3 --port 4573",
        exits=(exits.SETTINGS,),
    )
)
@click.option("--host", metavar="HOST", help="Listen on this name or address.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), metavar="PORT", help="Listen on this TCP port.  [default: 4573]")
@click.pass_obj
def serve(invocation: Invocation, host: str | None, port: int | None) -> None:
    """Answer Asterisk's FastAGI calls until SIGTERM.

    The server stays in the foreground and logs to stderr, and to log_file if the settings name one. On SIGTERM or
    SIGHUP it refuses new calls at once, lets open calls go on for at most drain_seconds (a second signal ends
    them), and exits with 0. On SIGUSR1 it logs the number of calls by route and outcome. agi://host/health is
    for load balancers. Without --host and --port it listens on agi_host and agi_port of [media]. Without a
    settings file every setting has its default.
    """
    from gvma.agi.routes import all_routes  # noqa: PLC0415  (start-up)
    from gvma.agi.run import run  # noqa: PLC0415
    from gvma.agi.server import Server  # noqa: PLC0415
    from gvma.cli.logs import logging_to  # noqa: PLC0415

    settings = invocation.settings_or_default()
    media = settings.media
    output = invocation.output
    server = Server(
        media,
        all_routes(),
        host=media.agi_host if host is None else host,
        port=media.agi_port if port is None else port,
    )
    with logging_to(settings, verbosity=output.verbosity, stderr=not output.quiet):
        server.open()
        run(server)
    calls = [
        {"route": route, "outcome": outcome, "count": count}
        for (route, outcome), count in sorted(server.counters.items())
    ]
    output.result("agi serve", "ok", calls=calls)
