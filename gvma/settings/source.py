"""The settings file as lines: sections, keys, values and their line numbers, whatever the keys mean.

As for the Perl GVMA, an indented line does not continue the one above. A line that cannot be read is reported as a
problem with its number, never dropped.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from configupdater import Comment, Option, Parser, Section
from configupdater.document import Document

from gvma.errors import SettingsError

_BEHIND_HEADER = re.compile(r"\s*\[[^\]]+\]\s*([#;].*)?", re.DOTALL)
_COMMENTED_KEY = re.compile(r"[#;]+\s*([A-Za-z0-9_]+)\s*=")


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``key = value`` line. Section and key are in lower case; the line is counted from 1."""

    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """The content of the file.

    sections: name in lower case and line of each header. mentioned: (section, key) of every key, also of those
    that are commented out. problems: line number and message.
    """

    path: Path
    text: str
    encoding: str
    sections: tuple[tuple[str, int], ...]
    entries: tuple[Entry, ...]
    mentioned: frozenset[tuple[str, str]]
    problems: tuple[tuple[int, str], ...]


def read_source(path: Path) -> Source:
    """The file's lines. UTF-8 with or without a byte order mark, else Latin-1; any line ends.

    Raises SettingsError if it cannot be read at all.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"cannot be read: {error.strerror}",
            where=str(path),
            hint="Nothing was changed. Check the path and its rights.",
        ) from None
    return parse_source(path, content)


def parse_source(path: Path, content: bytes) -> Source:
    """The lines of ``content``; ``path`` only names them."""
    try:
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = content.decode(encoding)
    source_lines = text.split("\n")
    document, problems = _document(source_lines)
    sections: list[tuple[str, int]] = []
    entries: list[Entry] = []
    mentioned: set[tuple[str, str]] = set()
    for section, block, line in _blocks(document):
        if isinstance(block, Section):
            sections.append((section, line))
            if not _BEHIND_HEADER.fullmatch(source_lines[line - 1]):
                problems.append((line, "there is text behind the section's header; it needs a line of its own"))
        elif isinstance(block, Option):
            entries.append(Entry(section, block.key.lower(), (block.value or "").strip(), line))
            mentioned.add((section, block.key.lower()))
        elif isinstance(block, Comment):
            mentioned |= {
                (section, match[1].lower()) for match in map(_COMMENTED_KEY.match, block.lines) if match is not None
            }
    problems += _repeated(sections, entries)
    return Source(path, text, encoding, tuple(sections), tuple(entries), frozenset(mentioned), tuple(sorted(problems)))


def _document(source_lines: list[str]) -> tuple[Document, list[tuple[int, str]]]:
    """The document of configupdater; lines that it cannot read are reported and replaced by empty ones."""
    lines = [line.strip() for line in source_lines]
    problems: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            problems.append((number, "the line contains a NUL byte: this is not a text file"))
            lines[number - 1] = ""
    while True:
        parser = Parser(strict=False, delimiters=("=",))
        try:
            return parser.read_string("\n".join(lines)), problems
        except configparser.MissingSectionHeaderError as error:
            message = "the line is above the first section: its header, such as [cfgserver], is missing"
            bad = dict.fromkeys(_above_sections(lines, error.lineno), message)
        except configparser.ParsingError as error:
            bad = dict.fromkeys(
                (number for number, _ in error.errors),
                "the line is neither a section, nor `key = value`, nor a comment; a value must be on one line",
            )
        for number, message in bad.items():
            problems.append((number, message))
            lines[number - 1] = ""


def _above_sections(lines: list[str], first: int) -> Iterator[int]:
    """The numbers of the lines from ``first`` to the first header, without comments and empty lines."""
    for number, line in enumerate(lines[first - 1 :], start=first):
        if line.startswith("["):
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


def _repeated(sections: list[tuple[str, int]], entries: list[Entry]) -> list[tuple[int, str]]:
    problems: list[tuple[int, str]] = []
    first: dict[tuple[str, str], int] = {}
    for name, line in sections:
        if first.setdefault((name, ""), line) != line:
            problems.append((line, f"the section [{name}] occurs twice; the first is on line {first[name, '']}"))
    for entry in entries:
        place = (entry.section, entry.key)
        if first.setdefault(place, entry.line) != entry.line:
            problems.append((entry.line, f"the key {entry.key} occurs twice; the first is on line {first[place]}"))
    return problems
