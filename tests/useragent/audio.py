"""One RTP stream in both directions: PCMU, and digits as telephone-events (RFC 4733), on a thread.

A packet every 20 ms goes out from the moment that the peer's address is known: silence, unless a tone, a
recording or digits are to be sent. Everything that comes in is kept.
"""

from __future__ import annotations

import random
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from tests.useragent import mulaw

_PCMU, _EVENT = 0, 101
_FRAME = 160
_SIGNS = "0123456789*#ABCD"
PATIENCE = 60.0
"""Seconds to wait for what takes less than one where all is well, on a machine that has other things to do."""


class Audio:
    """Both directions of one call. ``port`` is where RTP is taken; ``peer`` is set when SDP names it."""

    def __init__(self, host: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.setblocking(False)
        self.host, self.port = host, int(self._socket.getsockname()[1])
        self.peer: tuple[str, int] | None = None
        self.received = bytearray()
        self.timestamps: list[int] = []
        self.packets = 0
        self.digits = ""
        self._events: set[int] = set()
        self._changed = threading.Condition()
        self._queue: deque[Iterator[bytes]] = deque()
        self._sequence, self._timestamp = random.randrange(1 << 15), random.randrange(1 << 31)
        self._source = random.randrange(1 << 32)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"rtp {self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End both directions."""
        if not self._closed.is_set():
            self._closed.set()
            self._thread.join()
            self._socket.close()

    def longest_pause(self) -> float:
        """Seconds from one packet of sound to the next by the sender's own clock, however late they came here."""
        steps = zip(self.timestamps, self.timestamps[1:], strict=False)
        return max(((later - earlier) % (1 << 32) for earlier, later in steps), default=0) / 8_000

    def send_tone(self, hertz: int = 440, seconds: float = 1.0) -> None:
        """Send a tone after what is still to be sent; returns at once."""
        self.send_codes(mulaw.tone(hertz, seconds))

    def send_codes(self, codes: bytes) -> None:
        """Send mu-law codes after what is still to be sent; returns at once."""
        self._enqueue(self._sound(codes))

    def send_digits(self, digits: str, *, wait: float = PATIENCE, milliseconds: int = 100, pause: int = 100) -> None:
        """Send digits as telephone-events, so long each; returns when they are sent.

        An event's end is sent three times (60 ms), and then comes the pause.
        """
        for digit in digits:
            self._enqueue(self._digit(digit, milliseconds // 20, pause // 20))
        self.wait_for(lambda: not self._queue, wait)

    def wait_for(self, condition: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait until a condition on this stream holds; AssertionError where it does not in time."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout), f"not in {timeout} s: {self}"

    def wait_level(self, above: int, *, milliseconds: int = 100, timeout: float = PATIENCE) -> None:
        """Wait until the last so many milliseconds are louder than this rms."""
        self.wait_for(lambda: self.level(milliseconds) > above, timeout)

    def wait_silence(self, *, milliseconds: int = 400, timeout: float = PATIENCE) -> None:
        """Wait until nothing louder than an rms of 50 came in for so long (no packet is silence too)."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            before = len(self.received)
            self._closed.wait(milliseconds / 1000)
            if mulaw.rms(bytes(self.received[before:])) < 50:
                return
        raise AssertionError(f"no silence in {timeout} s: {self}")

    def level(self, milliseconds: int | None = None) -> int:
        """The rms of what came in: all of it, or its last milliseconds."""
        codes = self.received if milliseconds is None else self.received[-milliseconds * 8 :]
        return mulaw.rms(bytes(codes))

    @property
    def seconds(self) -> float:
        """How much sound came in."""
        return len(self.received) / 8_000

    def __repr__(self) -> str:
        return f"Audio({self.packets} packets, {self.seconds:.2f} s, rms {self.level()}, digits {self.digits!r})"

    def _enqueue(self, frames: Iterator[bytes]) -> None:
        with self._changed:
            self._queue.append(frames)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._closed.is_set():
            readable, _, _ = select.select([self._socket], [], [], max(0.0, due - time.monotonic()))
            if readable:
                self._take()
            if time.monotonic() >= due:
                due += _FRAME / 8_000
                self._send_next()

    def _take(self) -> None:
        try:
            packet = self._socket.recv(4_096)
        except OSError:
            return
        if len(packet) <= 12:
            return
        kind, (timestamp,) = packet[1] & 0x7F, struct.unpack_from("!I", packet, 4)
        with self._changed:
            self.packets += 1
            if kind == _PCMU:
                self.received += packet[12:]
                self.timestamps.append(timestamp)
            elif kind == _EVENT and timestamp not in self._events:
                self._events.add(timestamp)
                self.digits += _SIGNS[packet[12]]
            self._changed.notify_all()

    def _send_next(self) -> None:
        if self.peer is None:
            return
        payload = None
        with self._changed:
            while self._queue and payload is None:
                payload = next(self._queue[0], None)
                if payload is None:
                    self._queue.popleft()
            self._changed.notify_all()
        if payload is None:
            payload = self._header(_PCMU, self._timestamp) + mulaw.SILENCE
        self._sequence += 1
        self._timestamp += _FRAME
        try:
            self._socket.sendto(payload, self.peer)
        except OSError:
            self.peer = None

    def _sound(self, codes: bytes) -> Iterator[bytes]:
        for start in range(0, len(codes), _FRAME):
            frame = codes[start : start + _FRAME]
            yield self._header(_PCMU, self._timestamp) + frame.ljust(_FRAME, b"\xff")

    def _digit(self, digit: str, packets: int, pause: int) -> Iterator[bytes]:
        """Packets of the event, its last one three times (RFC 4733 section 2.5), then packets of silence."""
        event, start = _SIGNS.index(digit), self._timestamp
        for number in range(1, packets + 4):
            ended = 0x80 if number > packets else 0
            body = struct.pack("!BBH", event, ended | 10, min(number, packets + 1) * _FRAME)
            yield self._header(_EVENT, start, marker=number == 1) + body
        for _ in range(pause):
            yield self._header(_PCMU, self._timestamp) + mulaw.SILENCE

    def _header(self, kind: int, timestamp: int, *, marker: bool = False) -> bytes:
        second = (0x80 if marker else 0) | kind
        return struct.pack("!BBHII", 0x80, second, self._sequence & 0xFFFF, timestamp & 0xFFFFFFFF, self._source)
