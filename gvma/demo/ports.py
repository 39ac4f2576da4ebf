"""Ports on 127.0.0.1 for a private Asterisk, and for the servers around it, that no other process of gvma's takes.

They come in blocks below the range from which the kernel serves ``bind(0)``. The first port of a block is held open by
its process, which is how other processes see that the block is taken, and why a dead process frees it.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice

from gvma.demo.debian import NotObtainableError

_LOWEST, _HIGHEST, _BLOCK = 10_000, 31_000, 1_010
# Single ports: above the blocks of Asterisk, and still below the ports that the kernel gives to whoever asks for any.
_LOWEST_SINGLE, _HIGHEST_SINGLE, _SINGLES = 31_000, 32_768, 60


@dataclass(frozen=True, slots=True)
class Ports:
    """A taken block. sip: UDP. ami: TCP. rtp: first and last, 1,000 of them, as chan_sip wants between two tests."""

    guard: socket.socket
    sip: int
    ami: int
    rtp: tuple[int, int]

    def release(self) -> None:
        """Let others have the block."""
        self.guard.close()


def take_ports() -> Ports:
    """A free block. Raises NotObtainableError where all are taken."""
    for guard, start in _free_blocks(range(_LOWEST, _HIGHEST - _BLOCK, _BLOCK)):
        probes = [_bound(socket.SOCK_DGRAM, start + 1), _bound(socket.SOCK_STREAM, start + 2)]
        for probe in probes:
            if probe is not None:
                probe.close()
        if None not in probes:
            return Ports(guard, start + 1, start + 2, (start + 10, start + _BLOCK - 1))
        guard.close()
    raise NotObtainableError("every block of ports for a private Asterisk is taken", where="127.0.0.1")


def free_port(kind: socket.SocketKind) -> int:
    """A port on 127.0.0.1 that nobody has at this moment, another at each call.

    It is of this process's own block, and the kernel gives it to nobody by itself, so that it is still free when its
    server starts. Raises NotObtainableError where every block is taken, or every port of the own one.
    """
    _, ports = _own_block()
    for port in islice(ports, _SINGLES - 1):
        sock = _bound(kind, port)
        if sock is not None:
            sock.close()
            return port
    raise NotObtainableError("every single port for a server is taken", where="127.0.0.1")


@cache
def _own_block() -> tuple[socket.socket, Iterator[int]]:
    """The socket by which this process holds its block of single ports, and the ports of it, again and again."""
    for guard, start in _free_blocks(range(_LOWEST_SINGLE, _HIGHEST_SINGLE - _SINGLES, _SINGLES)):
        return guard, cycle(range(start + 1, start + _SINGLES))
    raise NotObtainableError("every block of ports for servers is taken", where="127.0.0.1")


def _free_blocks(starts: range) -> Iterator[tuple[socket.socket, int]]:
    """Each block that no process has, in any order: the socket that takes it for us, and its first port."""
    for start in random.sample(starts, len(starts)):
        guard = _bound(socket.SOCK_DGRAM, start)
        if guard is not None:
            yield guard, start


def _bound(kind: socket.SocketKind, port: int) -> socket.socket | None:
    sock = socket.socket(socket.AF_INET, kind)
    if kind is socket.SOCK_STREAM:
        # A port whose connections only wait for their end is free for Asterisk, and so for us.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError:
        sock.close()
        return None
    return sock
