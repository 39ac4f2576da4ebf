"""The simulated Configuration Server: HTTP and SOAP around the objects of a file.

It follows the packaged contract, serves only the objects of its file, and changes nothing.
"""

from __future__ import annotations

import hmac
import socket
import struct
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from xml.etree import ElementTree

from gvma.configserver.simulator.answers import NAMESPACE, TreeFile, answer, fault
from gvma.errors import ConfigServerError

SAMPLE = Path(__file__).with_name("sample.xml")

_WSDL = Path(__file__).parents[1] / "soap" / "configserver.wsdl"
_WSDL_LOCATION = b"http://127.0.0.1:8080/"
_MAX_REQUEST = 1024 * 1024


class Simulator:
    """Answers queries from an XML file, which is read again whenever it changes.

    path: the file, nested or flat; None: the packaged sample.
    username, password: the Basic credentials that are required; without username anyone may ask.
    shape: ``a`` (bare numbers), ``a-ids`` (id strings), ``b``.
    fail: one of FAILURES or None; may be set at any time, also while serving.
    delay: seconds that ``fail = "delay"`` waits before the answer.
    received: the queries so far, as they came.
    """

    def __init__(  # noqa: PLR0913  (keywords, each a switch of the simulation)
        self,
        path: Path | None = None,
        *,
        username: str = "",
        password: str = "",
        shape: str = "a",
        fail: str | None = None,
        delay: float = 60.0,
    ) -> None:
        self.shape = shape
        self.fail = fail
        self.delay = delay
        self.received: list[str] = []
        self._tree = TreeFile(path or SAMPLE)
        self._reading = Lock()
        self._leaving = Event()
        self._wanted = b"Basic " + b64encode(f"{username}:{password}".encode()) if username else b""

    @contextmanager
    def serve(self, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
        """Serve in a thread until the block ends; gives the URL. Port 0: any free port.

        Raises ExportFileError if the file cannot be read, OSError if it cannot listen on the port.
        """
        self._tree.objects()
        self._leaving.clear()
        server = _Server((host, port), self)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{host}:{server.server_address[1]}/"
        finally:
            self._leaving.set()
            server.shutdown()
            server.hang_up()
            server.server_close()
            thread.join()

    def admits(self, authorization: str) -> bool:
        """Whether this ``Authorization`` header has the right credentials."""
        return not self._wanted or hmac.compare_digest(authorization.encode(), self._wanted)

    def answer_to(self, request: bytes) -> tuple[int, bytes]:
        """HTTP status and body for a SOAP request, without a simulated failure."""
        query = _query_in(request)
        if query is None:
            return 500, fault("BadRequest", f"the request has no {{{NAMESPACE}}}xpath")
        self.received.append(query)
        try:
            with self._reading:
                objects = self._tree.select(query)
        except ConfigServerError as error:
            return 500, fault(error.code, error.message)
        return 200, answer([] if self.fail == "empty" else objects, self.shape)

    def pause(self) -> None:
        """Wait as long as ``delay`` says, or until serving ends."""
        self._leaving.wait(self.delay)


def _query_in(request: bytes) -> str | None:
    if b"<!DOCTYPE" in request:
        return None
    try:
        # At most a mebibyte, and no DTD.
        element = ElementTree.fromstring(request).find(f".//{{{NAMESPACE}}}xpath")  # noqa: S314
    except (ElementTree.ParseError, ValueError):
        return None
    return None if element is None else element.text or ""


class _Server(ThreadingHTTPServer):
    """Knows its connections and their threads, so that none outlives it."""

    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        self.simulator = simulator
        self._open: set[socket.socket] = set()
        self._handlers: list[Thread] = []
        super().__init__(address, _Handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return self.simulator.fail != "refuse"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection; where the system has none left, the connection is closed."""
        handler = Thread(target=self.process_request_thread, args=(request, client_address))
        self._open.add(request)
        handler.start()
        self._handlers = [one for one in self._handlers if one.is_alive()]
        self._handlers.append(handler)

    def server_close(self) -> None:
        """Stop listening, and wait for the threads."""
        super().server_close()
        for handler in self._handlers:
            handler.join()

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        if self.simulator.fail == "refuse":
            # Closed with a reset, as if nobody was listening.
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep open."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that disconnects is not an error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds between two reads of a request
    server: _Server

    def do_GET(self) -> None:
        if self.path.lower().endswith("?wsdl"):
            host, port = self.server.server_address[:2]
            here = f"http://{host!s}:{port}/".encode()
            self._reply(200, _WSDL.read_bytes().replace(_WSDL_LOCATION, here))
        else:
            self._reply(404, b"The contract is at ?wsdl; queries are posted.\n", "text/plain")

    def do_POST(self) -> None:
        simulator = self.server.simulator
        request = self._request()
        if simulator.fail == "refuse":  # also on a connection that was open before
            self.close_connection = True
            return
        if request is None:
            self.close_connection = True
            self._reply(413, b"", "text/plain")
            return
        if simulator.fail == "401" or not simulator.admits(self.headers.get("Authorization", "")):
            self._reply(401, b"", "text/plain", {"WWW-Authenticate": 'Basic realm="gvma simulator"'})
        elif simulator.fail == "500":
            self._reply(500, b"<html><body>Internal Server Error</body></html>", "text/html")
        elif simulator.fail == "fault":
            self._reply(500, fault("SimulatedFault", "the simulator is set to answer with a fault"))
        else:
            if simulator.fail == "delay":
                simulator.pause()
            self._answer(*simulator.answer_to(request))

    def _answer(self, status: int, body: bytes) -> None:
        fail = self.server.simulator.fail
        if fail == "malformed":
            body = body.replace(b"</result>", b"</resul>")
        if fail != "truncate":
            self._reply(status, body)
            return
        self._head(status, len(body), "text/xml; charset=utf-8", {})
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def _request(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > len(str(_MAX_REQUEST)) or int(length) > _MAX_REQUEST:
            return None
        return self.rfile.read(int(length))

    def _reply(
        self, status: int, body: bytes, kind: str = "text/xml; charset=utf-8", headers: dict[str, str] | None = None
    ) -> None:
        self._head(status, len(body), kind, headers or {})
        self.wfile.write(body)

    def _head(self, status: int, length: int, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing; ``received`` has the queries."""
