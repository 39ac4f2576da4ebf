"""Asterisk's configuration files read for looking only: nothing is locked, nothing is waited for, nothing is raised.

They are read with the rights of whoever owns their folders. Devices, FIFOs and sockets are never opened, and
a file beyond the limit of size is not read.
"""

from __future__ import annotations

import os
from glob import glob, has_magic
from pathlib import Path

from gvma.errors import UnsafeTargetError
from gvma.storage.files import read_content
from gvma.storage.folders import find
from gvma.storage.identity import acting_as


def content(path: str | Path) -> bytes | None:
    """What a regular file holds; None where there is none, or it cannot be read."""
    try:
        return read_content(Path(path))
    except (OSError, UnsafeTargetError):
        return None


def included_files(folder: Path, name: str) -> list[tuple[str, bytes]]:
    """The files that an ``#include`` names, by path, each with its content; an unreadable one counts as empty.

    folder: Asterisk's configuration folder, which relative names are relative to. name: with or without wildcards.
    """
    return [(path, content(path) or b"") for path in _matching(folder / name)]


def _matching(pattern: Path) -> list[str]:
    """The regular files of this name, sorted; looked for with the rights of the first folder without wildcards."""
    base = next(parent for parent in pattern.parents if not has_magic(str(parent)))
    try:
        with acting_as(find(base / "-").folder.identity):
            return [path for path in sorted(glob(str(pattern))) if os.path.isfile(path)]
    except (OSError, UnsafeTargetError):
        return []


def leads_nowhere(path: str | Path) -> str:
    """A sentence where it is a symbolic link to nothing; empty for all else, and where its target cannot be seen."""
    try:
        os.stat(path)
    except FileNotFoundError:
        if os.path.islink(path):
            return f"{path} is a link that leads nowhere: there is no {os.readlink(path)}"
    except OSError:
        pass
    return ""
