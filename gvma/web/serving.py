"""Serves the pages until a signal ends it."""

from __future__ import annotations

import signal
import socket
from contextlib import suppress
from types import FrameType

from flask import Flask
from waitress.server import create_server

from gvma.errors import SettingsError

# A reader whose connection does nothing for so many seconds is dropped. waitress reads and writes without a thread
# for each reader, so that a slow one delays nobody.
_IDLE_SECONDS = 30
_THREADS = 4
_CONNECTIONS = 200
_LARGEST_REQUEST = 16 * 1024


class Serving:
    """The server, listening from the start at ``port``. Raises SettingsError where it cannot listen."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listening = socket.create_server((host, port), family=family)
        except OSError as error:
            raise SettingsError(
                f"cannot listen there: {error.strerror or error}",
                where=f"{host} port {port}",
                hint="Nothing is served. Choose another --host or --port.",
            ) from None
        self.port: int = listening.getsockname()[1]
        self._server = create_server(
            app,
            sockets=[listening],
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            channel_timeout=_IDLE_SECONDS,
            max_request_header_size=_LARGEST_REQUEST,
            max_request_body_size=_LARGEST_REQUEST,
            ident=None,
        )

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        try:
            with suppress(SystemExit):  # by which a signal ends it
                self._server.run()
        finally:
            self.close()

    def close(self) -> None:
        self._server.close()


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise SystemExit(0)
