"""``gvma agi``: the FastAGI server as a foreground service, and what it says of its calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.errors import SettingsError

if TYPE_CHECKING:
    from gvma.agi.server import Server
    from gvma.cli.invocation import Invocation
    from gvma.evidence.model.media import MediaFigures
    from gvma.settings import Address

_HOUR = 3600
_SHOWN_FAILURES = 10


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
    for load balancers. With metrics of [media] it shows its figures over HTTP there: /metrics for Prometheus,
    /status.json, and /healthz. Without --host and --port it listens on agi_host and agi_port of [media]. Without
    a settings file every setting has its default.
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
        with _figures_at(media.metrics, server):
            run(server)
    calls = [
        {"route": route, "outcome": outcome, "count": count}
        for (route, outcome), count in sorted(server.counters.items())
    ]
    output.result("agi serve", "ok", calls=calls)


@contextmanager
def _figures_at(metrics: Address | None, server: Server) -> Iterator[None]:
    """While the block runs, the server counts, and shows its figures there. Raises SettingsError."""
    if metrics is None:
        yield
        return
    from gvma.agi.figures.counting import Figures  # noqa: PLC0415  (prometheus_client takes time to load)
    from gvma.agi.figures.serving import FiguresServer  # noqa: PLC0415

    server.figures = Figures(server.routes, open_calls=lambda: server.open_calls, max_calls=lambda: server.max_calls)
    shown = FiguresServer(server.figures, metrics)
    try:
        yield
    finally:
        shown.close()


@command.command(
    epilog=exits.help_ending(
        "gvma agi status",
        exits=(exits.SETTINGS,),
        meanings={16: "the media server does not answer", 78: "settings invalid, or metrics of [media] is not set"},
    )
)
@click.pass_obj
def status(invocation: Invocation) -> None:
    """Show the media server's open calls, the last hour, and its last failures.

    It asks the running server at metrics of [media]. The server counts since it was started.
    """
    from gvma.evidence.servers.media_figures import ask_figures  # noqa: PLC0415  (start-up)

    metrics = invocation.settings_or_default().media.metrics
    if metrics is None:
        raise SettingsError(
            "the media server shows no figures",
            where="metrics of [media]",
            hint="Set it to host:port, such as 127.0.0.1:4574, and start `gvma agi serve` again.",
        )
    figures = ask_figures(metrics)
    hour = figures.since(time.time() - _HOUR)
    output = invocation.output
    output.result("agi status", "ok", **figures.as_json())
    output.line(f"open calls: {figures.open_calls}")
    output.line(f"last hour: {hour.calls} calls, {hour.refused} refused, {hour.failed} failed")
    rows = _failure_rows(figures)
    if rows:
        output.line(f"last failures ({len(rows)} of {len(figures.failures)}):")
        output.table(rows, ("TIME", "ROUTE", "OUTCOME", "REASON", "URI", "CALL-ID"))


def _failure_rows(figures: MediaFigures) -> list[tuple[str, ...]]:
    """The newest failures, the newest first."""
    return [
        (
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(failure.time)),
            failure.route,
            failure.outcome,
            failure.reason,
            failure.uri,
            failure.call_id,
        )
        for failure in figures.failures[: -_SHOWN_FAILURES - 1 : -1]
    ]
