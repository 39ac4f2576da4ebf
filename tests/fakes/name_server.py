"""A name server for one zone: SRV and A records over UDP (RFC 1035, RFC 2782)."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

_A, _SRV, _IN = 1, 33, 1
_NO_SUCH_NAME = 3
_POINTER_TO_QUESTION = b"\xc0\x0c"


class Srv(NamedTuple):
    """One server of a service. priority: the lowest is tried first."""

    priority: int
    port: int
    host: str


class NameServer:
    """A context manager. services: by name, such as ``_agi._tcp.example``. addresses: IPv4, by host."""

    def __init__(self, services: Mapping[str, Sequence[Srv]], addresses: Mapping[str, str], port: int = 53) -> None:
        self._services, self._addresses = services, addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(512)
            if not query:  # the end
                return
            self._socket.sendto(self.answer(query), sender)

    def answer(self, query: bytes) -> bytes:
        """The response to a query with one question."""
        labels, end = [], 12
        while size := query[end]:
            labels.append(query[end + 1 : end + 1 + size].decode())
            end += 1 + size
        end += 5
        name, (kind,) = ".".join(labels).lower(), struct.unpack(">H", query[end - 4 : end - 2])
        records = [*self._records(name, kind)]
        is_known = name in self._services or name in self._addresses
        flags = 0x8580 | (0 if is_known else _NO_SUCH_NAME)
        head = query[:2] + struct.pack(">5H", flags, 1, len(records), 0, 0)
        answers = b"".join(
            _POINTER_TO_QUESTION + struct.pack(">HHIH", kind, _IN, 60, len(record)) + record for record in records
        )
        return head + query[12:end] + answers

    def _records(self, name: str, kind: int) -> list[bytes]:
        if kind == _SRV:
            return [
                struct.pack(">HHH", one.priority, 0, one.port) + _encoded(one.host)
                for one in self._services.get(name, ())
            ]
        if kind == _A and name in self._addresses:
            return [socket.inet_aton(self._addresses[name])]
        return []


def _encoded(host: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in host.split(".")) + b"\0"
