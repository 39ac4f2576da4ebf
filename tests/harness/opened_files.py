"""Which files this process opens, by an audit hook; what opens a folder alone does not count."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_open: list[list[str]] = []


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """The names of files, and of folders that are listed, in the order in which the block opens them."""
    _watch()
    names: list[str] = []
    _open.append(names)
    try:
        yield names
    finally:
        _open.remove(names)


@cache
def _watch() -> None:
    """Once in a process: a hook stays."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _open and event in {"open", "os.listdir", "os.scandir"}:
        flags = arguments[2] if event == "open" else 0
        if isinstance(flags, int) and not flags & os.O_DIRECTORY and not flags & getattr(os, "O_PATH", 0):
            for names in _open:
                names.append(Path(str(arguments[0])).name)
