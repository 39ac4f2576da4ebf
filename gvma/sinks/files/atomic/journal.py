"""The journal: what a transaction is about to do, on the disk before it does it; it holds no PIN.

It lies in ``backup_path/state/transaction``, with a copy of each new content and of each new record beside
it (0600). While it is there, a transaction is open. Its phases, and what a later run makes of them:

    staging       no file has been replaced           -> the temporary files are removed: all old
    writing       some files may have been replaced   -> the others are replaced too: all new
    written       all files have been replaced        -> the records become new too: all new
    putting-back  some files may be old again         -> the others are put back too: all old

Only in ``written`` does a record become new.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from gvma.backups.manifest import copy_name
from gvma.errors import BackupSetError
from gvma.sinks.files.atomic.change import entries
from gvma.storage import disk
from gvma.storage.atomic import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, Rights
from gvma.storage.digest import Digest
from gvma.storage.private import not_kept, read_private, remove_private, write_private
from gvma.storage.state.open_transaction import JOURNAL, folder

STAGING = "staging"
WRITING = "writing"
WRITTEN = "written"
PUTTING_BACK = "putting-back"

_FORMAT = 2
_COPY = re.compile(r"(record-)?\d+\.new")
_RECORD = re.compile(r"[a-z][a-z.-]*")
_TEMPORARY = re.compile(rf"{re.escape(TEMPORARY_PREFIX)}[^/]+{re.escape(TEMPORARY_SUFFIX)}", re.DOTALL)


class Markers(NamedTuple):
    """The lines that bound the managed block, as the settings have them."""

    begin: str
    end: str


class JournalFile(NamedTuple):
    """One file that is replaced. old, new: None where there is no file before or afterwards.

    target: as the settings name it. path: behind its symbolic links. Names beside it: staged, of the new file;
    kept, a second one of the old file; merged, of a text in which a changed PIN is carried over. old_copy: in
    the backup set. new_copy: beside the journal. Each copy is empty where there is no content. entries: a
    content with fewer is one that Asterisk has not written to its end.
    """

    target: Path
    path: Path
    module: str
    old: Digest | None
    new: Digest | None
    old_rights: Rights
    new_rights: Rights
    staged: str
    kept: str
    merged: str
    old_copy: str
    new_copy: str
    entries: int

    @property
    def name(self) -> str:
        return self.path.name

    def is_complete(self, content: bytes) -> bool:
        """It does not look as if its writer were still at work."""
        return entries(content) >= self.entries

    @property
    def temporary(self) -> tuple[str, str, str]:
        return (self.staged, self.kept, self.merged)


class JournalRecord(NamedTuple):
    """A record of gvma's own that becomes new with the files. name: under ``backup_path/state``.

    new: None where the record goes. copy: the new text beside the journal, empty where there is none.
    """

    name: str
    new: Digest | None
    copy: str


class Journal(NamedTuple):
    """One open transaction. started: UTC. pause: id of the set that a restore brings back, else empty."""

    phase: str
    started: str
    process: int
    backup_set: str
    pause: str
    markers: Markers
    files: tuple[JournalFile, ...]
    records: tuple[JournalRecord, ...]

    @property
    def modules(self) -> tuple[str, ...]:
        """What Asterisk has to reload for it, sorted."""
        return tuple(sorted({file.module for file in self.files if file.module}))

    @property
    def names(self) -> str:
        return ", ".join(str(file.path) for file in self.files)


def begin(
    backup_set: str, markers: Markers, files: tuple[JournalFile, ...], records: tuple[JournalRecord, ...], pause: str
) -> Journal:
    """A journal in its first phase; nothing is written yet."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Journal(STAGING, now, os.getpid(), backup_set, pause, markers, files, records)


def temporary_name(name: str, token: str, use: str) -> str:
    """``.gvma-TOKEN-NAME.USE.tmp``, the name cut where a file system would refuse it."""
    return f"{TEMPORARY_PREFIX}{token}-{name[:80]}.{use}{TEMPORARY_SUFFIX}"


def write_journal(backup_path: Path, journal: Journal) -> None:
    """On the disk when it returns. Raises BackupSetError; then the journal is as before."""
    write_private(folder(backup_path) / JOURNAL, (json.dumps(_as_json(journal), indent=1) + "\n").encode("ascii"))


def write_new_copies(backup_path: Path, contents: Mapping[str, bytes]) -> None:
    """Keeps each new content beside the journal, by its file name."""
    for name, content in contents.items():
        write_private(folder(backup_path) / name, content)


def read_journal(backup_path: Path) -> Journal | None:
    """The open transaction, None where there is none. Raises BackupSetError where it is damaged."""
    path = folder(backup_path) / JOURNAL
    text = read_private(path)
    if text is None:
        return None
    try:
        return _from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BackupSetError(
            "the journal of an interrupted run is damaged",
            where=str(path),
            hint="Nothing was changed. `gvma backup diff latest` shows what that run had changed; put the "
            "files right by hand, remove the journal, then run `gvma sync`.",
        ) from error


def sets_in_use(backup_path: Path) -> set[str]:
    """Ids of the backup sets that an interrupted run needs for its end."""
    left = read_journal(backup_path)
    return {left.backup_set, left.pause} if left else set()


def remove_journal(backup_path: Path) -> None:
    """The transaction is closed when it returns; the copies go afterwards."""
    remove_private(folder(backup_path) / JOURNAL)
    sweep(backup_path)


def sweep(backup_path: Path) -> None:
    """Without a journal nothing in its folder means anything: it is removed, and half-written notes with it."""
    place = folder(backup_path)
    try:
        if place.is_dir() and not (place / JOURNAL).exists():
            for entry in sorted(place.iterdir()):
                disk.unlink(entry)
        for left in sorted(place.parent.glob(f"{TEMPORARY_PREFIX}*{TEMPORARY_SUFFIX}")):
            disk.unlink(left)
    except OSError as error:
        raise not_kept(place, error) from error


def in_phase(journal: Journal, phase: str) -> Journal:
    """The same transaction in another of its phases."""
    return journal._replace(phase=phase)


def _as_json(journal: Journal) -> dict[str, object]:
    return {
        "gvma_journal": _FORMAT,
        "phase": journal.phase,
        "started": journal.started,
        "process": journal.process,
        "backup_set": journal.backup_set,
        "pause": journal.pause,
        "begin": journal.markers.begin,
        "end": journal.markers.end,
        "files": [
            {
                "target": str(file.target),
                "path": str(file.path),
                "module": file.module,
                "old": _digest_as_json(file.old),
                "new": _digest_as_json(file.new),
                "old_rights": [file.old_rights.uid, file.old_rights.gid, file.old_rights.mode],
                "new_rights": [file.new_rights.uid, file.new_rights.gid, file.new_rights.mode],
                "staged": file.staged,
                "kept": file.kept,
                "merged": file.merged,
                "old_copy": file.old_copy,
                "new_copy": file.new_copy,
                "entries": file.entries,
            }
            for file in journal.files
        ],
        "records": [
            {"name": record.name, "new": _digest_as_json(record.new), "copy": record.copy} for record in journal.records
        ],
    }


def _refuse_other_places(file: dict[str, str]) -> None:
    """What lies beside a target and beside the journal has names that gvma gives, and lies nowhere else."""
    names = (file["staged"], file["kept"], file["merged"])
    if not all(_TEMPORARY.fullmatch(name) for name in names):
        raise ValueError("a temporary file elsewhere")
    if file["new_copy"] and not _COPY.fullmatch(file["new_copy"]):
        raise ValueError("a new copy elsewhere")
    if file["old_copy"] and file["old_copy"] != copy_name(Path(file["target"])):
        raise ValueError("an old copy elsewhere")


def _digest_as_json(digest: Digest | None) -> list[object] | None:
    return [digest.sha256, digest.size] if digest else None


def _digest_from_json(words: list[Any] | None) -> Digest | None:
    return Digest(*words) if words else None


def _from_json(content: dict[str, object]) -> Journal:
    if content["gvma_journal"] != _FORMAT or content["phase"] not in {STAGING, WRITING, WRITTEN, PUTTING_BACK}:
        raise ValueError("not a journal of this version")
    files, records = content["files"], content["records"]
    if not isinstance(files, list) or not isinstance(records, list):
        raise TypeError("files, records")
    for file in files:
        _refuse_other_places(file)
    for record in records:
        if not _RECORD.fullmatch(record["name"]) or (record["copy"] and not _COPY.fullmatch(record["copy"])):
            raise ValueError("a record elsewhere")
    return Journal(
        phase=str(content["phase"]),
        started=str(content["started"]),
        process=int(str(content["process"])),
        backup_set=str(content["backup_set"]),
        pause=str(content["pause"]),
        markers=Markers(str(content["begin"]), str(content["end"])),
        files=tuple(_file_from_json(file) for file in files),
        records=tuple(
            JournalRecord(record["name"], _digest_from_json(record["new"]), record["copy"]) for record in records
        ),
    )


def _file_from_json(file: dict[str, Any]) -> JournalFile:
    return JournalFile(
        target=Path(file["target"]),
        path=Path(file["path"]),
        module=file["module"],
        old=_digest_from_json(file["old"]),
        new=_digest_from_json(file["new"]),
        old_rights=Rights.with_permissions(*file["old_rights"]),
        new_rights=Rights.with_permissions(*file["new_rights"]),
        staged=file["staged"],
        kept=file["kept"],
        merged=file["merged"],
        old_copy=file["old_copy"],
        new_copy=file["new_copy"],
        entries=file["entries"],
    )
