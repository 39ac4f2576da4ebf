"""Asterisk's configuration files read for looking only: nothing is locked, nothing is waited for, nothing is raised.

Devices, FIFOs and sockets are never opened, and no more than a limit is read.
"""

from __future__ import annotations

import os
import stat
from glob import glob
from pathlib import Path

_MAXIMUM_BYTES = 64 * 2**20


def content(path: str | Path) -> bytes | None:
    """What a regular file holds, at most 64 MiB of it; None where there is none, or it cannot be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        with open(path, "rb") as file:
            return file.read(_MAXIMUM_BYTES)
    except OSError:
        return None


def included_files(folder: Path, name: str) -> list[tuple[str, bytes]]:
    """The files that an ``#include`` names, by path, each with its content; an unreadable one counts as empty.

    folder: Asterisk's configuration folder, which relative names are relative to. name: with or without wildcards.
    """
    return [(path, content(path) or b"") for path in sorted(glob(str(folder / name))) if os.path.isfile(path)]
