"""The servers that bench_agi measures: ``python -m tests.bench.load.agi_servers NAME PORT``.

``gvma`` answers the route ``raw`` with the exchange that every AGI library is measured by, and the real
call flows beside it; ``gvma_counts`` counts for /metrics as well; ``panoramisk`` answers the raw exchange.
``-uvloop`` behind a name: on uvloop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial

import uvloop
from panoramisk import fast_agi

from gvma.agi.figures.counting import Figures
from gvma.agi.routes import all_routes
from gvma.agi.server import Server
from gvma.cli.logs import logging_to
from gvma.settings.model import MediaSettings, Settings
from gvma.treatments.commands import Call, CallFlow, Command

ANSWER = Command("ANSWER")
STREAM = Command("STREAM FILE", ("welcome", ""), blocking=True)
SET = Command("SET VARIABLE", ("X", "1"))
HANGUP = Command("HANGUP")


def raw(call: Call, media: MediaSettings) -> CallFlow:
    """ANSWER, STREAM FILE, SET VARIABLE, HANGUP."""
    yield ANSWER
    yield STREAM
    yield SET
    yield HANGUP
    return "played"


async def gvma(port: int, *, counts: bool = False) -> None:
    """Our server. counts: for /metrics too, as with ``metrics`` of ``[media]``."""
    media = MediaSettings(max_calls=10_000)
    server = Server(media, {"raw": raw, **all_routes()}, host="127.0.0.1", port=port)
    if counts:
        server.figures = Figures(
            server.routes, open_calls=lambda: server.open_calls, max_calls=lambda: server.max_calls
        )
    server.open()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.drain)
    # A line for each call goes to stderr, which the benchmark points at a file; none for the raw exchange,
    # since the servers that it is compared with write none.
    with logging_to(Settings(media=media), stderr=True):
        if os.environ.get("GVMA_BENCH_QUIET"):
            logging.getLogger("gvma").setLevel(logging.WARNING)
        await server.serve()


async def panoramisk(port: int) -> None:
    """panoramisk's FastAGI application."""

    async def answer(request: fast_agi.Request) -> None:
        for line in ("ANSWER", 'STREAM FILE "welcome" ""', 'SET VARIABLE "X" "1"', "HANGUP"):
            await request.send_command(line)

    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route("raw", answer)
    server = await asyncio.start_server(application.handler, "127.0.0.1", port, backlog=4096)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    server.close()


def main(name: str, port: int) -> None:
    """Serves until SIGTERM."""
    kind, _, loop = name.partition("-")
    servers: dict[str, Callable[[int], Coroutine[object, object, None]]] = {
        "gvma": gvma,
        "gvma_counts": partial(gvma, counts=True),
        "panoramisk": panoramisk,
    }
    factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.SelectorEventLoop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(servers[kind](port))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
