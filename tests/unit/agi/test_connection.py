"""One FastAGI connection over a real socket: what it reads at once, and that it leaves nothing open."""

from __future__ import annotations

import socket

import pytest

from gvma.agi.connection import Connection
from gvma.treatments.commands import Call, CallFlow, Command, Note
from tests.unit.agi.running import PREAMBLE


class Asked:
    """Stands for the server: asks one variable of the call and keeps its value."""

    preamble_seconds = command_seconds = 30.0
    value: str | None = None
    ended = False

    def begin(self, call: Call) -> CallFlow:
        reply = yield Command("GET FULL VARIABLE", ("${X}",))
        self.value = reply.text if reply else None
        return "asked"

    def note(self, call: Call, note: Note) -> None:
        raise AssertionError(note)

    def over(self, connection: Connection) -> None:
        self.ended = True


@pytest.mark.parametrize("size", [*range(400, 480), 8192, 60_000])
def test_a_long_value_with_a_parenthesis_before_each_line_end_comes_back_whole(size: int) -> None:
    asked = Asked()
    ours, asterisk = socket.socketpair()
    with ours, asterisk:
        connection = Connection(asked, ours)
        asterisk.sendall(PREAMBLE % b"x")
        connection.readable()
        value = ("x)\n" * size)[:size]
        asterisk.sendall(b"200 result=1 (" + value.encode() + b")\n")
        connection.readable()
        assert asked.value == value
        assert asked.ended
