"""A pool of connections before PostgreSQL, as PgBouncer is one: clients get the server's sessions lent.

Each client logs in by itself, and hears of a process that is not the server's.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from tests.fakes.relays.relay import end, received

_HEAD = struct.Struct("!cI")
_FALSE_PROCESS = 424242


@dataclass
class PostgreSQLPool:
    """by_transaction: a session goes back at the end of each transaction; else its client keeps it."""

    server_port: int
    by_transaction: bool
    port: int = field(default=0, init=False)
    _idle: deque[socket.socket] = field(default_factory=deque, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)
    _sockets: list[socket.socket] = field(default_factory=list, init=False)

    def dsn(self, database: str) -> str:
        """libpq's connection string: without the questions for encryption, which are no messages."""
        return f"host=127.0.0.1 port={self.port} dbname={database} user=gvma sslmode=disable gssencmode=disable"

    @contextmanager
    def serve(self) -> Iterator[Self]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            self._start(self._accept, listener)
            try:
                yield self
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                end(*self._sockets)
                for thread in self._threads:
                    thread.join()
                for connection in self._sockets:
                    connection.close()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # at the end
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
                self._sockets += [client, server]
                self._start(self._serve_client, client, server)

    def _start(self, work: object, *arguments: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments))  # type: ignore[arg-type]
        self._threads[-1].start()

    def _serve_client(self, client: socket.socket, server: socket.socket) -> None:
        """One transaction after another, the login as the first."""
        goes_back = self._idle.appendleft  # a new session is the last one to be lent
        while _until_idle(client, server):
            if self.by_transaction:
                goes_back(server)
                goes_back = self._idle.append
                if not (asked := received(client)):
                    break
                server = self._idle.pop()
                server.sendall(asked)
        end(client)


_READY = _HEAD.pack(b"Z", 5) + b"I"


def _until_idle(client: socket.socket, server: socket.socket) -> bool:
    """Hands on in both directions until the server is ready for a new transaction; False at the end of either."""
    pending = b""
    with selectors.DefaultSelector() as waiting:
        for one in (client, server):
            waiting.register(one, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if not (content := received(key.fileobj)):  # type: ignore[arg-type]
                    return False
                if key.fileobj is client:
                    server.sendall(content)
                    continue
                messages, pending = _messages(pending + content)
                client.sendall(b"".join(messages))
                if messages and messages[-1] == _READY:
                    return True


def _messages(content: bytes) -> tuple[list[bytes], bytes]:
    """Whole messages of the server, and the beginning of the next."""
    found: list[bytes] = []
    while len(content) >= _HEAD.size:
        kind, length = _HEAD.unpack_from(content)
        if len(content) < length + 1:
            break
        message, content = content[: length + 1], content[length + 1 :]
        if kind == b"K":
            message = message[:5] + struct.pack("!I", _FALSE_PROCESS) + message[9:]
        found.append(message)
    return found, content
