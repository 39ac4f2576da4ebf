"""``gvma web``: the pages as a foreground service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvma.cli import exits

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation


@click.command(
    "web",
    epilog=exits.help_ending("gvma web", "gvma web --port 8580", exits=(exits.SETTINGS,)),
)
@click.option("--host", metavar="HOST", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    default=8580,
    show_default=True,
    help="Listen on this port.",
)
@click.pass_obj
def command(invocation: Invocation, host: str, port: int) -> None:
    """Show the site on web pages, for reading only, until SIGTERM.

    The pages show what status, check, explain, history and agi status say. No PIN and no secret is on them. The
    server listens on this host alone; on another address only where password_file of [web] makes readers log in,
    and then behind the site's own proxy for TLS.
    """
    from gvma.cli.logs import logging_to  # noqa: PLC0415  (start-up)
    from gvma.web.app import create_app  # noqa: PLC0415
    from gvma.web.facts import Facts  # noqa: PLC0415
    from gvma.web.guard import account_of, refuse_open_address  # noqa: PLC0415
    from gvma.web.serving import Serving  # noqa: PLC0415

    settings, output = invocation.settings(without=("cfgserver", "media")), invocation.output
    refuse_open_address(host, settings)
    facts = Facts(invocation.config)
    app = create_app(facts, hosts=(host, *settings.web.hosts), account=account_of(settings.web))
    with logging_to(settings, verbosity=output.verbosity, stderr=not output.quiet):
        server = Serving(app, host, port)
        output.result("web", "ok")
        output.line(f"http://{f'[{host}]' if ':' in host else host}:{server.port}/")
        output.stdout.flush()
        facts.begin()
        server.run()
