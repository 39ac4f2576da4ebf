"""On which line of which file a mailbox or an object of a channel driver stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from gvma.plan.present import Place
from gvma.sinks.files.block_file import BlockFile

_SECTION = re.compile(rb"^[ \t]*\[([^\]\n]*)\]", re.MULTILINE)


def place_of_setting(file: BlockFile, section: str, key: str) -> Place | None:
    """The first line with this key in a section of this name: in the file itself, else in one that it includes."""
    text, wanted = file.text or b"", section.encode("utf-8", "surrogateescape")
    line = re.compile(rb"^[ \t]*%b[ \t]*=" % re.escape(key.encode("utf-8", "surrogateescape")), re.MULTILINE)
    starts = [*_SECTION.finditer(text)]
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        if start[1] == wanted and (found := line.search(text, start.end(), end)):
            return _at(file, text, found.start())
    included = (one for one in file.site.settings if one.section == section and one.key == key and not one.ours)
    return next((_included(file, one.file, one.number) for one in included), None)


def place_of_section(file: BlockFile, name: str, folded: Callable[[str], str]) -> Place | None:
    """The first section of this name, as the driver compares names."""
    text, wanted = file.text or b"", folded(name)
    for found in _SECTION.finditer(text):
        if folded(found[1].decode("utf-8", "surrogateescape")) == wanted:
            return _at(file, text, found.start())
    included = (one for one in file.site.objects if folded(one.name) == wanted and not one.ours)
    return next((_included(file, one.file, one.number) for one in included), None)


def _at(file: BlockFile, text: bytes, offset: int) -> Place:
    return Place(str(file.target.path), text.count(b"\n", 0, offset) + 1)


def _included(file: BlockFile, name: str, number: int) -> Place:
    """name: as Asterisk's folder has it, or a whole path."""
    return Place(str(Path(file.target.path).parent / name), number)
