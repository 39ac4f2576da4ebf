"""The markers around the managed block: where they stand, and what makes them unsound. Pure, on bytes."""

from __future__ import annotations

from typing import NamedTuple

from gvma.asterisk.conf.lines import BOM, lines
from gvma.errors import UnsafeTargetError

_UNCHANGED = "Nothing was changed."
_NAMED = 5


class Marker(NamedTuple):
    """The line of a marker. number: from 1. start, end: offsets of the line, its line end included."""

    number: int
    start: int
    end: int


def has_marker(text: bytes, marker: bytes) -> bool:
    """Whether a line is this marker, blanks around it included; quick, and no proof that the block is sound."""
    stop = 0
    while (at := text.find(marker, stop)) >= 0:
        start = text.rfind(b"\n", 0, at) + 1
        stop = text.find(b"\n", at) + 1 or len(text)
        line = text[start:stop] if start else text[:stop].removeprefix(BOM)
        if line.strip() == marker:
            return True
    return False


def marker_lines(text: bytes, begin: bytes, end: bytes, where: str) -> tuple[list[Marker], list[Marker]]:
    """The lines that are the begin marker and those that are the end marker.

    A marker's text inside a longer line is no marker: a comment may speak of it, and a value may hold it. A marker
    with blanks around it is one that somebody damaged.
    """
    found: dict[int, tuple[bytes, Marker]] = {}
    for marker in (begin, end):
        stop, number, counted = 0, 1, 0
        while (at := text.find(marker, stop)) >= 0:
            start = text.rfind(b"\n", 0, at) + 1
            stop = text.find(b"\n", at) + 1 or len(text)
            shift = len(BOM) if start == 0 and text.startswith(BOM) else 0
            line = text[start + shift : stop].removesuffix(b"\n").removesuffix(b"\r")
            if start in found or line.strip() not in {begin, end}:
                continue
            number += text.count(b"\n", counted, start)
            counted = start
            if line not in {begin, end}:
                what = f"line {number} is a marker with blanks around it"
                raise unsafe(where, what, "Remove the blanks")
            found[start] = line, Marker(number, start + shift, stop)
    begins = [at for line, at in found.values() if line == begin]
    ends = [at for line, at in found.values() if line == end]
    return sorted(begins, key=lambda at: at.start), sorted(ends, key=lambda at: at.start)


def refuse_repeated(which: str, found: list[Marker], where: str) -> None:
    """Raises UnsafeTargetError where there are several. which: ``begin`` or ``end``."""
    if len(found) > 1:
        numbers = [str(marker.number) for marker in found[:_NAMED]]
        times = "twice" if len(found) == 2 else f"{len(found)} times"
        times += ", first" if len(found) > _NAMED else ","
        raise unsafe(
            where,
            f"the {which} marker stands {times} on lines {', '.join(numbers[:-1])} and {numbers[-1]}",
            "Remove all but one of the blocks",
        )


def refuse_inside_comment(text: bytes, found: list[Marker], where: str) -> None:
    """Raises UnsafeTargetError where Asterisk takes a marker's line for a part of a long comment."""
    if b";--" not in text:
        return
    starts = {marker.start for marker in found}
    for line in lines(text):
        if line.inside and line.start in starts:
            raise unsafe(where, f"the marker on line {line.number} stands inside a `;--` comment", "Move the comment")


def unsafe(where: str, what: str, way_out: str) -> UnsafeTargetError:
    """The error that leaves the file alone. what: is wrong. way_out: what a person does about it."""
    return UnsafeTargetError(f"{what}.", where=where, hint=f"{_UNCHANGED} {way_out}, then run `gvma sync` again.")
