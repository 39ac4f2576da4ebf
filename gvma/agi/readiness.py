"""Which connections have something to read: one epoll for all of them, which the event loop watches as one file.

It never reads or writes. Asyncio makes a task and a dozen objects for each connection, uvloop a stream and
three system calls more than there need be; with one epoll below either loop a call costs the same on both.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable

_AT_ONCE = 512


class Readiness:
    """Calls ``readable`` of each descriptor that has bytes, an end or an error to read, again and again until
    it was read. A descriptor that is closed is no longer watched; ``forget`` it too."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._epoll = select.epoll()
        self._readable: dict[int, Callable[[], None]] = {}
        loop.add_reader(self._epoll.fileno(), self._ready)

    def watch(self, descriptor: int, readable: Callable[[], None]) -> None:
        """``readable`` is called from the event loop and must not wait for more than is there."""
        self._readable[descriptor] = readable
        self._epoll.register(descriptor, select.EPOLLIN)

    def forget(self, descriptor: int) -> None:
        """Comes right before the descriptor is closed: the kernel forgets it then without being told."""
        del self._readable[descriptor]

    def close(self) -> None:
        """Watches nothing any more."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _ready(self) -> None:
        readable = self._readable
        for descriptor, _ in self._epoll.poll(0, _AT_ONCE):
            if (read := readable.get(descriptor)) is not None:  # None: closed by what came before it
                read()
