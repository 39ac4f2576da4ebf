"""panoramisk, adapted to one short conversation that always ends. This file does not decide what to ask.

What is changed in panoramisk, and why:
- Packets are decoded when they are whole, and a byte that is not UTF-8 is kept (as a surrogate). panoramisk
  drops a character that arrives in two segments, and every Latin-1 byte.
- The events of a list stay bytes until the list is complete. Asterisk closes the connection of a client that
  reads more slowly than Asterisk writes (``writetimeout``, 100 ms), and gives no reason.
- A lost connection stays lost. panoramisk would reconnect for ever and send the actions again.
- Logging in is left to the caller: panoramisk sends the secret in clear, and raises nothing when it is refused.
- Nothing is logged. panoramisk logs whole actions, and the login's secret with them.
"""

from __future__ import annotations

import asyncio
import logging
import re
from functools import cache
from typing import NamedTuple

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from gvma.errors import GvmaError

_BANNER = b"Asterisk Call Manager/"
_ACTION_ID = re.compile(rb"\r\nActionID: ([^\r]+)")
_PACKET_END = b"\r\n\r\n"
# Bytes. The list of 100,000 mailboxes has 54 MB; `dialplan show` is one packet.
_LARGEST_PACKET = 64_000_000
_LARGEST_LISTS = 128_000_000
_NOT_ASTERISK = "Check that Asterisk itself listens on this address and port."
_LOST = "See in Asterisk's log whether it runs and why it closed the connection, then run the same command again."

_SILENT = logging.Logger("gvma.ami.silent", logging.CRITICAL + 1)
_SILENT.addHandler(logging.NullHandler())


class Loss(NamedTuple):
    """Why a connection is gone, and what to do."""

    reason: str
    hint: str = _LOST


class ListEvents:
    """The events of one list, as they came. ``complete`` is done when the list's last event has come."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def add(self, packet: bytes) -> None:
        """Keep the next event, or complete the list."""
        if b"\r\nEventList: Complete" not in packet:
            self.packets.append(packet)
        elif not self.complete.done():
            self.complete.set_result(None)


class WholePackets(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """AMI as whole packets: the bytes between blank lines."""

    def __init__(self, connection: OneConnection) -> None:
        self._connection = connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.log = _SILENT
        self.lists: dict[str, ListEvents] = {}
        self._lists_size = 0
        self._buffer = bytearray()
        self._greeted = False

    def data_received(self, data: bytes) -> None:
        searched = max(0, len(self._buffer) - len(_PACKET_END))
        self._buffer += data
        if not self._greeted and not self._is_greeting():
            return
        end = self._buffer.rfind(_PACKET_END, searched)
        if end >= 0:
            packets = bytes(self._buffer[:end]).split(_PACKET_END)
            del self._buffer[: end + len(_PACKET_END)]
            for packet in packets:
                self._packet_received(packet.strip(b"\r\n"))
        if len(self._buffer) > _LARGEST_PACKET:
            self._refuse(f"an answer of more than {_LARGEST_PACKET // 1_000_000} MB came")

    def _is_greeting(self) -> bool:
        if not _BANNER.startswith(self._buffer[: len(_BANNER)]):
            self._refuse("what answers there is not Asterisk's manager interface")
            return False
        self._greeted = len(self._buffer) >= len(_BANNER)
        return self._greeted

    def forget_list(self, action_id: str) -> None:
        """Stop collecting the events of one action."""
        del self.lists[action_id]
        if not self.lists:
            self._lists_size = 0

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._connection.connection_lost(exc)

    def _refuse(self, reason: str) -> None:
        self._connection.end(Loss(reason, _NOT_ASTERISK))
        self._buffer.clear()
        self.lists.clear()
        self.transport.abort()

    def _packet_received(self, packet: bytes) -> None:
        if packet.startswith(b"Event: "):
            found = _ACTION_ID.search(packet)
            if found is not None and (events := self.lists.get(found.group(1).decode("ascii", "replace"))):
                events.add(packet)
                self._lists_size += len(packet)
                if self._lists_size > _LARGEST_LISTS:
                    self._refuse(f"a list of more than {_LARGEST_LISTS // 1_000_000} MB came")
            return
        message = Message.from_line(text_of(packet))
        if message is not None:
            self.handle_message(message)


class OneConnection(Manager):  # type: ignore[misc]  # panoramisk has no types
    """One connection. ``lost`` is done, with the Loss, when the connection is gone."""

    pinger: asyncio.TimerHandle | None

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(encoding="utf-8", loop=loop, log=_SILENT)
        self.lost: asyncio.Future[Loss] = loop.create_future()

    def end(self, loss: Loss) -> None:
        """Give up on this connection: whatever waits for an answer fails with ``loss``. The first one counts."""
        self._end_pinger()
        if not self.lost.done():
            self.lost.set_result(loss)

    def connection_lost(self, exc: object) -> None:
        """The connection is gone."""
        self.end(Loss(f"the connection broke ({exc})" if exc else "Asterisk closed the connection"))

    def ping(self) -> None:
        """Does nothing: the conversation is short, and each of its steps has a deadline."""

    def close(self) -> None:
        """Close the connection at once; what is still to come is lost."""
        self._end_pinger()
        if self.protocol is not None:
            self.protocol.transport.abort()

    def ask(self, action: Action) -> asyncio.Future[Message]:
        """Send an action. Its future gets the response packet; events that follow do not matter to it."""
        response: asyncio.Future[Message] = self.send_action(action, as_list=False)
        return response

    def collect(self, action: Action) -> ListEvents:
        """Collect the events that follow the response to this action; call it before ``ask``."""
        events = ListEvents()
        self.protocol.lists[action.id] = events
        return events

    def forget(self, action: Action) -> None:
        """Stop collecting the events of this action; those that still come are dropped."""
        if action.id in self.protocol.lists:
            self.protocol.forget_list(action.id)

    def _end_pinger(self) -> None:
        if self.pinger is not None:
            self.pinger.cancel()
            self.pinger = None


def action(name: str, fields: dict[str, str]) -> Action:
    """An action to send. Raises GvmaError for a name or value with a line end, which would begin another field."""
    for key, value in fields.items():
        if set("\r\n\0") & set(key + value):
            raise GvmaError(f"{key} of the AMI action {name} contains a line end; it was not sent")
    return Action({"Action": name, **fields})


def text_of(packet: bytes) -> str:
    """The packet as text; a byte that is not UTF-8 becomes a lone surrogate and is never dropped."""
    return packet.decode("utf-8", "surrogateescape")


def fields_of(packet: bytes, wanted: frozenset[str]) -> dict[str, str]:
    """The wanted fields of one event, behind its first line; of a repeated field the last.

    A list has an event of thirty fields for each mailbox, so that those that nobody wants are not looked at.
    """
    found = {}
    for name, line in _lines_of(wanted):
        at = packet.rfind(line)
        if at >= 0:
            begin = at + len(line)
            end = packet.find(b"\r\n", begin)
            found[name] = text_of(packet[begin : end if end >= 0 else len(packet)]).removeprefix(" ")
    return found


@cache
def _lines_of(wanted: frozenset[str]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, f"\r\n{name}:".encode()) for name in sorted(wanted))
