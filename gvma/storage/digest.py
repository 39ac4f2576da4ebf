"""How a content is recognised again without being kept; values only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Digest(NamedTuple):
    """A content, recognisable without being kept."""

    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes) -> Digest:
        return cls(hashlib.sha256(content).hexdigest(), len(content))

    def matches(self, content: bytes | None) -> bool:
        return content is not None and len(content) == self.size and Digest.of(content) == self


class Digesting:
    """Pieces of a content that pass through, and what they come to."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._sum = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._sum.update(piece)
            self._size += len(piece)
            yield piece

    @property
    def digest(self) -> Digest:
        return Digest(self._sum.hexdigest(), self._size)
