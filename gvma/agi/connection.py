"""One FastAGI connection: bytes to the call's driver and back, and the deadline that holds now.

It never waits: it is called when bytes are there, and by the server's sweep when its deadline has passed.
No buffer for writing: an AGI server has one short line on its way, so a peer that lets the kernel's buffer
fill does not read, and counts as gone.
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
# A reply is short, and what is shorter than this costs Python the least. The rest of a longer one is read at once.
_REPLY_BYTES = 448
_LONG_REPLY_BYTES = 65536
_READ = socket.MSG_DONTWAIT
_WRITE = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL


class Owner(Protocol):
    """What a connection needs of the server that it belongs to."""

    preamble_seconds: float
    command_seconds: float

    def begin(self, call: Call) -> CallFlow:
        """The call flow for a preamble; raises UnknownRouteError."""

    def note(self, call: Call, note: Note) -> None:
        """A line for the log from a call flow."""

    def over(self, connection: Connection) -> None:
        """The last word of a connection, its socket still open; called once."""


class Connection:
    """One peer, from accept to close."""

    __slots__ = ("_heard", "_over", "_owner", "driver", "since", "sock")

    def __init__(self, owner: Owner, sock: socket.socket) -> None:
        self._owner = owner
        self._over = False
        self.sock = sock
        self.since = self._heard = monotonic()
        self.driver = CallDriver(owner.begin, owner.note)

    def readable(self) -> None:
        """The peer has written or closed, or is lost."""
        driver = self.driver
        try:
            received = self.sock.recv(_PREAMBLE_BYTES if driver.call is None else _REPLY_BYTES, _READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # reset, or its host is gone
            received = b""
        if len(received) == _REPLY_BYTES:
            received += self._rest()
        try:
            out = driver.receive(received)
        except AgiProtocolError as error:
            self.end("junk" if driver.call is None else "protocol-error", error)
            return
        except Exception as error:  # a defect of ours ends this call, and no other
            self.end("error", error)
            return
        if out:
            self._write(out)
        if driver.outcome is None:
            self._heard = monotonic()
        else:
            self._close()

    def late(self, now: float) -> bool:
        """True where the deadline that holds now has passed; none holds while a command may block."""
        driver = self.driver
        if driver.call is None:
            return now >= self.since + self._owner.preamble_seconds
        return not driver.blocking and now >= self._heard + self._owner.command_seconds

    def end(self, outcome: str, defect: Exception | None = None) -> None:
        """Ends the call from our side, so that AGISTATUS says FAILURE."""
        if not self._over:
            self._write(self.driver.stop(outcome, defect))
            self._close()

    def expired(self) -> None:
        """Ends a call that is late."""
        self.end("preamble-timeout" if self.driver.call is None else "command-timeout")

    def _rest(self) -> bytes:
        try:
            return self.sock.recv(_LONG_REPLY_BYTES, _READ)
        except OSError:  # nothing more; what is wrong, if anything, the next read says
            return b""

    def _write(self, line: bytes) -> None:
        try:
            if self.sock.send(line, _WRITE) == len(line):
                return
        except OSError:
            pass
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RD)  # the next read says that the peer is gone

    def _close(self) -> None:
        self._over = True
        try:
            self._owner.over(self)
        finally:
            self.sock.close()
