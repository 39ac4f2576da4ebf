"""Stands between gvma and a server, so that a connection can end at any moment that a subclass chooses."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Relay(ABC):
    """Hands bytes on between gvma and a server on this host. port: where gvma connects, while it serves."""

    server_port: int
    port: int = field(default=0, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)
    _connections: list[socket.socket] = field(default_factory=list, init=False)

    @abstractmethod
    def to_server(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        """Hand on what gvma sends until one of both ends closes. near: gvma. cut: of this connection, for to_gvma."""

    @abstractmethod
    def to_gvma(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        """Hand on what the server sends, until one of both ends closes."""

    @contextmanager
    def serve(self) -> Iterator[Self]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        accepting = threading.Thread(target=self._accept, args=(listener,))
        accepting.start()
        try:
            yield self
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            accepting.join()
            end(*self._connections)
            for thread in self._threads:
                thread.join()
            for connection in self._connections:
                connection.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:  # closed
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                near.close()
                continue
            self._connections += [near, far]
            cut = threading.Event()
            for work in (self.to_server, self.to_gvma):
                self._threads.append(threading.Thread(target=work, args=(near, far, cut)))
                self._threads[-1].start()


def received(connection: socket.socket) -> bytes:
    """The next bytes; none at the end of the connection, however it ended."""
    try:
        return connection.recv(1 << 16)
    except OSError:
        return b""


def end(*connections: socket.socket) -> None:
    """Close both directions; whoever reads there sees the end."""
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
