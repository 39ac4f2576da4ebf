"""What is to be done to a file, and how a content is recognised again; values only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gvma.storage.files import Rights, TargetFile


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a transaction. new: None removes it; equal to the old content leaves it as it is.

    module: what Asterisk reloads for it (``app_voicemail.so``), empty for none.
    rights: for a restore; None keeps what the target has.
    """

    target: TargetFile
    new: bytes | None = field(repr=False)
    module: str = ""
    rights: Rights | None = None

    @property
    def changes(self) -> bool:
        """Something is to be written: other bytes, or other rights."""
        return self.new != self.target.old or self.rights not in {None, self.target.rights}


@dataclass(frozen=True, slots=True)
class Digest:
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


def entries(content: bytes | None) -> int:
    """How many lines of a file are neither blank nor comment; Asterisk's rewriting keeps each of them."""
    if not content:
        return 0
    return sum(1 for line in content.splitlines() if line.strip() and not line.lstrip().startswith(b";"))
