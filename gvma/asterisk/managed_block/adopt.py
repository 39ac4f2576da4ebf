"""Our lines in a file that has lost both markers, put between markers again. Pure, on bytes.

FreePBX on Apply Config, Asterisk's ``dialplan save``, a package upgrade or a checkout rewrite a file without its
comments. A second block beside such lines would have no effect: Asterisk keeps the first of two mailboxes, and the
first of two extensions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gvma.asterisk.conf.lines import lines, section_line
from gvma.asterisk.managed_block.block import OwnLines, opens_ours
from gvma.errors import UnsafeTargetError
from gvma.printable import first_names

IsOurs = Callable[[str, bytes], bool]
"""Whether an earlier sync wrote a line. Given the name of its section, and the line; the section's header too."""


class _Part(NamedTuple):
    """A section with its lines, or what stands above the first one. foreign: numbers of lines that are not ours."""

    start: int
    end: int
    ours: bool
    foreign: tuple[int, ...] = ()


def adopted(  # noqa: PLR0913  (the file, its markers and name, and what tells our lines)
    text: bytes, begin: bytes, end: bytes, own: OwnLines, *, is_ours: IsOurs, where: str = ""
) -> bytes | None:
    """The file with markers around our sections, at the place of the first one; None where it has none of ours.

    text: without any marker. begin, end: the markers without line end. where: the file's name, for messages.
    Lines of the site stay as they are, byte for byte. Raises UnsafeTargetError where a section of ours holds lines
    that the last sync did not write.
    """
    parts = list(_parts(text, own, is_ours))
    ours = [part for part in parts if part.ours]
    if not ours:
        return None
    foreign = [number for part in ours for number in part.foreign]
    if foreign:
        raise _mixed(where, foreign)
    newline = b"\r\n" if b"\r\n" in text[: text.find(b"\n") + 1] else b"\n"
    body = b"".join(_ended(text[part.start : part.end], newline) for part in ours)
    before = text[: ours[0].start]
    after = b"".join(text[part.start : part.end] for part in parts if not part.ours and part.start > ours[0].start)
    return before + begin + newline + body + end + newline + (after or newline)


def _parts(text: bytes, own: OwnLines, is_ours: IsOurs) -> Iterator[_Part]:
    """The file in pieces that join to the whole. Comments and blank lines above a foreign section go with that one."""
    start, stop, ours, section = 0, 0, False, ""
    foreign: list[int] = []
    for line in lines(text):
        if line.text.startswith(b"["):
            found = section_line(line.text.decode("utf-8", "surrogateescape"))
            section = found.name if found is not None else ""
            next_is_ours = opens_ours(line.text, own) and is_ours(section, line.text)
            cut = line.start if next_is_ours or not ours else stop
            yield _Part(start, cut, ours, tuple(foreign))
            start, foreign, ours = cut, [], next_is_ours
            stop = line.end
        elif line.text:
            stop = line.end
            if ours and not is_ours(section, line.text):
                foreign.append(line.number)
    yield _Part(start, len(text), ours, tuple(foreign))


def _ended(piece: bytes, newline: bytes) -> bytes:
    return piece if piece.endswith(b"\n") else piece + newline


def _mixed(where: str, foreign: list[int]) -> UnsafeTargetError:
    numbers = first_names([str(number) for number in foreign])
    plural = "s" if len(foreign) > 1 else ""
    return UnsafeTargetError(
        f"both markers are gone, and among the lines that gvma wrote stand others: line{plural} {numbers}.",
        where=where,
        hint="Nothing was changed. Move these lines out of gvma's sections (to another context, or another file), "
        "then run `gvma sync` again.",
    )
