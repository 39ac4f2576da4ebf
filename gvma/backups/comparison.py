"""What differs between a backup set and another one, or what there is now; PINs and secrets masked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gvma.backups.backup_set import BackupSet, damaged
from gvma.backups.diff import masked_diff
from gvma.backups.rows import masked_rows_diff
from gvma.backups.sets import BackupSets
from gvma.storage.asterisk.files import read_present


@dataclass(frozen=True, slots=True)
class FileDifference:
    """One file in two states, or gvma's rows of a table, whose name is the path then.

    differs: a byte is other, or it is missing in one.
    diff: unified, empty where nothing differs. only_in: id of the set that alone says something of the file,
    which then cannot be compared.
    """

    path: Path
    differs: bool
    diff: str = ""
    only_in: str = ""
    missing_before: bool = False
    missing_after: bool = False

    def as_json(self) -> dict[str, object]:
        return {
            "path": str(self.path),
            "differs": self.differs,
            "diff": self.diff,
            "only_in": self.only_in or None,
            "missing_before": self.missing_before,
            "missing_after": self.missing_after,
        }

    def lines(self) -> list[str]:
        """For the reader: nothing where nothing differs."""
        if self.only_in:
            return [f"{self.path}: only in {self.only_in}"]
        gone = [f"{self.path}: did not exist before"] if self.missing_before and not self.missing_after else []
        gone += [f"{self.path}: does not exist any more"] if self.missing_after and not self.missing_before else []
        return gone + ([self.diff.rstrip("\n")] if self.diff else [])


def compare(
    sets: BackupSets, old: BackupSet, new: BackupSet | None, present_rows: Callable[[str], bytes]
) -> list[FileDifference]:
    """File by file, and table by table, from ``old`` to ``new``; None stands for what there is now.

    present_rows: gvma's rows of a table as they are now.
    Raises BackupSetError where a manifest or a copy is damaged, UnsafeTargetError where a present file cannot be read.
    """
    for one in (old, new):
        if one is not None and one.manifest is None:
            raise damaged(one, [one.fault])
    found = list(_tables(sets, old, new, present_rows))
    for path in dict.fromkeys(file.path for one in (old, new) if one for file in one.files):
        before, after = old.file(path), new.file(path) if new else None
        if before is None or (new is not None and after is None):
            alone = old if before is not None else new
            found.append(FileDifference(path, True, only_in=alone.id if alone else ""))
            continue
        text = sets.content(old, before)
        now = sets.content(new, after) if new and after else read_present(path)
        diff = masked_diff(str(path), text or b"", now or b"", voicemail=before.is_voicemail)
        found.append(FileDifference(path, text != now, diff, missing_before=text is None, missing_after=now is None))
    return found


def _tables(
    sets: BackupSets, old: BackupSet, new: BackupSet | None, present_rows: Callable[[str], bytes]
) -> Iterator[FileDifference]:
    for name in dict.fromkeys(table.name for one in (old, new) if one for table in one.tables):
        before, after = old.table(name), new.table(name) if new else None
        if before is None or (new is not None and after is None):
            alone = old if before is not None else new
            yield FileDifference(Path(name), True, only_in=alone.id if alone else "")
            continue
        rows = sets.rows(old, before)
        now = sets.rows(new, after) if new and after else present_rows(name)
        yield FileDifference(Path(name), rows != now, masked_rows_diff(name, rows, now))
