"""Stands between gvma and Asterisk's AMI, so that a connection can end at any action."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Hands bytes on between gvma and Asterisk until gvma sends ``at``; then does what ``then`` says.

    then: ``close`` (before Asterisk hears it), ``cut`` (in the middle of the answer), ``silence``.
    times: on how many connections. seen: the actions that gvma sent.
    """

    asterisk_port: int
    at: bytes = b""
    then: str = "close"
    times: int = 1000
    seen: list[bytes] = field(default_factory=list)
    port: int = 0

    @contextmanager
    def serve(self) -> Iterator[Relay]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        threads: list[threading.Thread] = []
        connections: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                far = socket.create_connection(("127.0.0.1", self.asterisk_port))
                connections.extend((near, far))
                cut = threading.Event()
                for work in (self._to_asterisk, self._to_gvma):
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
            for connection in connections:
                _end(connection)
            for thread in threads:
                thread.join()
            for connection in connections:
                connection.close()

    def _to_asterisk(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        heard = b""
        with suppress(OSError):
            while piece := near.recv(65536):
                heard += piece
                *actions, heard = heard.split(b"\r\n\r\n")
                self.seen.extend(actions)
                if self.at and self.times and any(self.at in action for action in actions):
                    self.times -= 1
                    if self.then == "close":
                        break
                    if self.then == "silence":
                        continue
                    cut.set()
                far.sendall(b"".join(action + b"\r\n\r\n" for action in actions))
        _end(near)
        _end(far)

    def _to_gvma(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        with suppress(OSError):
            while piece := far.recv(65536):
                if cut.is_set():
                    near.sendall(piece[:25])
                    break
                near.sendall(piece)
        _end(near)
        _end(far)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
