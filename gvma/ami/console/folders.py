"""The folders that Asterisk uses, as ``core show settings`` names them. Pure: it reads lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_FOLDER = re.compile(r"\s*(Configuration|Spool) directory:\s+(\S.*)")


class Folders(NamedTuple):
    """By Asterisk's own names for them."""

    configuration: Path
    spool: Path


def folders_shown(lines: Iterable[str]) -> Folders | None:
    """lines: of ``core show settings``. None where they do not name both."""
    found = {match[1]: match[2].strip() for line in lines if (match := _FOLDER.match(line))}
    if found.keys() < {"Configuration", "Spool"}:
        return None
    return Folders(Path(found["Configuration"]), Path(found["Spool"]))
