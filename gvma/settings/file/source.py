"""The settings file as lines: sections, keys, values and their line numbers, whatever the keys mean."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gvma.errors import SettingsError
from gvma.printable import shown_without
from gvma.settings.file.plain_file import read_plain
from gvma.settings.file.source_lines import Entry, SourceLines

__all__ = ["Entry", "Source", "parse_source", "read_source"]

_LARGEST = 4 << 20


class Source(NamedTuple):
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

    def __repr__(self) -> str:
        return shown_without(self, "text", "entries")


def read_source(path: Path) -> Source:
    """The file's lines. UTF-8 with or without a byte order mark, else Latin-1; any line ends.

    Raises SettingsError if it cannot be read at all, or is too large for one that a person has written.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise _unusable(path, f"is larger than {_LARGEST >> 20} MiB, so it is no settings file")
    return parse_source(path, content)


def _unusable(path: Path, message: str) -> SettingsError:
    return SettingsError(message, where=str(path), hint="Nothing was changed. Check the path and its rights.")


def parse_source(path: Path, content: bytes) -> Source:
    """The lines of ``content``; ``path`` only names them."""
    try:
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = content.decode(encoding)
    source_lines = text.split("\n")
    found = read_plain(source_lines) or _read_any(source_lines)
    return Source(
        path,
        text,
        encoding,
        tuple(found.sections),
        tuple(found.entries),
        frozenset(found.mentioned),
        tuple(sorted(found.problems)),
    )


def _read_any(source_lines: list[str]) -> SourceLines:
    from gvma.settings.file.any_file import read_any  # noqa: PLC0415  (configupdater takes its time)

    return read_any(source_lines)
