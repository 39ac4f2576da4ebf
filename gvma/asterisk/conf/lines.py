"""Asterisk's line syntax, as main/config.c reads it: comments, sections, settings, directives. Pure.

One text at a time: nothing here follows an ``#include`` (``gvma.asterisk.conf.model`` does) or runs an ``#exec``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gvma.printable import shown_without

BOM = b"\xef\xbb\xbf"
BLANKS = bytes(range(33)).decode("ascii")
"""What Asterisk drops at the ends of a line, a key and a value."""

_BLANK_BYTES = BLANKS.encode("ascii")
_DEEPEST = 128
# Begins with the line end, which the search finds several times as fast as the begin of a line.
_UNCLOSED = re.compile(rb"\n[\x00-\x09\x0b-\x20]*\[[^\]\n;]*(?:;|$|\]\([^)\n;]*(?:;|$))", re.MULTILINE)
_PART = re.compile(r"\n(?=[\x00-\x09\x0b-\x20]*[\[#])")
_COMMENT = re.compile(r"(?<!\\);.*", re.DOTALL)
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_PLAIN = re.compile(r"[\w@:/ -]*")
_DIRECTIVE = re.compile(r"#(include|tryinclude|exec)\s+(.+)", re.DOTALL | re.IGNORECASE)


class SourceLine(NamedTuple):
    """One line of a file. number: from 1. start, end: offsets, the line end included.

    text: what is left for Asterisk when comments are gone, ``\\;`` is ``;`` and blanks at the ends are dropped.
    inside: the line begins inside a ``;--`` comment.
    """

    number: int
    start: int
    end: int
    text: bytes
    inside: bool

    def __repr__(self) -> str:
        return shown_without(self, "text")


class SectionLine(NamedTuple):
    """``[name](!,base,+)``. template: ``!``. append: ``+``. bases: what it inherits from.

    filter: what follows the ``+``, such as ``type=aor&context=x``, which says to which section of the name it adds.
    """

    name: str
    template: bool = False
    append: bool = False
    bases: tuple[str, ...] = ()
    filter: str = ""


def lines(text: bytes) -> Iterator[SourceLine]:
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
        yield SourceLine(number, start, end, rest.partition(b"\0")[0].strip(_BLANK_BYTES), inside)
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


def plain(text: bytes) -> str:
    """The text without comments that go over lines: each of its lines then stands for itself, as for ``rest_of``.

    Bytes that are no UTF-8 are kept by surrogateescape.
    """
    text = text.removeprefix(BOM)
    if b";--" in text or b"--;" in text or b"\0" in text:
        text = b"\n".join(line.text.replace(b";", rb"\;") for line in lines(text))
    return text.decode("utf-8", "surrogateescape")


def parts(text: str) -> list[str]:
    """A plain text, parted at the end of each line above one that opens a section or is a directive."""
    return _PART.split(text)


def rest_of(line: str) -> str:
    """What is left of a line of a plain text when its comment and the blanks at the ends are gone."""
    if ";" in line:
        line = without_comment(line).replace("\\;", ";")
    return line.strip(BLANKS)


def without_comment(line: str) -> str:
    """A line up to the ``;`` of its comment; one behind a backslash is none, and both stay."""
    return _COMMENT.sub("", line) if ";" in line else line


def without_blanks_at_commas(line: str) -> str:
    """As Asterisk reads the parts of a line."""
    return _COMMA.sub(",", line)


def refused(text: bytes, *, in_section: bool = False) -> Iterator[tuple[int, str]]:
    """Lines for which Asterisk 16 and 22 throw the whole file away: their numbers, and what is wrong.

    in_section: the file is included in one that has opened a section. What a line says of other sections, or of
    other files, is not looked at.
    """
    suspect = _UNCLOSED.search(b"\n" + text) is not None
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


def section_line(rest: str) -> SectionLine | None:
    """The section that a line opens; None where the bracket is not closed. rest: begins with ``[``."""
    name, closed, tail = rest[1:].partition("]")
    if not closed:
        return None
    if not tail.startswith("("):
        return SectionLine(name)
    template, append, bases, chosen = False, False, [], ""
    for word in tail[1:].partition(")")[0].split(","):
        if word == "!":
            template = True
        elif word.startswith("+"):
            append, chosen = True, word[1:]
        elif word:
            bases.append(word)
    return SectionLine(name, template, append, tuple(bases), chosen)


def meets(chosen: str, settings: Iterable[tuple[str, str]]) -> bool:
    """Whether a section with these keys and values meets the filter of a ``(+)``; an empty one is met by all.

    Asterisk takes both sides of each ``key=value`` for regular expressions that may match anywhere. Only plain words
    with ``^`` and ``$`` are compared here: an expression from a file of somebody else's could take hours.
    """
    conditions = [part.partition("=") for part in chosen.split("&")] if chosen else []
    if not all(equals for _, equals, _ in conditions):
        return False
    pairs = list(settings)
    return all(
        any(_matches(key.strip(), one) and _matches(value.strip(), other) for one, other in pairs)
        for key, _, value in conditions
        if key.strip() != "TEMPLATES"
    )


def _matches(expression: str, text: str) -> bool:
    """Whether a text has what a regular expression of plain words wants; true for any other expression."""
    word = expression.removeprefix("^").removesuffix("$")
    if not _PLAIN.fullmatch(word):
        return True
    at_start, at_end = expression.startswith("^"), expression.endswith("$")
    if at_start and at_end:
        return text == word
    return text.startswith(word) if at_start else text.endswith(word) if at_end else word in text


def directive_line(rest: str) -> tuple[str, str] | None:
    """``include``, ``tryinclude`` or ``exec``, and its argument without quotes; None for another line.

    rest: begins with ``#``.
    """
    found = _DIRECTIVE.match(rest)
    if found is None:
        return None
    argument = found[2].strip(BLANKS)
    quoted = len(argument) > 1 and argument[0] + argument[-1] in {'""', "<>"}
    return found[1].lower(), argument[1:-1] if quoted else argument


def setting_line(rest: str) -> tuple[str, str] | None:
    """Key and value of ``key = value`` or ``key => value``; None for a line that Asterisk only complains about."""
    key, equals, value = rest.partition("=")
    if not equals:
        return None
    return key.removeprefix("\\").removesuffix("+").strip(BLANKS), value.removeprefix(">").strip(BLANKS)


def escaped(text: str) -> bytes:
    """A value as bytes, with ``;`` written as Asterisk wants it."""
    return text.encode().replace(b";", rb"\;")


def _without_comments(raw: bytes, depth: int) -> tuple[bytes, int, list[int]]:  # noqa: C901 - config.c's own steps
    """What is left of one line, the depth of ``;--`` comments after it, and each depth that it passed.

    Follows config_text_file_load step by step: an escaped ``;`` first, then ``;--`` (not ``;---``), then
    ``--;``, then the plain comment. A depth below zero, from a ``--;`` too many, is a comment for Asterisk from the
    next line on; the line itself it takes whole.
    """
    kept: list[bytes] = []
    visible = depth == 0
    position = 0
    path: list[int] = []
    while (at := raw.find(b";", position)) >= 0:
        if at > position and raw[at - 1 : at] == b"\\":
            if visible and depth <= 0:
                kept += [raw[position : at - 1], b";"]
            position = at + 1
        elif raw[at : at + 3] == b";--" and raw[at + 3 : at + 4] != b"-":
            if visible and depth <= 0:
                kept.append(raw[position:at])
            position = at + 3
            if depth < _DEEPEST:
                depth += 1
                path.append(depth)
        elif at >= position + 2 and raw[at - 2 : at] == b"--":
            if visible and depth <= 0:
                kept.append(raw[position : at + 1])
            depth -= 1
            path.append(depth)
            position = at + 1
            visible = visible or not depth
        elif not depth:
            return b"".join([*kept, raw[position:at] if visible else b""]), depth, path
        else:
            if visible and depth < 0:
                kept.append(raw[position : at + 1])
            position = at + 1
    if visible and depth <= 0:
        kept.append(raw[position:])
    return b"".join(kept), depth, path
