"""gvma's own records in a transaction: they become new where its files stay new, and stay old where they do not.

A record behind the files would take the next sync for an administrator's reset of a PIN, one ahead of them
would miss it. A record becomes new by a rename, which needs no room on the disk; where its new text is gone
from beside the journal, it has become new already.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gvma.sinks.files.atomic.journal import Journal, JournalRecord
from gvma.storage import disk
from gvma.storage.digest import Digest
from gvma.storage.private import not_kept, read_private, remove_private
from gvma.storage.state import open_transaction, records


def changed_records(backup_path: Path, wanted: Mapping[str, bytes | None]) -> dict[JournalRecord, bytes | None]:
    """Those that are not as ``wanted`` yet, with their new texts; None for a record that goes."""
    place = records.folder(backup_path)
    changed = {name: text for name, text in wanted.items() if read_private(place / name) != text}
    return {
        JournalRecord(name, None, "")
        if text is None
        else JournalRecord(name, Digest.of(text), f"record-{number}.new"): text
        for number, (name, text) in enumerate(changed.items())
    }


def are_whole(backup_path: Path, left: Journal) -> bool:
    """The new text of each record lies beside the journal as it was written."""
    place = open_transaction.folder(backup_path)
    return all(one.new is None or one.new.matches(read_private(place / one.copy)) for one in left.records)


def make_records_new(backup_path: Path, ending: Journal) -> None:
    """Every record is new when it returns; calling it again changes nothing. Raises BackupSetError.

    A text that was damaged meanwhile takes its record with it: without one the next sync is more cautious.
    """
    for record in ending.records:
        path = records.folder(backup_path) / record.name
        copy = open_transaction.folder(backup_path) / record.copy
        if record.new is None:
            remove_private(path)
        elif (text := read_private(copy)) is not None:
            if record.new.matches(text):
                _rename(copy, path)
            else:
                remove_private(path)


def _rename(copy: Path, path: Path) -> None:
    try:
        disk.rename(copy, path)
        disk.fsync_folder(path.parent)
    except OSError as error:
        raise not_kept(path, error) from error
