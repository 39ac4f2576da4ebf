"""Asterisk's line syntax, as main/config.c reads it: comments, sections, settings, directives. Pure.

Bytes in, facts out; nothing here opens the files that ``#include`` names or runs what ``#exec`` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BOM = b"\xef\xbb\xbf"
_BLANKS = bytes(range(33))
_DEEPEST = 128
_UNCLOSED = re.compile(rb"^[\x00-\x20]*\[[^\]\n;]*(?:;|$|\]\([^)\n;]*(?:;|$))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. number: from 1. start, end: offsets, the line end included.

    text: what is left for Asterisk when comments are gone, ``\\;`` is ``;`` and blanks at the ends are dropped.
    inside: the line begins inside a ``;--`` comment.
    """

    number: int
    start: int
    end: int
    text: bytes
    inside: bool


@dataclass(frozen=True, slots=True)
class Section:
    """``[name](!,base,+)``. template: ``!``. append: ``+``. bases: what it inherits from."""

    name: bytes
    number: int
    template: bool = False
    append: bool = False
    bases: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """``key = value`` or ``key => value``; section: the name above it, empty before the first."""

    section: bytes
    key: bytes
    value: bytes
    number: int


@dataclass(frozen=True, slots=True)
class Directive:
    """``#include``, ``#tryinclude`` or ``#exec``. argument: without its quotes."""

    kind: str
    argument: bytes
    number: int


def lines(text: bytes) -> Iterator[Line]:
    """Every line; only LF ends one, as ``fgets`` has it."""
    number = start = depth = 0
    size = len(text)
    while start < size:
        end = text.find(b"\n", start) + 1 or size
        number += 1
        raw = text[start:end]
        inside = depth != 0
        if b";" in raw:
            rest, depth, _ = _without_comments(raw, depth)
        else:
            rest = b"" if inside else raw
        yield Line(number, start, end, rest.partition(b"\0")[0].strip(_BLANKS), inside)
        start = end


def open_comment(text: bytes) -> int | None:
    """The number of the line that opens a ``;--`` comment which the file does not close; None where all are closed.

    A ``--;`` without its opening makes Asterisk ignore the rest of the file too, and counts as such a line.
    """
    if b";--" not in text and b"--;" not in text:
        return None
    opened: list[int] = []
    depth = 0
    for number, raw in enumerate(text.split(b"\n"), start=1):
        if b";" not in raw:
            continue
        _, depth, path = _without_comments(raw, depth)
        for level in path:
            if level > len(opened) or level < 0:
                opened.append(number)
            else:
                del opened[level:]
    return opened[-1] if depth and opened else None


def read(text: bytes) -> Iterator[Section | Setting | Directive]:
    """What Asterisk makes of the lines, in order. Lines that it would only complain about are left out."""
    section = b""
    for line in lines(text):
        rest = line.text
        if not rest:
            continue
        if rest.startswith(b"["):
            found = section_of(rest, line.number)
            if found is not None:
                section = found.name
                yield found
        elif rest.startswith(b"#"):
            directive = _directive(rest, line.number)
            if directive is not None:
                yield directive
        else:
            key, equals, value = rest.removeprefix(b"\\").partition(b"=")
            if equals:
                value = value.removeprefix(b">").strip(_BLANKS)
                yield Setting(section, key.removesuffix(b"+").strip(_BLANKS), value, line.number)


def refused(text: bytes, *, in_section: bool = False) -> Iterator[tuple[int, str]]:
    """Lines for which Asterisk 16 and 22 throw the whole file away: their numbers, and what is wrong.

    in_section: the file is included in one that has opened a section. What a line says of other sections, or of
    other files, is not looked at.
    """
    suspect = _UNCLOSED.search(text) is not None
    for line in lines(text):
        if in_section and not suspect:
            return
        if line.text.startswith(b"["):
            _, closed, tail = line.text.partition(b"]")
            if not closed or (tail.startswith(b"(") and b")" not in tail):
                yield line.number, "has a bracket that is not closed"
            in_section = True
        elif line.text and not line.text.startswith(b"#") and not in_section:
            yield line.number, "stands before the first section"


def section_of(rest: bytes, number: int = 0) -> Section | None:
    """The section that a line opens; None where the bracket is not closed."""
    name, closed, tail = rest[1:].partition(b"]")
    if not closed:
        return None
    template, append, bases = False, False, []
    if tail.startswith(b"("):
        for word in tail[1:].partition(b")")[0].split(b","):
            if word == b"!":
                template = True
            elif word.startswith(b"+"):
                append = True
            elif word:
                bases.append(word)
    return Section(name, number, template, append, tuple(bases))


def escaped(text: str) -> bytes:
    """A value as bytes, with ``;`` written as Asterisk wants it."""
    return text.encode().replace(b";", rb"\;")


def unescaped(value: bytes) -> str:
    """A value as text; bytes that are no UTF-8 come back the same by surrogateescape."""
    return value.replace(rb"\;", b";").decode("utf-8", "surrogateescape")


def _directive(rest: bytes, number: int) -> Directive | None:
    found = re.match(rb"#(\S+)\s+(.+)", rest, re.DOTALL)
    if found is None:
        return None
    kind = found[1].lower().decode("ascii", "replace")
    argument = found[2].strip(_BLANKS)
    if kind not in {"include", "tryinclude", "exec"}:
        return None
    if argument[:1] + argument[-1:] in {b'""', b"<>"} and len(argument) > 1:
        argument = argument[1:-1]
    return Directive(kind, argument, number)


def _without_comments(raw: bytes, depth: int) -> tuple[bytes, int, list[int]]:  # noqa: C901 - config.c's own steps
    """What is left of one line, the depth of ``;--`` comments after it, and each depth that it passed.

    Follows config_text_file_load step by step: an escaped ``;`` first, then ``;--`` (not ``;---``), then
    ``--;``, then the plain comment. A depth below zero, from a ``--;`` too many, is a comment for Asterisk.
    """
    kept = b""
    visible = depth == 0
    position = 0
    path: list[int] = []
    while (at := raw.find(b";", position)) >= 0:
        if at > position and raw[at - 1 : at] == b"\\":
            if visible and not depth:
                kept += raw[position : at - 1] + b";"
            position = at + 1
        elif raw[at : at + 3] == b";--" and raw[at + 3 : at + 4] != b"-":
            if visible and not depth:
                kept += raw[position:at]
            position = at + 3
            if depth < _DEEPEST:
                depth += 1
                path.append(depth)
        elif at >= position + 2 and raw[at - 2 : at] == b"--":
            if visible and not depth:
                kept += raw[position:at]
            depth -= 1
            path.append(depth)
            position = at + 1
            visible = visible or not depth
        elif not depth:
            return kept + (raw[position:at] if visible else b""), depth, path
        else:
            position = at + 1
    if not depth and visible:
        kept += raw[position:]
    return kept, depth, path
