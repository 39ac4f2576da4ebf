"""HTTP connections to Configuration Server, with limits; this module knows nothing of SOAP.

No proxy and no ``.netrc`` from the environment, no redirects, the system's certificates, and one deadline for the whole
answer: a server that sends a byte now and then would keep within the limit of every single read.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from gvma import __version__

# The whole answer may take this many times the limit of one read: ten minutes by default.
TOTAL_IN_TIMEOUTS = 20


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


class BoundedAdapter(HTTPAdapter):
    """Connections that ``deadline`` watches, without retries."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As in HTTPAdapter, with connections that are watched."""
        super().init_poolmanager(*args, **kwargs)
        deadline = self._deadline

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                deadline.watch(self.sock)

        class Tls(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                deadline.watch(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class TlsPool(HTTPSConnectionPool):
            ConnectionCls = Tls

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}


class _NoRedirects(Session):
    """Follows no redirect, and does not even read its target."""

    def resolve_redirects(self, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
        return iter(())


def open_session(deadline: Deadline, *, verify: bool, ca_file: str | None) -> Session:
    """A session that takes nothing from the environment.

    verify: check the server's certificate with ca_file, else with the system's certificates (requests alone would use
    a list of its own).
    """
    session = _NoRedirects()
    session.trust_env = False
    paths = ssl.get_default_verify_paths()
    session.verify = (ca_file or paths.cafile or paths.capath or True) if verify else False
    session.headers.update({"Accept-Encoding": "gzip", "User-Agent": f"gvma/{__version__}"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, BoundedAdapter(deadline))
    return session


def post(session: Session, url: str, body: bytes, headers: dict[str, str], timeout: float) -> Response:
    """The answer to a request; only its HTTP head has been read. timeout: seconds to connect, and of each read."""
    return session.post(url, data=body, headers=headers, timeout=timeout, stream=True, allow_redirects=False)
