"""The HTTP server of the media server's figures: ``/metrics``, ``/status.json`` and ``/healthz``.

It runs in threads of its own, so that a slow reader delays no call.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from gvma.agi.figures.counting import Figures
from gvma.errors import SettingsError
from gvma.settings.model import Address

# A reader has so long for a whole request; and so many readers are answered at once.
_SECONDS = 10.0
_READERS = 8

Page = tuple[str, bytes]


class FiguresServer:
    """Serves figures over HTTP until it is closed.

    address: port 0: a free port. Raises SettingsError where the port cannot be had.
    """

    def __init__(self, figures: Figures, address: Address) -> None:
        registry = CollectorRegistry()
        registry.register(figures)
        pages: dict[str, Callable[[], Page]] = {
            "/metrics": lambda: (CONTENT_TYPE_LATEST, generate_latest(registry)),
            "/status.json": lambda: ("application/json", json.dumps(figures.status()).encode()),
            "/healthz": lambda: ("text/plain; charset=utf-8", b"ok\n"),
        }
        try:
            self._server = _Server((address.host, address.port), pages)
        except OSError as error:
            raise SettingsError(
                f"cannot listen there: {error.strerror or error}",
                where=f"metrics of [media], {address}",
                hint="No call is served. Set metrics to a free port of this host, or leave it empty.",
            ) from None
        self._thread = threading.Thread(target=self._server.serve_forever, name="figures", daemon=True)
        self._thread.start()

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return Address(str(host), port)

    def close(self) -> None:
        """Stop listening. A reader that is being answered is cut off."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingMixIn, TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], pages: dict[str, Callable[[], Page]]) -> None:
        self.pages = pages
        self._readers = threading.BoundedSemaphore(_READERS)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Request)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for each reader; one too many is dropped."""
        if self._readers.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one reader, who is cut off when its time is over, however slowly it sends or reads."""
        limit = threading.Timer(_SECONDS, _cut_off, (request,))
        limit.daemon = True
        limit.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            limit.cancel()
            self._readers.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a reader that is gone is no fault of the server."""


class _Request(BaseHTTPRequestHandler):
    server: _Server
    server_version = "gvma"
    sys_version = ""

    def do_GET(self) -> None:
        page = self.server.pages.get(urlsplit(self.path).path)
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content_type, body = page()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a scrape each few seconds is no news."""


def _cut_off(request: socket.socket) -> None:
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)
