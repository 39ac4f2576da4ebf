"""A server over a real socket that sends what a test gives it, byte for byte: also cut, garbled or in drops."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Play = Callable[[socket.socket, threading.Event], None]


@dataclass
class Heard:
    """What came in. requests: head and body of each request, as bytes."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)


def http(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer. length: what Content-Length says, where it is to lie."""
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/xml",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def sending(answer: bytes) -> Play:
    """Send this and close."""

    def play(connection: socket.socket, _leaving: threading.Event) -> None:
        connection.sendall(answer)

    return play


def dripping(head: bytes, drop: bytes, seconds: float) -> Play:
    """Send the head, then a drop every so often, for ever."""

    def play(connection: socket.socket, leaving: threading.Event) -> None:
        connection.sendall(head)
        while not leaving.wait(seconds):
            connection.sendall(drop)

    return play


@contextmanager
def server(play: Play, tls: ssl.SSLContext | None = None, *, listens: bool = True) -> Iterator[Heard]:
    """Take connections until the block is left, and play the same on each; everything is closed then.

    listens: wait for the request first.
    """
    leaving = threading.Event()
    heard = Heard()
    listener = socket.create_server(("127.0.0.1", 0))
    heard.url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}/"
    threads: list[threading.Thread] = []
    connections: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            threads.append(threading.Thread(target=answer, args=(connection,)))
            threads[-1].start()

    def answer(connection: socket.socket) -> None:
        with suppress(OSError):
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
        with connection, suppress(OSError):
            if listens:
                heard.requests.append(_request(connection))
            play(connection, leaving)

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield heard
    finally:
        leaving.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def _request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536) or _gone()
    head, _, body = request.partition(b"\r\n\r\n")
    wanted = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < wanted:
        piece = connection.recv(65536) or _gone()
        body += piece
        request += piece
    return request


def _gone() -> bytes:
    raise ConnectionError("the client went away")
