"""Ports for one private Asterisk on 127.0.0.1 that no other private Asterisk uses.

They are a block of ports below the range that the kernel uses for ``bind(0)``. This process keeps the first port of
its block open, so that other processes see that the block is in use; when the process ends, the block is free.
"""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass
from itertools import cycle, islice

from gvma.demo.debian import NotObtainableError

_LOWEST, _HIGHEST, _BLOCK = 10_000, 31_000, 1_010
# Above the blocks, and still below the ports that the kernel gives to whoever asks for any.
_SINGLE = range(31_000, 32_768)
_singles = cycle(random.sample(_SINGLE, len(_SINGLE)))


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
    starts = list(range(_LOWEST, _HIGHEST - _BLOCK, _BLOCK))
    random.shuffle(starts)
    for start in starts:
        guard = _bound(socket.SOCK_DGRAM, start)
        if guard is None:
            continue
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

    The kernel does not hand it out by itself, so that it is still free when its server starts.
    """
    for port in islice(_singles, len(_SINGLE)):
        sock = _bound(kind, port)
        if sock is not None:
            sock.close()
            return port
    raise NotObtainableError("every port for a server of the demo is in use", where="127.0.0.1")


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
