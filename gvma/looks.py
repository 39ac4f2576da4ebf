"""What a run has looked at outside of itself, each look with what was found, so that a later run can look again.

Whatever tells a plan something of Asterisk's files, of rows, of names or of addresses notes it here, and costs nothing
where nobody asked for notes. Where a look cannot be repeated, the notes say that too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Look(NamedTuple):
    """how, what: the kind of look and its arguments, such as ``content`` of a path. found: a digest of the outcome."""

    how: str
    what: tuple[str, ...]
    found: str


class Looks(list[Look]):
    """In their order. can_be_repeated: false once something was looked at that these notes do not hold."""

    can_be_repeated = True

    def behind(self, earlier: Looks) -> Looks:
        """The earlier looks, and these."""
        both = Looks([*earlier, *self])
        both.can_be_repeated = earlier.can_be_repeated and self.can_be_repeated
        return both


_noted: ContextVar[Looks | None] = ContextVar("_noted", default=None)


@contextmanager
def noting() -> Iterator[Looks]:
    """The looks that are taken while the block runs."""
    looks = Looks()
    token = _noted.set(looks)
    try:
        yield looks
    finally:
        _noted.reset(token)


def is_noting() -> bool:
    """Whether somebody asked for notes: a look that costs more than what is looked for is taken for these alone."""
    return _noted.get() is not None


def note(how: str, what: tuple[str, ...], *found: object) -> None:
    """A look was taken. found: bytes, or what has one fixed form as a text."""
    looks = _noted.get()
    if looks is not None:
        looks.append(Look(how, what, digest(*found)))


def note_unrepeatable() -> None:
    """Something was looked at that nobody can look at again in the same way."""
    looks = _noted.get()
    if looks is not None:
        looks.can_be_repeated = False


def digest(*parts: object) -> str:
    """One digest of several parts, each with its length, so that no two lists of parts are alike."""
    sha = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        sha.update(b"%d:" % len(content))
        sha.update(content)
    return sha.hexdigest()
