"""One FastAGI connection: bytes to the call's driver and back, and the deadline that holds now.

It never waits: the event loop calls it when bytes are there, and the server's sweep when its deadline
has passed.
"""

from __future__ import annotations

import asyncio
import math
from time import monotonic
from typing import Protocol

from gvma.agi.driver import CallDriver
from gvma.agi.protocol import AgiProtocolError
from gvma.treatments.commands import Call, CallFlow, Note


class Owner(Protocol):
    """What a connection needs of the server that it belongs to."""

    preamble_seconds: float
    command_seconds: float

    def begin(self, call: Call) -> CallFlow:
        """The call flow for a preamble; raises UnknownRouteError."""

    def note(self, call: Call, note: Note) -> None:
        """A line for the log from a call flow."""

    def opened(self, connection: Connection, address: str) -> str | None:
        """Takes the connection, or says why not."""

    def over(self, connection: Connection) -> None:
        """The last word of a connection that was taken; called once."""


class Connection(asyncio.Protocol):
    """One peer, from accept to close."""

    __slots__ = ("_owner", "_transport", "deadline", "driver", "since")

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._transport: asyncio.Transport | None = None
        self.driver = CallDriver(owner.begin, owner.note)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a stream, so it writes
        self.since = monotonic()
        self.deadline = self.since + self._owner.preamble_seconds
        peer = transport.get_extra_info("peername")
        refusal = self._owner.opened(self, peer[0]) if peer else "gone already"
        if refusal is not None and self._transport is not None:
            self._transport.write(self.driver.stop(refusal))
            self._transport.close()
            self._transport = None

    def data_received(self, received: bytes) -> None:
        transport = self._transport
        if transport is None:  # the call is over, and these are the peer's last words
            return
        driver = self.driver
        try:
            out = driver.receive(received)
        except AgiProtocolError as error:
            self.end("junk" if driver.call is None else "protocol-error", error)
            return
        except Exception as error:  # a defect of ours ends this call, and no other
            self.end("error", error)
            return
        if out:
            transport.write(out)
        if driver.outcome is not None:
            self._close()
        elif driver.blocking:
            self.deadline = math.inf
        elif driver.call is not None:
            self.deadline = monotonic() + self._owner.command_seconds

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self.data_received(b"")

    def end(self, outcome: str, defect: Exception | None = None) -> None:
        """Ends the call from our side, so that AGISTATUS says FAILURE."""
        if self._transport is not None:
            self._transport.write(self.driver.stop(outcome, defect))
            self._close()

    def expired(self) -> None:
        """The deadline has passed."""
        self.end("preamble-timeout" if self.driver.call is None else "command-timeout")

    def _close(self) -> None:
        transport, self._transport = self._transport, None
        assert transport is not None
        transport.close()
        self._owner.over(self)
