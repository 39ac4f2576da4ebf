"""Runs the FastAGI server in this process: its event loop, and the signals that drain it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from gvma.agi.server import Server


def run(server: Server) -> None:
    """Run an opened server to its end, on uvloop if it is installed.

    SIGTERM, SIGINT and SIGHUP drain it, a second one ends it at once; under nohup SIGHUP stays ignored.
    SIGUSR1 logs the counters."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        loop = runner.get_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, server.drain)
        loop.add_signal_handler(signal.SIGUSR1, server.log_counters)
        runner.run(server.serve())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop  # noqa: PLC0415  (an extra)
    except ImportError:
        return asyncio.SelectorEventLoop
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
