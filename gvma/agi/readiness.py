"""Which connections have something to read: one epoll for all of them, which the event loop watches as one file.

It never reads or writes. asyncio would make a task and a dozen objects for each connection, and uvloop a stream
with three more system calls. With one epoll of our own, a call costs the same on both, and less.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable

_AT_ONCE = 512


class Readiness:
    """Calls ``readable`` of each descriptor that has bytes, an end or an error to read, until it was read.
    Call ``forget`` before a descriptor is closed."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._epoll = select.epoll()
        self._readable: dict[int, Callable[[], None]] = {}
        loop.add_reader(self._epoll.fileno(), self._ready)

    def watch(self, descriptor: int, readable: Callable[[], None]) -> None:
        """Call ``readable`` from the event loop whenever the descriptor has something to read; it must not wait."""
        self._readable[descriptor] = readable
        self._epoll.register(descriptor, select.EPOLLIN)

    def forget(self, descriptor: int) -> None:
        """Stop watching a descriptor that is closed right after this; the kernel removes a closed one by itself."""
        del self._readable[descriptor]

    def close(self) -> None:
        """Stop watching all descriptors."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _ready(self) -> None:
        readable = self._readable
        for descriptor, _ in self._epoll.poll(0, _AT_ONCE):
            if (read := readable.get(descriptor)) is not None:  # None: a call before it in this loop closed it
                read()
