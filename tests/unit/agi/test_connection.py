"""One FastAGI connection over a real socket: what it reads at once, and that it leaves nothing open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import pytest
import uvloop

from gvma.agi.connection import Connection
from gvma.agi.server import Server
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow, Command, Note
from tests.unit.agi.running import PREAMBLE

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


class OneQuestionServer:
    """Stands in for the server: asks one variable of the call and keeps its value."""

    preamble_seconds: float = 30.0
    command_seconds: float = 30.0
    value: str | None = None
    has_ended = False

    def begin_flow(self, call: Call) -> CallFlow:
        reply = yield Command("GET FULL VARIABLE", ("${X}",))
        self.value = reply.text if reply else None
        return "asked"

    def log_note(self, call: Call, note: Note) -> None:
        raise AssertionError(note)

    def ended(self, connection: Connection) -> None:
        self.has_ended = True


@pytest.mark.parametrize("size", [*range(400, 480), 8192, 60_000])
def test_a_long_value_with_a_parenthesis_before_each_line_end_comes_back_whole(size: int) -> None:
    server = OneQuestionServer()
    ours, asterisk = socket.socketpair()
    with ours, asterisk:
        connection = Connection(server, ours, ("127.0.0.1", 1))
        asterisk.sendall(PREAMBLE % b"x")
        connection.readable()
        value = ("x)\n" * size)[:size]
        asterisk.sendall(b"200 result=1 (" + value.encode() + b")\n")
        connection.readable()
        assert server.value == value
        assert server.has_ended


def test_an_answer_that_lies_ready_when_its_deadline_has_passed_is_taken() -> None:
    """As after a stop of the server's own host: the peer was in time."""
    server = OneQuestionServer()
    server.command_seconds = 0.0
    ours, asterisk = socket.socketpair()
    with ours, asterisk:
        connection = Connection(server, ours, ("127.0.0.1", 1))
        asterisk.sendall(PREAMBLE % b"x")
        connection.readable()
        asterisk.sendall(b"200 result=1 (in time)\n")
        assert connection.is_late(monotonic())
        connection.end_late()
        assert server.value == "in time"
        assert connection.driver.outcome == "asked"


def music(call: Call, media: MediaSettings) -> CallFlow:
    yield Command("STREAM FILE", ("music", ""), blocking=True)
    return "played"


async def _cancelled(server: Server) -> bytes:
    """The line that a call gets from a server that is cancelled meanwhile."""
    host, port = server.addresses[0]
    serving = asyncio.create_task(server.serve())
    lines, asterisk = await asyncio.open_connection(host, port)
    asterisk.write(PREAMBLE % b"music")
    assert await lines.readline() == b'STREAM FILE "music" ""\n'
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    last = await lines.readline()
    asterisk.close()
    return last


@pytest.mark.parametrize("factory", [asyncio.SelectorEventLoop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_server_that_is_cancelled_in_mid_call_listens_no_more(factory: LoopFactory) -> None:
    server = Server(MediaSettings(), {"music": music}, host="127.0.0.1", port=0)
    server.open()
    with asyncio.Runner(loop_factory=factory) as runner:
        assert runner.run(_cancelled(server)).startswith(b"failure")
    assert server.addresses == []
