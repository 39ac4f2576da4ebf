"""What one sync leaves for the next, under ``backup_path/state``: first PINs, owners, counts, warnings, files
and marks.

Small texts that only gvma reads; those that must be as new or as old as the files are written by the
transaction (gvma.sinks.files). A missing or damaged one makes the next sync more cautious, never bolder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gvma.errors import BackupSetError
from gvma.printable import shown_without
from gvma.storage.private import read_private, remove_private, write_private

if TYPE_CHECKING:
    from gvma.asterisk.entries import GvmaWarning

PINS, OWNERS, LAST, MARKS = "first-pins", "owners", "last-sync.json", "marks.json"


class Left(NamedTuple):
    """The texts that the last sync left; empty where there is none.

    last: objects by kind, warnings, files and markers, as ``last_text`` writes them.
    """

    pins: bytes = b""
    owners: bytes = b""
    last: bytes = b""

    def __repr__(self) -> str:
        return shown_without(self, "pins")

    def objects(self) -> dict[str, int]:
        """How many objects each query answered with; empty where there is no record."""
        found = self._last().get("objects")
        if not isinstance(found, dict):
            return {}
        return {str(kind): count for kind, count in found.items() if isinstance(count, int)}

    def warnings(self) -> list[list[str]]:
        """Code, message and place of each warning."""
        found = self._last().get("warnings")
        return found if isinstance(found, list) else []

    def files(self) -> frozenset[str]:
        """The files that a block was left in."""
        found = self._last().get("files")
        return frozenset(str(path) for path in found) if isinstance(found, list) else frozenset()

    def markers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Every pair of begin and end marker that the settings have named at a sync, the last one last."""
        found = self._last().get("markers")
        pairs = [pair for pair in found if isinstance(pair, list)] if isinstance(found, list) else []
        return tuple((str(pair[0]).encode(), str(pair[1]).encode()) for pair in pairs if len(pair) == 2 and all(pair))

    def _last(self) -> dict[str, object]:
        try:
            last = json.loads(self.last or b"{}")
        except (ValueError, RecursionError):
            return {}
        return last if isinstance(last, dict) else {}


def were_said(backup_path: Path, warnings: Iterable[GvmaWarning]) -> bool:
    """Whether the last sync that came to its end had all of these warnings; False where its record is damaged."""
    try:
        before = read_left(backup_path).warnings()
    except BackupSetError:
        return False
    return all([one.code, one.message, one.where] in before for one in warnings)


def last_text(
    objects: Mapping[str, int],
    warnings: Sequence[GvmaWarning],
    files: Iterable[Path],
    markers: Iterable[tuple[bytes, bytes]],
) -> bytes:
    """The counts and the warnings of a sync, the files that it left a block in, and all markers up to now."""
    left = {
        "objects": dict(objects),
        "warnings": [[warning.code, warning.message, warning.where] for warning in warnings],
        "files": sorted(map(str, files)),
        "markers": [[begin.decode(), end.decode()] for begin, end in dict.fromkeys(markers)],
    }
    return (json.dumps(left, indent=1) + "\n").encode()


def marks_text(marks: Mapping[str, str | None]) -> bytes:
    """What a run left in the sink, by file or table."""
    return (json.dumps(dict(marks), indent=1, sort_keys=True) + "\n").encode()


def read_marks(backup_path: Path) -> dict[str, str | None]:
    """By file or table; empty where there is no record. Raises BackupSetError where it is there and cannot be read."""
    return marks_of(read_private(folder(backup_path) / MARKS) or b"")


def marks_of(text: bytes) -> dict[str, str | None]:
    """As ``read_marks``, of a record's text; empty where it cannot be understood."""
    try:
        found = json.loads(text or b"{}")
    except (ValueError, RecursionError):
        return {}
    return {str(name): mark for name, mark in found.items()} if isinstance(found, dict) else {}


def folder(backup_path: Path) -> Path:
    """Where the records are."""
    return backup_path / "state"


def read_left(backup_path: Path) -> Left:
    """What the last sync left. Raises BackupSetError where it is there and cannot be read."""
    pins, owners, last = (read_private(folder(backup_path) / name) or b"" for name in (PINS, OWNERS, LAST))
    return Left(pins, owners, last)


def earlier_markers(backup_path: Path) -> tuple[tuple[str, str], ...]:
    """``Left.markers`` as text, for somebody who only looks; empty where the record cannot be read."""
    try:
        pairs = read_left(backup_path).markers()
    except BackupSetError:
        return ()
    return tuple((begin.decode(), end.decode()) for begin, end in pairs)


def leave(backup_path: Path, name: str, text: bytes) -> None:
    """Writes one of the texts where it differs from what is there; an unchanged one is not touched."""
    path = folder(backup_path) / name
    if read_private(path) != text:
        write_private(path, text)


def forget(backup_path: Path, names: Iterable[str]) -> None:
    """Removes texts; no error where one is not there. Raises BackupSetError."""
    for name in names:
        remove_private(folder(backup_path) / name)
