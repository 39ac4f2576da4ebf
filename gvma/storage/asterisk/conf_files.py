"""Asterisk's configuration files read for looking only: nothing is locked, nothing is waited for, nothing is raised.

They are read with the rights of whoever owns their folders. Devices, FIFOs and sockets are never opened, and
a file beyond the limit of size is not read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from glob import has_magic
from pathlib import Path

from gvma.asterisk.conf.model import EndlessInclude
from gvma.errors import UnsafeTargetError
from gvma.looks import digest, note, note_unrepeatable
from gvma.storage.asterisk.files import read_content
from gvma.storage.asterisk.folders import find
from gvma.storage.asterisk.identity import Identity, acting_as

_MOST_NAMES = 100_000


def content(path: str | Path) -> bytes | None:
    """What a regular file holds; None where there is none, or it cannot be read."""
    found = _content(path)
    note("content", (str(path),), found is not None, found or b"")
    return found


def included_files(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """The files that an ``#include`` names, by path, each with its content; an unreadable one counts as empty.

    folder: Asterisk's configuration folder, which relative names are relative to; where it is another user's, nothing
    is read that he may not read. name: with or without wildcards. Raises EndlessInclude.
    """
    owner, found, is_whole = _owner(folder), [], False
    try:
        with acting_as(owner):
            paths = sorted(_matching(folder / name))
        for path in paths:
            with acting_as(owner):
                text = _content(path) or b""
            found += [path, digest(text)]
            yield path, text
        is_whole = True
    finally:
        if is_whole:
            note("included", (str(folder), name), *found)
        else:  # the reader had enough, and may have more of it another time
            note_unrepeatable()


def unread(folder: Path, name: str) -> list[tuple[str, str]]:
    """Path and reason of each file that an ``#include`` names and gvma does not read; arguments as above."""
    found = list(_unread(folder, name))
    note("unread", (str(folder), name), *(part for one in found for part in one))
    return found


def _unread(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    with acting_as(_owner(folder)):
        paths = sorted(_matching(folder / name)) if has_magic(name) else [str(folder / name)]
        for path in paths:
            try:
                read_content(Path(path))
            except OSError as error:
                yield path, error.strerror or str(error)
            except UnsafeTargetError as error:
                yield path, error.message


def _owner(folder: Path) -> Identity | None:
    try:
        return find(folder / "-").folder.identity
    except (OSError, UnsafeTargetError):
        return None


def _content(path: str | Path) -> bytes | None:
    try:
        return read_content(Path(path))
    except (OSError, UnsafeTargetError):
        return None


def _matching(pattern: Path) -> list[str]:
    """The regular files of this name; looked for with the rights of the first folder without wildcards."""
    base = next(parent for parent in pattern.parents if not has_magic(str(parent)))
    with acting_as(_owner(base)):
        places, left = [str(base)], _MOST_NAMES
        for part in pattern.relative_to(base).parts:
            if has_magic(part):
                places, left = _inside(places, part, left)
            else:
                places = [os.path.join(place, part) for place in places]
        return [path for path in places if os.path.isfile(path)]


def _inside(places: list[str], pattern: str, left: int) -> tuple[list[str], int]:
    """The names in these folders that fit. left: how many may be looked at, and how many more then."""
    found = []
    for place in places:
        left -= 1
        for name in _names(place):
            left -= 1
            if left < 0:
                raise EndlessInclude
            if fnmatchcase(name, pattern) and (pattern.startswith(".") or not name.startswith(".")):
                found.append(os.path.join(place, name))
    return found, left


def _names(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries)
    except OSError:
        return


def leads_nowhere(path: str | Path) -> str:
    """A sentence where it is a symbolic link to nothing; empty for all else, and where its target cannot be seen."""
    try:
        os.stat(path)
    except FileNotFoundError:
        if os.path.islink(path):
            return f"{path} is a link that leads nowhere: there is no {os.readlink(path)}"
    except OSError:
        return ""
    return ""
