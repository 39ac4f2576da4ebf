"""What stands in the lines of a settings file, whoever reads them."""

from __future__ import annotations

import re
from typing import NamedTuple

from gvma.printable import shown_without

COMMENTED_KEY = re.compile(r"[#;]+\s*([A-Za-z0-9_]+)\s*=")


class Entry(NamedTuple):
    """One ``key = value`` line. Section and key are in lower case; the line is counted from 1."""

    section: str
    key: str
    value: str
    line: int

    def __repr__(self) -> str:
        return shown_without(self, "value")


class SourceLines:
    """sections: name in lower case and line of each header. mentioned: (section, key) of every key, also of those that
    are commented out. problems: line number and message.
    """

    def __init__(self) -> None:
        self.sections: list[tuple[str, int]] = []
        self.entries: list[Entry] = []
        self.mentioned: set[tuple[str, str]] = set()
        self.problems: list[tuple[int, str]] = []
