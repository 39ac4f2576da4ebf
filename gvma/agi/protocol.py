"""AGI's bytes as events: the preamble, replies, hang-up. Pure: no socket, no clock, no quoting.

``receive`` takes bytes in pieces of any size; ``next_event`` returns the next event, or None where more bytes
are needed. **A reply always belongs to the one command that is outstanding**: lines that are no reply are
skipped, and what arrived before a command was sent is never its reply.

A value may contain line ends and parentheses, and Asterisk escapes neither: ``200 result=1 (a)\\nb)``. Asterisk
writes a reply in one piece, and before the next command nothing but ``HANGUP`` follows. So a value goes on
while other bytes follow than ``HANGUP``, and ends where the last line ends with ``)`` or ``) endpos=N``.
A value is cut short in one case: it has ``)`` before a line end, and the network splits it exactly there. Its
rest is then skipped as a line that is no reply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gvma.agi.preamble import as_text, read_call
from gvma.errors import GvmaError
from gvma.treatments.commands import Call, Reply

# Asterisk's own lines are at most 8 KiB, and agi_arg_N are limited by its channel buffers.
PREAMBLE_BYTES = 64 * 1024
# A dialplan variable has no limit; no call flow asks for one that is longer than this.
REPLY_BYTES = 256 * 1024

_HANGUP = b"HANGUP\n"
_PREAMBLE_END = re.compile(rb"\n\r\n")
_OPEN_VALUE = re.compile(rb"200 result=([^ (\n]*) ?\(")
_VALUE = re.compile(rb"200 result=([^ (\n]*) ?\((.*)\)(?: endpos=(-?\d{1,18}))?\r?\n", re.DOTALL)
_VALUE_END = re.compile(rb"\)(?: endpos=-?\d{1,18})?\r?\n\Z")
_PLAIN = re.compile(rb"200 result=(\S*)(?: endpos=(-?\d{1,18}))?(?:\s.*)?\Z", re.DOTALL)
_STATUS = re.compile(rb"(5\d\d) (.*)\Z", re.DOTALL)

# The reply to most commands, in one piece: it is recognised as a whole, which is faster than parsing it.
SIMPLE_REPLY_BYTES = 40
_SIMPLE = re.compile(rb"200 result=(-?\d+)(?: endpos=(-?\d+))?\n")

# The states of a conversation.
_PREAMBLE, _IDLE, _OUTSTANDING, _CLOSED = range(4)


class AgiProtocolError(GvmaError):
    """The peer does not speak AGI: it sent no preamble, or a preamble or reply that is too long."""

    code = "agi-protocol"


@dataclass(frozen=True, slots=True)
class Hangup:
    """Asterisk's line ``HANGUP``: the caller has hung up; the connection stays open."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The peer has closed the connection. Nothing follows, and what was incomplete is lost."""


Event = Call | Reply | Hangup | Closed


@lru_cache(maxsize=1024)
def simple_reply(received: bytes) -> Reply | None:
    """The reply where ``received`` is exactly one simple reply, else None. Few differ, so they are cached."""
    simple = _SIMPLE.fullmatch(received)
    if simple is None:
        return None
    return Reply(200, simple[1].decode(), None, int(simple[2]) if simple[2] is not None else None)


class AgiConversation:
    """One AGI conversation, seen from the server or the script."""

    __slots__ = ("_buffer", "_ended", "_seen", "_skip_line", "_state", "awaits_reply")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._seen = 0  # so many bytes of the buffer were searched for an end and hold none
        self._state = _PREAMBLE
        self._ended = False
        self._skip_line = False
        # True: a command was sent and nothing has come since. If the next bytes are one ``simple_reply``, it is
        # the reply, and the caller may use it and send the next command without passing either to this object.
        self.awaits_reply = False

    def whole_call(self, received: bytes) -> Call | None:
        """The Call where these bytes are exactly one whole preamble, as they nearly always are. None otherwise:
        pass the bytes to ``receive``."""
        if self._state != _PREAMBLE or self._buffer or not received.startswith(b"agi_"):
            return None
        if received.find(b"\n\n") != len(received) - 2 or len(received) > PREAMBLE_BYTES:
            return None
        self._state = _IDLE
        return read_call(received[:-2])

    def receive(self, received: bytes) -> None:
        """Add bytes from the peer; empty bytes mean that the peer has closed."""
        self.awaits_reply = False
        if received:
            self._buffer += received
        else:
            self._ended = True

    def sent(self) -> None:
        """A command's line is sent now: what comes from here on may be its reply, what came before is not."""
        self._state = _OUTSTANDING
        self.awaits_reply = not self._buffer
        # A line that began before the command was sent can only be HANGUP.
        self._skip_line = bool(self._buffer) and not _may_become_hangup(self._buffer)

    def next_event(self) -> Event | None:
        """The next event in the bytes received so far; None where more bytes are needed.

        There is one Call, and it comes first; after Closed there is only Closed.
        Raises AgiProtocolError, which ends the conversation.
        """
        if not self._buffer and not self._ended:
            return None
        event = self._call() if self._state == _PREAMBLE else self._line_event()
        if event is None and self._ended:
            self._state = _CLOSED
            return Closed()
        return event

    def _call(self) -> Call | None:
        buffer = self._buffer
        if not b"agi_".startswith(bytes(buffer[:4])):
            raise AgiProtocolError("the peer does not speak AGI: no agi_ line at the start")
        end = buffer.find(b"\n\n", max(0, self._seen - 1))
        size = end + 2
        if end < 0 and (unusual := _PREAMBLE_END.search(buffer, max(0, self._seen - 2))) is not None:
            end, size = unusual.span()
        if max(size, len(buffer) if end < 0 else 0) > PREAMBLE_BYTES:
            raise AgiProtocolError(f"a preamble of more than {PREAMBLE_BYTES} bytes")
        if end < 0:
            self._seen = len(buffer)
            return None
        lines = bytes(buffer[:end])
        del buffer[:size]
        self._seen = 0
        self._state = _IDLE
        return read_call(lines)

    def _line_event(self) -> Reply | Hangup | None:
        buffer = self._buffer
        while True:
            end = buffer.find(b"\n", self._seen)
            if end < 0 or self._state == _CLOSED:
                self._need_more()
                return None
            if self._seen:  # a later line of a reply that has begun
                end = buffer.find(b"\n")
            if self._skip_line:
                self._skip_line = False
                self._drop(end + 1)
                continue
            if buffer.startswith(_HANGUP):
                self._drop(len(_HANGUP))
                return Hangup()
            size, reply = self._reply(bytes(buffer[:end])) if self._state == _OUTSTANDING else (end + 1, None)
            if not size:
                self._need_more()
                return None
            self._drop(size)
            if reply is not None:
                self._state = _IDLE
                return reply

    def _drop(self, size: int) -> None:
        del self._buffer[:size]
        self._seen = 0

    def _need_more(self) -> None:
        self._seen = len(self._buffer)
        if self._seen > REPLY_BYTES:
            raise AgiProtocolError(f"a reply of more than {REPLY_BYTES} bytes")

    def _reply(self, line: bytes) -> tuple[int, Reply | None]:
        """Size in bytes of the reply that begins with ``line``, and the reply itself. Size 0: its end has not
        come yet. Reply None: skip so many bytes, they are no reply."""
        if line.startswith(b"200 result="):
            if _OPEN_VALUE.match(line):
                return self._value()
            return len(line) + 1, _plain(line)
        if line.startswith(b"520-"):
            return self._usage()
        status = _STATUS.match(line)
        if status is None:
            return len(line) + 1, None
        return len(line) + 1, Reply(int(status[1]), "", as_text(status[2].rstrip(b"\r")))

    def _value(self) -> tuple[int, Reply | None]:
        size = _value_size(self._buffer)
        if not size:
            return 0, None
        value = _VALUE.fullmatch(self._buffer, 0, size)
        if value is None:  # pragma: no cover - _value_size has found the end that _VALUE needs
            return size, None
        endpos = int(value[3]) if value[3] is not None else None
        return size, Reply(200, as_text(value[1]), as_text(value[2]), endpos)

    def _usage(self) -> tuple[int, Reply | None]:
        """``520-Invalid command syntax...``, lines of usage, ``520 End of proper usage.``"""
        last = self._buffer.find(b"\n520 ")
        end = self._buffer.find(b"\n", last + 1) if last >= 0 else -1
        if end < 0:
            return 0, None
        return end + 1, Reply(520, "", as_text(bytes(self._buffer[4:last])))


def _value_size(buffer: bytearray) -> int:
    """Size of the reply with the open value, 0 where its end has not come yet. Only the buffer's end is read."""
    end = buffer.rfind(b"\n") + 1
    if not _may_become_hangup(buffer[end:]):
        return 0
    while buffer.endswith(b"\n" + _HANGUP, 0, end):
        end -= len(_HANGUP)
    return end if _VALUE_END.search(buffer, max(0, end - 40), end) else 0


def _may_become_hangup(begun: bytearray) -> bool:
    return len(begun) < len(_HANGUP) and _HANGUP.startswith(bytes(begun))


def _plain(line: bytes) -> Reply | None:
    plain = _PLAIN.match(line)
    if plain is None:  # pragma: no cover - \S* and the rest match any line that begins so
        return None
    return Reply(200, as_text(plain[1]), None, int(plain[2]) if plain[2] is not None else None)
