"""A backup set as it lies on the disk: its id, when it was made, and what its manifest says. Values only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from gvma.backups.manifest import Manifest, SavedFile, SavedTable
from gvma.errors import BackupSetError

ID_TIME = "%Y%m%dT%H%M%SZ"
"""The time in an id, for strftime."""
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class BackupSet(NamedTuple):
    """A set that lies on the disk. manifest: None where it cannot be read, and ``fault`` says why."""

    id: str
    folder: Path
    manifest: Manifest | None
    fault: str = ""

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.id.partition("-")[0])

    @property
    def files(self) -> tuple[SavedFile, ...]:
        return self.manifest.files if self.manifest else ()

    @property
    def tables(self) -> tuple[SavedTable, ...]:
        return self.manifest.tables if self.manifest else ()

    @property
    def first(self) -> bool:
        return bool(self.manifest and self.manifest.first)

    def file(self, path: Path) -> SavedFile | None:
        """What it holds of one path, None where it holds nothing of it."""
        return next((file for file in self.files if file.path == path), None)

    def table(self, name: str) -> SavedTable | None:
        """What it holds of one table, None where it holds nothing of it."""
        return next((table for table in self.tables if table.name == name), None)


def is_id(name: str) -> bool:
    """Whether a folder of this name can be a set: its time is one that there is."""
    if not _ID.fullmatch(name):
        return False
    try:
        datetime.fromisoformat(name.partition("-")[0])
    except ValueError:
        return False
    return True


def damaged(one: BackupSet, faults: Sequence[str], *, more: int = 0) -> BackupSetError:
    """What a command says of a set with these faults. more: how many other sets have some."""
    others = f" (and {more} more)" if more else ""
    return BackupSetError(
        f"the backup set {one.id}{others} is damaged: {'; '.join(faults)}",
        where=str(one.folder),
        hint="Nothing was changed. Undamaged copies can still be taken from its folder by hand.",
    )
