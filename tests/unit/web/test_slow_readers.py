"""Readers that are slow, or never come to an end, delay nobody: the real server, over real connections."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.harness.children import child_process
from tests.harness.site import Site

SECONDS = 60
Address = tuple[str, int]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """``gvma web`` in a process of its own."""
    site = Site(tmp_path_factory.mktemp("site"))
    command = [sys.executable, "-m", "gvma", "--config", str(site.config), "web", "--port", "0"]
    with child_process(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        address = urlsplit(child.stdout.readline())
        assert address.hostname is not None
        assert address.port is not None
        yield address.hostname, address.port
        child.terminate()
    assert child.returncode == 0


def connected(stack: ExitStack, server: Address, first: bytes) -> socket.socket:
    connection = stack.enter_context(socket.create_connection(server, timeout=SECONDS))
    connection.sendall(first)
    return connection


def is_open(connection: socket.socket) -> bool:
    """Whether the server keeps the connection, and has sent nothing."""
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True


def is_answered(server: Address) -> bool:
    with urlopen(f"http://{server[0]}:{server[1]}/history", timeout=SECONDS) as answer:
        return bool(answer.read())


HEAD = f"GET /history HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: {'x' * 1000}".encode()


@pytest.mark.parametrize(
    ("first", "count"),
    [
        pytest.param(b"", 300, id="says nothing"),
        pytest.param(HEAD, 100, id="a head without an end"),
        pytest.param(
            b"GET /history HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\nx",
            100,
            id="a body without an end",
        ),
    ],
)
def test_a_reader_is_answered_while_slow_ones_stay(server: Address, first: bytes, count: int) -> None:
    with ExitStack() as stack:
        slow = [connected(stack, server, first) for _ in range(count)]
        assert is_answered(server)
        assert all(map(is_open, slow))


def test_a_reader_is_answered_while_others_do_not_read_their_answers(server: Address) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            connected(stack, server, b"GET /static/style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50)
        assert is_answered(server)


def test_a_reader_who_says_that_nothing_more_comes_still_gets_the_answer(server: Address) -> None:
    with ExitStack() as stack:
        connection = connected(stack, server, b"GET /history HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(9) == b"HTTP/1.0 "
        half = [connected(stack, server, HEAD) for _ in range(50)]
        for one in half:
            one.shutdown(socket.SHUT_WR)
        assert is_answered(server)


@pytest.mark.parametrize(
    "request_text",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 20_000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20000\r\n\r\n" + b"x" * 20_000,
    ],
    ids=["head", "body"],
)
def test_what_is_longer_than_any_request_is_refused(server: Address, request_text: bytes) -> None:
    with ExitStack() as stack:
        connection = connected(stack, server, request_text)
        assert connection.recv(12) in {b"HTTP/1.1 431", b"HTTP/1.0 431", b"HTTP/1.1 413", b"HTTP/1.0 413"}
