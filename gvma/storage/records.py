"""What one sync leaves for the next, under ``backup_path/state``: first PINs, owners, counts and warnings.

Small texts that only gvma reads. A missing or damaged one makes the next sync more cautious, never bolder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gvma.mailboxes import GvmaWarning
from gvma.storage import disk
from gvma.storage.files import not_kept, read_private, remove_private, write_private

PINS, OWNERS, LAST = "first-pins", "owners", "last-sync.json"
_NEXT, _BEFORE = ".next", ".before"


@dataclass(frozen=True, slots=True)
class Left:
    """The texts that the last sync left; empty where there is none.

    last: objects by kind and warnings, as ``last_text`` writes them.
    """

    pins: bytes = field(default=b"", repr=False)
    owners: bytes = field(default=b"", repr=False)
    last: bytes = b""

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

    def _last(self) -> dict[str, object]:
        try:
            last = json.loads(self.last or b"{}")
        except ValueError:
            return {}
        return last if isinstance(last, dict) else {}


def last_text(objects: Mapping[str, int], warnings: Sequence[GvmaWarning]) -> bytes:
    """The counts and the warnings of a sync."""
    said = [[warning.code, warning.message, warning.where] for warning in warnings]
    return (json.dumps({"objects": dict(objects), "warnings": said}, indent=1) + "\n").encode()


def folder(backup_path: Path) -> Path:
    return backup_path / "state"


def read_left(backup_path: Path) -> Left:
    """What the last sync left. Raises BackupSetError where it is there and cannot be read."""
    pins, owners, last = (read_private(folder(backup_path) / name) or b"" for name in (PINS, OWNERS, LAST))
    return Left(pins, owners, last)


def leave(backup_path: Path, name: str, text: bytes) -> None:
    """Writes one of the texts where it differs from what is there; an unchanged one is not touched."""
    path = folder(backup_path) / name
    if read_private(path) != text:
        write_private(path, text)


def stage(backup_path: Path, texts: Mapping[str, bytes]) -> None:
    """Keeps the texts of a transaction that is about to begin; ``settle_staged`` decides what becomes of them."""
    for name, text in texts.items():
        leave(backup_path, name + _NEXT, text)


def settle_staged(backup_path: Path, *, applied: bool) -> None:
    """At the end of a run, interrupted or not: its texts count where its files stay new (``applied``), else they go.

    A record that is behind the files would take the next sync for an administrator's reset, one that is
    ahead of them would miss it.
    """
    for name in (PINS, OWNERS):
        if applied:
            promote(backup_path, name)
        for use in (_NEXT, _BEFORE):
            remove_private(folder(backup_path) / (name + use))


def promote(backup_path: Path, name: str) -> None:
    """The staged text takes the place of the record, which is kept beside it; needs no room on the disk."""
    place = folder(backup_path)
    if (place / (name + _NEXT)).exists():
        _rename(place / name, place / (name + _BEFORE))
        _rename(place / (name + _NEXT), place / name)


def demote(backup_path: Path) -> None:
    """Takes ``promote`` back while the transaction is open: interrupted here, the next run promotes again."""
    place = folder(backup_path)
    for name in (PINS, OWNERS):
        if not (place / (name + _NEXT)).exists():
            _rename(place / name, place / (name + _NEXT))
        if not (place / name).exists():
            _rename(place / (name + _BEFORE), place / name)


def _rename(path: Path, to: Path) -> None:
    if not path.exists():
        return
    try:
        disk.rename(path, to)
        disk.fsync_folder(path.parent)
    except OSError as error:
        raise not_kept(path, error) from error
