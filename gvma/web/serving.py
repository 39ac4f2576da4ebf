"""Serves the pages until a signal ends it."""

from __future__ import annotations

import gc
import os
import signal
import socket
from contextlib import suppress
from types import FrameType

from flask import Flask
from waitress.server import create_server

from gvma.errors import SettingsError

# waitress reads requests and writes answers in one loop, without a thread for each reader, so that a slow one delays
# nobody. A thread works on a whole request only. There are twice as many as may wait for an answer that takes long.
_THREADS = 16
# A connection that does nothing for so many seconds is dropped, within as many again.
_IDLE_SECONDS = 30
# One that sends a byte now and then stays. So many may, and the next reader waits: a process may have 1,024 files
# open where nobody has changed that. They are watched by poll, since select fails beyond the 1,024th.
_CONNECTIONS = 900
_WAITING = 1_024
# The longest request is a search for 255 letters of three bytes each, and what a browser and a proxy add.
_LARGEST_REQUEST = 16 * 1024
# Objects made before Python looks for garbage: requests leave some.
_COLLECT_AFTER = 10_000


class Serving:
    """The server, listening from the start at ``port``. Raises SettingsError where it cannot listen."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            host.encode("idna")  # create_server leaves a socket open where this fails
            listening = socket.create_server((host, port), family=family, backlog=_WAITING)
        except (OSError, UnicodeError) as error:
            raise SettingsError(
                f"cannot listen there: {_reason(error)}",
                where=f"{host} port {port}",
                hint="Nothing is served. Choose another --host or --port.",
            ) from None
        self.port: int = listening.getsockname()[1]
        self._server = create_server(
            app,
            sockets=[listening],
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            backlog=_WAITING,
            asyncore_use_poll=True,
            channel_timeout=_IDLE_SECONDS,
            cleanup_interval=_IDLE_SECONDS,
            max_request_header_size=_LARGEST_REQUEST,
            max_request_body_size=_LARGEST_REQUEST,
            ident=None,
        )

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        gc.set_threshold(_COLLECT_AFTER)
        try:
            with suppress(SystemExit):  # by which a signal ends it
                self._server.run()
        finally:
            self.close()

    def close(self) -> None:
        self._server.close()


def _reason(error: OSError | UnicodeError) -> str:
    """The system's own words, without the address that Python adds to them."""
    if isinstance(error, UnicodeError):
        return "it is no host name"
    if error.errno is None or isinstance(error, socket.gaierror):
        return error.strerror or str(error)
    return os.strerror(error.errno)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise SystemExit(0)
