"""Ports on 127.0.0.1 for a private Asterisk, and for the servers around it, that no other process of gvma's uses.

They come in blocks below the range that the kernel uses for ``bind(0)``. A process keeps the first port of its block
open, so that other processes see that the block is in use; when the process ends, the block is free.
"""

from __future__ import annotations

import atexit
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
    """A block in use. sip: UDP. ami: TCP. rtp: first and last of 1,000 ports, since chan_sip frees them slowly."""

    guard: socket.socket
    sip: int
    ami: int
    rtp: tuple[int, int]

    def release(self) -> None:
        """Free the block."""
        self.guard.close()


def take_ports() -> Ports:
    """A free block, now in use. Raises NotObtainableError where there is none."""
    for guard, start in _free_blocks(range(_LOWEST, _HIGHEST - _BLOCK, _BLOCK)):
        probes = [_bound(socket.SOCK_DGRAM, start + 1), _bound(socket.SOCK_STREAM, start + 2)]
        for probe in probes:
            if probe is not None:
                probe.close()
        if None not in probes:
            return Ports(guard, start + 1, start + 2, (start + 10, start + _BLOCK - 1))
        guard.close()
    raise NotObtainableError("every block of ports for a private Asterisk is in use", where="127.0.0.1")


def free_port(kind: socket.SocketKind) -> int:
    """A port on 127.0.0.1 that is free at this moment, another at each call.

    It belongs to this process's own block, and the kernel does not hand it out by itself, so that it is still free when
    its server starts. Raises NotObtainableError where every block, or every port of the own one, is in use.
    """
    _, ports = _own_block()
    for port in islice(ports, _SINGLES - 1):
        sock = _bound(kind, port)
        if sock is not None:
            sock.close()
            return port
    raise NotObtainableError("every port for a server of the demo is in use", where="127.0.0.1")


@cache
def _own_block() -> tuple[socket.socket, Iterator[int]]:
    """The socket that keeps this process's block of single ports in use, and the block's ports again and again."""
    for guard, start in _free_blocks(range(_LOWEST_SINGLE, _HIGHEST_SINGLE - _SINGLES, _SINGLES)):
        # Closed by name when the process ends: Python warns of a socket that is left to it.
        atexit.register(guard.close)
        return guard, cycle(range(start + 1, start + _SINGLES))
    raise NotObtainableError("every block of ports for servers of the demo is in use", where="127.0.0.1")


def _free_blocks(starts: range) -> Iterator[tuple[socket.socket, int]]:
    """The blocks that no process uses, in random order: the socket that now keeps it in use, and its first port."""
    for start in random.sample(starts, len(starts)):
        guard = _bound(socket.SOCK_DGRAM, start)
        if guard is not None:
            yield guard, start


def _bound(kind: socket.SocketKind, port: int) -> socket.socket | None:
    sock = socket.socket(socket.AF_INET, kind)
    if kind is socket.SOCK_STREAM:
        # A port with connections in TIME_WAIT is free for Asterisk, and so here.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError:
        sock.close()
        return None
    return sock
