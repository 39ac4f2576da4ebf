"""HTTP connections to Configuration Server, with limits; this module knows nothing of SOAP.

It is the standard library's http.client, whose import takes a third of that of a larger one: start-up is measured.
No proxy and no ``.netrc`` from the environment, no redirects, the system's certificates, and one deadline for the whole
answer: a server that sends a byte now and then would keep within the limit of every single read.
"""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, HTTPSConnection
from threading import Timer
from typing import NamedTuple, Self
from urllib.parse import quote, urlsplit

from gvma import __version__

# The whole answer may take this many times the limit of one read: ten minutes by default.
TOTAL_IN_TIMEOUTS = 20
OK = 200
FAILURES = (HTTPException, OSError)
"""What a connection raises when a request or an answer fails."""
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": f"gvma/{__version__}"}
# All that RFC 3986 lets stand in a path and a query, and the sign of what is quoted already.
_NOT_QUOTED = "!#$%&'()*+,/:;=?@[]~"


class Deadline:
    """Ends a connection that takes too long.

    passed: it has ended one. opened: number of connections so far.
    """

    def __init__(self) -> None:
        self.passed = False
        self.opened = 0
        self._socket: socket.socket | None = None

    def watch(self, opened: socket.socket) -> None:
        """Watch this connection instead of the one before."""
        self.opened += 1
        self._socket = opened

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """While the block runs, the connection ends after so many seconds, and reads see its end."""
        self.passed = False
        timer = Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            try:
                # Not SSLSocket.shutdown: that would also remove the TLS object while another thread reads from it.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return  # already closed


class Response:
    """An answer of which only the HTTP head has been read."""

    def __init__(self, connection: HTTPConnection, answer: HTTPResponse) -> None:
        self._connection = connection
        self._answer = answer
        self.status: int = answer.status
        self.headers: HTTPMessage = answer.headers

    def pieces(self, size: int) -> Iterator[bytes]:
        """The body as it was sent, at most so many bytes at a time. Raises one of FAILURES, or ValueError."""
        while piece := self._answer.read(size):
            yield piece
        if self._answer.length:
            raise HTTPException("the body is shorter than its Content-Length")

    def close(self) -> None:
        """The connection stays open for the next request only where the whole answer was read."""
        whole = self._answer.isclosed() and not self._answer.length
        self._answer.close()
        if not whole:
            self._connection.close()


class _Origin(NamedTuple):
    """Whom a connection leads to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        parts = urlsplit(url)
        usual = HTTPSConnection.default_port if parts.scheme == "https" else HTTPConnection.default_port
        return cls(parts.scheme, parts.hostname or "", parts.port or usual)


class Session:
    """One connection at a time, kept open from request to request, that ``deadline`` watches.

    verify: check the server's certificate with ca_file, else with the system's certificates. timeout: seconds to
    connect, and of each read.
    """

    def __init__(self, deadline: Deadline, *, verify: bool, ca_file: str | None, timeout: float) -> None:
        self._deadline = deadline
        self._verify = verify
        self._ca_file = ca_file
        self._timeout = timeout
        self._credentials: dict[_Origin, str] = {}
        self._origin: _Origin | None = None
        self._connection: HTTPConnection | None = None

    def log_in(self, url: str, username: str, password: str) -> None:
        """Requests to the server of ``url``, and to no other, have these credentials (HTTP Basic)."""
        pair = b64encode(f"{username}:{password}".encode()).decode()
        self._credentials[_Origin.of(url)] = f"Basic {pair}"

    def get(self, url: str) -> Response:
        """Raises one of FAILURES, as does ``post``."""
        return self._ask("GET", url, None, {})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        return self._ask("POST", url, body, headers)

    def close(self) -> None:
        """Close the connection; another request opens a new one."""
        if self._connection is not None:
            self._connection.close()

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
        origin, parts = _Origin.of(url), urlsplit(url)
        target = quote(f"{parts.path or '/'}?{parts.query}".removesuffix("?"), safe=_NOT_QUOTED)
        sent = {**_HEADERS, **headers}
        if origin in self._credentials:
            sent["Authorization"] = self._credentials[origin]
        connection = self._connected_to(origin)
        try:
            with suppress(BrokenPipeError):  # the server may have answered before it had read everything
                connection.request(method, target, body, sent)
            answer = connection.getresponse()
            if len(set(answer.headers.get_all("Content-Length", ()))) > 1:
                raise HTTPException("two lengths of one body")
        except BaseException:
            connection.close()
            raise
        return Response(connection, answer)

    def _connected_to(self, origin: _Origin) -> HTTPConnection:
        """An open connection; the one before where it leads there, and is still open."""
        if self._connection is None or self._origin != origin:
            self.close()
            self._origin, self._connection = origin, self._made(origin)
        is_open = self._connection.sock is not None
        if not is_open:
            try:
                self._connection.connect()
            except UnicodeError:  # of a name that cannot be one in DNS
                raise socket.gaierror(socket.EAI_NONAME, "no host name") from None
            self._deadline.watch(self._connection.sock)
        return self._connection

    def _made(self, origin: _Origin) -> HTTPConnection:
        if origin.scheme != "https":
            return HTTPConnection(origin.host, origin.port, timeout=self._timeout)
        context = ssl.create_default_context(cafile=self._ca_file if self._verify else None)
        context.hostname_checks_common_name = False
        if not self._verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return HTTPSConnection(origin.host, origin.port, timeout=self._timeout, context=context)
