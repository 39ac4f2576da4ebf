"""One FastAGI connection: it passes bytes to the call's driver and back, and knows the current deadline.

It never waits. The server calls it when bytes have come, and when its deadline has passed. It has no buffer
for writing: an AGI server sends one short line at a time, so a peer that lets the kernel's buffer fill does
not read, and its call ends as if the caller had hung up.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from time import monotonic
from typing import Protocol

from gvma.agi.driver import CallDriver
from gvma.agi.protocol import AgiProtocolError
from gvma.treatments.commands import Call, CallFlow, Note

_PREAMBLE_BYTES = 8192
# Most replies fit, and a small read costs Python the least; the rest of a longer reply is read at once.
_REPLY_BYTES = 448
_LONG_REPLY_BYTES = 65536
_READ = socket.MSG_DONTWAIT
_WRITE = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL


class CallServer(Protocol):
    """What a connection needs of its server."""

    preamble_seconds: float
    command_seconds: float

    def begin_flow(self, call: Call) -> CallFlow:
        """The call flow for a preamble; raises UnknownRouteError."""

    def log_note(self, call: Call, note: Note) -> None:
        """Log a line that a call flow has yielded."""

    def ended(self, connection: Connection) -> None:
        """Called once, when a connection has ended and before its socket is closed."""


class Connection:
    """One peer, from accept to close. peer: host and port. opened: when it was accepted, on the monotonic clock."""

    __slots__ = ("_ended", "_last_read", "_server", "driver", "opened", "peer", "sock")

    def __init__(self, server: CallServer, sock: socket.socket, peer: tuple[str, int]) -> None:
        self._server = server
        self._ended = False
        self.sock = sock
        self.peer = peer
        self.opened = self._last_read = monotonic()
        self.driver = CallDriver(server.begin_flow, server.log_note)

    def readable(self) -> None:
        """Read: the peer has written or closed, or is lost."""
        driver = self.driver
        try:
            received = self.sock.recv(_PREAMBLE_BYTES if driver.call is None else _REPLY_BYTES, _READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # reset, or its host is gone
            received = b""
        if len(received) == _REPLY_BYTES:
            received += self._rest_of_reply()
        try:
            out = driver.receive(received)
        except AgiProtocolError as error:
            self.end("junk" if driver.call is None else "protocol-error", error)
            return
        except Exception as error:  # an internal error ends this call and no other
            self.end("error", error)
            return
        if out:
            self._write(out)
        if driver.outcome is None:
            self._last_read = monotonic()
        else:
            self._close()

    def is_late(self, now: float) -> bool:
        """Whether the current deadline has passed; there is none while a command may block."""
        driver = self.driver
        if driver.call is None:
            return now >= self.opened + self._server.preamble_seconds
        return not driver.blocking and now >= self._last_read + self._server.command_seconds

    def end(self, outcome: str, error: Exception | None = None) -> None:
        """End the call from our side, so that AGISTATUS says FAILURE."""
        if not self._ended:
            self._write(self.driver.stop(outcome, error))
            self._close()

    def end_late(self) -> None:
        """End a call whose deadline has passed, unless its bytes lie ready: this process may itself have been late."""
        if not self._ended:
            self.readable()
        if not self._ended and self.is_late(monotonic()):
            self.end("preamble-timeout" if self.driver.call is None else "command-timeout")

    def _rest_of_reply(self) -> bytes:
        try:
            return self.sock.recv(_LONG_REPLY_BYTES, _READ)
        except OSError:  # no more bytes; if the connection is broken, the next read says so
            return b""

    def _write(self, line: bytes) -> None:
        try:
            sent = self.sock.send(line, _WRITE)
        except OSError:  # the peer has gone, or reads nothing
            sent = 0
        if sent < len(line):
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RD)  # the next read finds the connection closed

    def _close(self) -> None:
        self._ended = True
        try:
            self._server.ended(self)
        finally:
            self.sock.close()
