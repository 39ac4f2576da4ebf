"""A settings file of any lines, read with configupdater.

As for the Perl GVMA, an indented line does not continue the one above. A line that cannot be read is reported as a
problem with its number, never dropped.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator

from configupdater import Comment, Option, Parser, Section
from configupdater.document import Document

from gvma.settings.file.source_lines import COMMENTED_KEY, Entry, SourceLines

_HEADER = re.compile(r"\[[^\]]+\]")
_BEHIND_HEADER = re.compile(r"\s*\[[^\]]+\]\s*([#;].*)?", re.DOTALL)


def read_any(source_lines: list[str]) -> SourceLines:
    """What stands in the lines, and the problems of those that cannot be read."""
    found = SourceLines()
    document = _document(source_lines, found)
    for section, block, line in _blocks(document):
        if isinstance(block, Section):
            found.sections.append((section, line))
            if not _BEHIND_HEADER.fullmatch(source_lines[line - 1]):
                found.problems.append((line, "there is text behind the section's header; it needs a line of its own"))
        elif isinstance(block, Option):
            found.entries.append(Entry(section, block.key.lower(), (block.value or "").strip(), line))
            found.mentioned.add((section, block.key.lower()))
        elif isinstance(block, Comment):
            found.mentioned |= {
                (section, match[1].lower()) for match in map(COMMENTED_KEY.match, block.lines) if match is not None
            }
    found.problems += _repeated(found)
    return found


def _document(source_lines: list[str], found: SourceLines) -> Document:
    """The document of configupdater; lines that it cannot read are reported and replaced by empty ones."""
    lines = [line.strip() for line in source_lines]
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            found.problems.append((number, "the line contains a NUL byte: this is not a text file"))
            lines[number - 1] = ""
    while True:
        parser = Parser(strict=False, delimiters=("=",))
        try:
            return parser.read_string("\n".join(lines))
        except configparser.MissingSectionHeaderError as error:
            message = "the line is above the first section: its header, such as [cfgserver], is missing"
            bad = dict.fromkeys(_above_sections(lines, error.lineno), message)
        except configparser.ParsingError as error:
            bad = dict.fromkeys(
                (number for number, _ in error.errors),
                "the line is neither a section, nor `key = value`, nor a comment; a value must be on one line",
            )
        for number, message in bad.items():
            found.problems.append((number, message))
            lines[number - 1] = ""


def _above_sections(lines: list[str], first: int) -> Iterator[int]:
    """The numbers of the lines from ``first`` to the first header, without comments and empty lines."""
    for number, line in enumerate(lines[first - 1 :], start=first):
        if _HEADER.match(line):
            return
        if line and not line.startswith(("#", ";")):
            yield number


def _blocks(document: Document) -> Iterator[tuple[str, object, int]]:
    """Each section header, option and comment with its section's name and its first line."""
    line = 1
    for outer in document.iter_blocks():
        if not isinstance(outer, Section):
            yield "", outer, line
            line += len(outer.lines)
            continue
        name = outer.name.partition("]")[0].strip().lower()  # [name] # [old name]
        yield name, outer, line
        line += 1
        for block in outer.iter_blocks():
            yield name, block, line
            line += len(block.lines)


def _repeated(found: SourceLines) -> Iterator[tuple[int, str]]:
    first: dict[tuple[str, str], int] = {}
    for name, line in found.sections:
        if first.setdefault((name, ""), line) != line:
            yield line, f"the section [{name}] occurs twice; the first is on line {first[name, '']}"
    for entry in found.entries:
        place = (entry.section, entry.key)
        if first.setdefault(place, entry.line) != entry.line:
            yield entry.line, f"the key {entry.key} occurs twice; the first is on line {first[place]}"
