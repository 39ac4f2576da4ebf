"""Stands between gvma and PostgreSQL, so that a connection can end at any message."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_BYTES = 1 << 16


@dataclass
class PostgreSQLRelay:
    """Hands bytes on, and counts what gvma sends; at number ``at`` it does what ``then`` says and cuts the connection.

    then: ``before``: PostgreSQL never has it; ``after``: PostgreSQL has it, and gvma never has the answer; a function:
    called in place of a cut, once. sent: how many times gvma has sent something, all connections together.
    """

    port_of_server: int
    at: int = 0
    then: str | Callable[[], None] = "before"
    port: int = 0
    sent: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    @contextmanager
    def serve(self) -> Iterator[PostgreSQLRelay]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                try:
                    far = socket.create_connection(("127.0.0.1", self.port_of_server))
                except OSError:
                    near.close()
                    continue
                self._open += [near, far]
                cut = threading.Event()
                for work in (self._to_server, self._to_gvma):
                    threads.append(threading.Thread(target=work, args=(near, far, cut)))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield self
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            accepting.join()
            for connection in self._open:
                _end(connection)
            for thread in threads:
                thread.join()
            for connection in self._open:
                connection.close()

    def _to_server(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        while content := _received(near):
            self.sent += 1
            if self.sent == self.at:
                if callable(self.then):
                    self.then()
                elif self.then == "before":
                    break
                else:
                    cut.set()  # the answer is waited for, and not handed on
            with suppress(OSError):
                far.sendall(content)
        if not cut.is_set():
            _end(near)
            _end(far)

    def _to_gvma(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        while content := _received(far):
            if cut.is_set():
                break
            with suppress(OSError):
                near.sendall(content)
        _end(near)
        _end(far)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(_BYTES)
    except OSError:
        return b""


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
