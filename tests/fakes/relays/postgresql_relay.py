"""Stands between gvma and PostgreSQL, so that a connection can end at any message."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.fakes.relays.relay import Relay, end, received


@dataclass
class PostgreSQLRelay(Relay):
    """Hands bytes on, and counts what gvma sends; at number ``at`` it does what ``then`` says and cuts the connection.

    then: ``before``: PostgreSQL never has it; ``after``: PostgreSQL has it, and gvma never has the answer; a function:
    called in place of a cut, once. sent: how many times gvma has sent something, all connections together.
    """

    at: int = 0
    then: str | Callable[[], None] = "before"
    sent: int = 0

    def to_server(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        while content := received(near):
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
            end(near, far)

    def to_gvma(self, near: socket.socket, far: socket.socket, cut: threading.Event) -> None:
        while content := received(far):
            if cut.is_set():
                break
            with suppress(OSError):
                near.sendall(content)
        end(near, far)
