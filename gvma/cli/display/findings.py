"""What ``gvma check`` shows of its findings: pure text, in colours that can be read on black and on white."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from gvma.printable import printable

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.cli.output import Output

_NARROW, _WIDE = 80, 100
# Of each code; the others are counted.
_FIRST = 10
_INDENT = " " * 9
_WORDS = {"error": "error", "warning": "warning", "info": "note"}
# Red and magenta stand out from black and from white; yellow is lost on white, and blue on black.
_COLOURS = {"error": "red", "warning": "magenta", "info": None}


def text_width(output: Output) -> int:
    """Characters of a line: those of the terminal, at most 100; 80 elsewhere."""
    if not output.stdout_is_terminal:
        return _NARROW
    from shutil import get_terminal_size  # noqa: PLC0415  (start-up: its compression libraries)

    return min(get_terminal_size().columns, _WIDE)


def finding_blocks(found: Sequence[Finding], *, width: int, why: bool, everything: bool, colour: bool) -> Iterator[str]:
    """A block of lines for each finding: code and place, what is wrong, what to do.

    width: of a line, in characters. why: with the reason why it matters. everything: also where one code has many.
    """
    numbers: dict[str, int] = {}
    totals: dict[str, int] = {}
    for one in found:
        totals[one.code] = totals.get(one.code, 0) + 1
    for one in found:
        number = numbers[one.code] = numbers.get(one.code, 0) + 1
        if everything or number <= _FIRST:
            yield "\n".join(_block(one, width, why=why, colour=colour))
        if not everything and number == _FIRST and totals[one.code] > _FIRST:
            yield f"{_INDENT}... and {totals[one.code] - _FIRST:,} more {one.code} (-v shows all)"


def _block(one: Finding, width: int, *, why: bool, colour: bool) -> Iterator[str]:
    word = f"{_WORDS[one.severity]:<{len(_INDENT)}}"
    code, where = one_line(one.code), one_line(one.where)
    beside = len(word) + len(code) + 2 + len(where) <= width
    if colour:
        word, code = click.style(word, fg=_COLOURS[one.severity], bold=True), click.style(code, bold=True)
    yield f"{word}{code}  {where}" if beside else f"{word}{code}"
    if not beside:
        yield from _wrapped(where, width)
    yield from _wrapped(_sentence(one.message), width)
    if why:
        yield from _wrapped(one.why, width)
    yield from _wrapped(one.remedy, width, first="> ")


def _wrapped(text: str, width: int, *, first: str = "") -> list[str]:
    """Lines of at most ``width`` characters; a word that is longer, such as a path, is never broken."""
    return textwrap.wrap(
        one_line(text),
        width,
        initial_indent=_INDENT + first,
        subsequent_indent=_INDENT + " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sentence(text: str) -> str:
    return f"{text.strip().rstrip('.')}."


def one_line(text: str) -> str:
    """One printable line, whatever characters the names in it have."""
    return printable(" ".join(text.splitlines())).replace("\t", " ")


def counted(found: Sequence[Finding], muted: Mapping[str, int]) -> str:
    """``2 errors, 1 warning, 3 notes muted``; ``all is well`` where there is nothing."""
    numbers = [(sum(one.severity == severity for one in found), word) for severity, word in _WORDS.items()]
    words = [f"{number:,} {word}{'s' if number > 1 else ''}" for number, word in numbers if number]
    hidden = sum(muted.values())
    if hidden:
        words.append(f"{hidden:,} {'notes' if hidden > 1 else 'note'} muted")
    grave = any(one.severity != "info" for one in found)
    return ", ".join(words if found or grave else ["all is well", *words])
