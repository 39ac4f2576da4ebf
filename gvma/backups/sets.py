"""Backup sets: copies of files or rows before a change, readable without gvma, in folders of their own.

A set is made complete under another name and then renamed into place: one that can be seen is whole. Sets
are never changed. ``backup_path/20261121T213000Z-1a2b3c4d/`` holds ``manifest.json``, ``snapshot.json`` and
``files/etc/asterisk/voicemail.conf.copy`` or ``tables/voicemail.copy``.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gvma import __version__
from gvma.backups.backup_set import ID_TIME, BackupSet, is_id
from gvma.backups.manifest import (
    NAME,
    SNAPSHOT,
    FileToSave,
    Manifest,
    SavedFile,
    SavedTable,
    TableToSave,
    UnreadableManifest,
    read_manifest,
    saved_file,
    saved_table,
)
from gvma.errors import BackupSetError, NoBackupSetError, UsageError
from gvma.settings.model import GvmaSettings
from gvma.settings.reach import is_target
from gvma.storage import disk
from gvma.storage.atomic import Rights, stage
from gvma.storage.digest import Digest, Digesting
from gvma.storage.private import not_kept, private_folder, read_private
from gvma.storage.signals import undisturbed

_UNFINISHED = re.compile(r"\.\d{8}T\d{6}Z-[0-9a-f]{8}\.tmp")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_LATEST = datetime(9999, 12, 31, 23, 59, 58, tzinfo=UTC)
_LIST_HINT = "Nothing was changed. `gvma backup list` shows the sets that there are."


def _utc_now() -> datetime:
    return datetime.now(UTC)


class BackupSets:
    """All sets under one ``backup_path``. clock: the time now, UTC."""

    def __init__(self, backup_path: Path, clock: Callable[[], datetime] = _utc_now) -> None:
        self.path = backup_path
        self._clock = clock

    def create(
        self,
        files: Sequence[FileToSave],
        tables: Sequence[TableToSave] = (),
        *,
        snapshot: bytes | Iterable[bytes],
        reason: str,
        run_id: str,
    ) -> BackupSet:
        """A complete set of the files, or of the rows of the tables, as they were read.

        files, tables: give ALL of them, also those that stay as they are, so that a restore brings back one
        whole state. Where the newest set holds just this state already, for the same reason (the run before
        was put back), no second one is made. snapshot: what Configuration Server said, as JSON, in pieces
        or as a whole, WITHOUT any PIN.
        Raises BackupSetError where it cannot be written (disk full); then nothing of it is left.
        """
        with undisturbed():
            saved = tuple(saved_file(file) for file in files)
            rows = tuple(saved_table(table) for table in tables)
            newest = next(iter(reversed(self.all())), None)
            if newest and _same_state(newest, saved, rows, reason) and not self.faults(newest):
                return newest
            self.sweep()
            manifest = self._manifest(saved, reason, run_id, newest)._replace(tables=rows)
            contents = {file.copy: file.content for file in files if file.content is not None}
            contents |= {kept.copy: table.content for kept, table in zip(rows, tables, strict=True)}
            return self._write(manifest, contents, snapshot)

    def all(self) -> list[BackupSet]:
        """Every set, oldest first; those whose manifest cannot be read too."""
        return [self._read(name) for name in set_names(self.path)]

    def find(self, wanted: str) -> BackupSet:
        """By id, unique prefix or ``latest``. Raises UsageError (ambiguous, empty) or NoBackupSetError."""
        if not wanted:
            raise UsageError("the id of the backup set is empty", where=str(self.path), hint=_LIST_HINT)
        sets = self.all()
        if wanted == "latest":
            if not sets:
                raise NoBackupSetError(
                    "there is no backup set yet",
                    where=str(self.path),
                    hint="Nothing was changed. The first `gvma sync` that changes a file makes one.",
                )
            return sets[-1]
        found = [one for one in sets if one.id.startswith(wanted)]
        if not found:
            raise NoBackupSetError(f"there is no backup set {wanted!r}", where=str(self.path), hint=_LIST_HINT)
        if len(found) > 1:
            candidates = ", ".join(one.id for one in found)
            raise UsageError(
                f"{wanted!r} means more than one backup set: {candidates}",
                where=str(self.path),
                hint="Nothing was changed. Give more of the id.",
            )
        return found[0]

    def faults(self, backup_set: BackupSet) -> list[str]:
        """What is missing, damaged or too much in a set, one sentence each; empty where it is sound."""
        if backup_set.manifest is None:
            return [backup_set.fault]
        expected = {NAME: None, SNAPSHOT: backup_set.manifest.snapshot}
        expected |= {file.copy: file.digest for file in backup_set.files if file.copy}
        expected |= {table.copy: table.digest for table in backup_set.tables}
        faults = []
        for name, digest in expected.items():
            if digest is not None and (fault := _fault(backup_set.folder / name, digest)):
                faults.append(f"{name} {fault}")
        faults += [f"{name} does not belong to it" for name in _names(backup_set.folder) if name not in expected]
        return faults

    def verify(self, backup_set: BackupSet, settings: GvmaSettings) -> None:
        """Raises BackupSetError where a set has faults, or names files that the settings do not name."""
        faults = self.faults(backup_set) + strangers(backup_set, settings)
        if faults:
            raise BackupSetError(
                f"the backup set {backup_set.id} is damaged: {'; '.join(faults)}",
                where=str(backup_set.folder),
                hint="Nothing was changed. Choose another set from `gvma backup list`; sound copies can "
                "still be taken out of its folder by hand.",
            )

    def content(self, backup_set: BackupSet, file: SavedFile) -> bytes | None:
        """One file as it was, None where it did not exist. Raises BackupSetError where the copy is damaged."""
        if not file.existed:
            return None
        return self._copy(backup_set, file.copy, file.digest)

    def rows(self, backup_set: BackupSet, table: SavedTable) -> bytes:
        """The rows of one table as they were. Raises BackupSetError where the copy is damaged."""
        return self._copy(backup_set, table.copy, table.digest)

    def _copy(self, backup_set: BackupSet, copy: str, digest: Digest) -> bytes:
        content = read_private(backup_set.folder / copy)
        if content is None or not digest.matches(content):
            raise BackupSetError(
                f"the backup set {backup_set.id} is damaged: {copy} is missing or not what was saved",
                where=str(backup_set.folder),
                hint=_LIST_HINT,
            )
        return content

    def remove(self, backup_set: BackupSet) -> None:
        """A set is gone in one step, and its room is free afterwards."""
        unfinished = self.path / f".{backup_set.id}.tmp"
        try:
            with undisturbed():
                disk.rename(backup_set.folder, unfinished)
                disk.fsync_folder(self.path)
                disk.remove_folder(unfinished)
        except OSError as error:
            raise not_kept(backup_set.folder, error) from error

    def sweep(self) -> None:
        """Removes what interrupted runs left of sets that were being made or removed."""
        try:
            left = [Path(entry.path) for entry in os.scandir(self.path) if _UNFINISHED.fullmatch(entry.name)]
            for folder in left:
                disk.remove_folder(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise not_kept(self.path, error) from error

    def _manifest(self, saved: tuple[SavedFile, ...], reason: str, run_id: str, newest: BackupSet | None) -> Manifest:
        clock = self._clock().replace(microsecond=0)
        time = max(clock, min(newest.time, _LATEST) + timedelta(seconds=1)) if newest else clock
        return Manifest(
            id=f"{time.strftime(ID_TIME)}-{os.urandom(4).hex()}",
            time=time.strftime(_TIME),
            clock=clock.strftime(_TIME),
            host=os.uname().nodename,
            run_id=run_id,
            reason=reason,
            gvma_version=__version__,
            first=newest is None,
            files=saved,
        )

    def _write(self, manifest: Manifest, contents: Mapping[str, bytes], snapshot: bytes | Iterable[bytes]) -> BackupSet:
        folder = self.path / manifest.id
        unfinished = self.path / f".{manifest.id}.tmp"
        try:
            private_folder(self.path)
            try:
                disk.make_folder(unfinished)
                for copy, content in contents.items():
                    private_folder((unfinished / copy).parent)
                    _put(unfinished / copy, content)
                pieces = Digesting((snapshot,) if isinstance(snapshot, bytes) else snapshot)
                _put(unfinished / SNAPSHOT, pieces)
                manifest = manifest._replace(snapshot=pieces.digest)
                _put(unfinished / NAME, manifest.as_bytes())
                disk.rename(unfinished, folder)
                disk.fsync_folder(self.path)
            except BaseException:
                with contextlib.suppress(OSError):  # the next run sweeps
                    disk.remove_folder(unfinished)
                raise
        except OSError as error:
            raise not_kept(folder, error) from error
        return BackupSet(manifest.id, folder, manifest)

    def _read(self, name: str) -> BackupSet:
        folder = self.path / name
        try:
            text = read_private(folder / NAME)
        except BackupSetError as error:
            return BackupSet(name, folder, None, error.message)
        if text is None:
            return BackupSet(name, folder, None, f"{NAME} is missing")
        try:
            manifest = read_manifest(text)
        except UnreadableManifest as error:
            return BackupSet(name, folder, None, str(error))
        if manifest.id != name:
            return BackupSet(name, folder, None, f"the manifest is that of {manifest.id}")
        return BackupSet(name, folder, manifest)


def set_names(backup_path: Path) -> list[str]:
    """The ids of all sets, oldest first. Raises BackupSetError."""
    try:
        return sorted(entry.name for entry in os.scandir(backup_path) if is_id(entry.name))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise not_kept(backup_path, error) from error


def strangers(backup_set: BackupSet, settings: GvmaSettings) -> list[str]:
    """Files of a set that are none of the settings', one sentence each: nothing is ever written there."""
    return [
        f"it names {file.path}, which these settings do not"
        for file in backup_set.files
        if not is_target(settings, file.path)
    ]


def _put(path: Path, content: bytes | Iterable[bytes]) -> None:
    stage(path, content, Rights(os.geteuid(), os.getegid(), 0o600))
    disk.fsync_folder(path.parent)


def _same_state(kept: BackupSet, files: Sequence[SavedFile], tables: Sequence[SavedTable], reason: str) -> bool:
    """Of the same reason too: the list of the sets says of each whose run made it."""

    def state(files: Sequence[SavedFile]) -> dict[Path, tuple[bool, str, Rights | None]]:
        return {
            file.path: (file.existed, file.digest.sha256, file.rights) if file.existed else (False, "", None)
            for file in files
        }

    def rows(tables: Sequence[SavedTable]) -> set[tuple[str, str, str]]:
        return {(table.name, table.database, table.digest.sha256) for table in tables}

    is_same = state(kept.files) == state(files) and rows(kept.tables) == rows(tables)
    return is_same and kept.manifest is not None and kept.manifest.reason == reason


def _fault(path: Path, digest: Digest) -> str:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return "is no regular file"
        content = read_private(path)
    except FileNotFoundError:
        return "is missing"
    except (OSError, BackupSetError):
        return "cannot be read"
    return "" if digest.matches(content) else "is damaged"


def _names(folder: Path) -> list[str]:
    found = []
    for parent, _, files in os.walk(folder):
        found += [str((Path(parent) / name).relative_to(folder)) for name in files]
    return sorted(found)
