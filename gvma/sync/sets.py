"""Backup sets: copies of files before a change, readable without gvma, in folders of their own.

A set is made complete under another name and then renamed into place: one that can be seen is whole. Sets
are never changed. ``backup_path/20261121T213000Z-1a2b3c4d/`` holds ``manifest.json``, ``snapshot.json`` and
``files/etc/asterisk/voicemail.conf.copy``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gvma.sync.files import Rights, TargetFile


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a transaction. new: None removes it; equal to the old content leaves it as it is.

    module: what Asterisk reloads for it (``app_voicemail.so``), empty for none.
    rights: for a restore, None keeps what the target has.
    """

    target: TargetFile
    new: bytes | None
    module: str = ""
    rights: Rights | None = None


@dataclass(frozen=True, slots=True)
class SavedFile:
    """One file of a set. existed: False where there was no file, and then there is no copy.

    copy: path of the copy inside the set. changed: the run was about to change it.
    """

    path: Path
    existed: bool
    changed: bool
    module: str
    sha256: str
    size: int
    rights: Rights
    owner: str
    group: str
    copy: str


@dataclass(frozen=True, slots=True)
class BackupSet:
    """A set's manifest. time: UTC, ``2026-11-21T21:30:00Z``; first: kept for good. reason: ``sync`` or ``restore``."""

    id: str
    folder: Path
    time: str
    host: str
    run_id: str
    reason: str
    version: str
    first: bool
    files: tuple[SavedFile, ...]
    snapshot_sha256: str


class BackupSets:
    """All sets under one ``backup_path``."""

    def __init__(self, backup_path: Path) -> None:
        self.path = backup_path

    def create(
        self, files: Sequence[FileChange], *, snapshot: Mapping[str, object], reason: str, run_id: str
    ) -> BackupSet:
        """A complete set of the files as their targets were read.

        files: give ALL target files, also those that stay as they are, so that a restore brings back one whole
        state; an equal newest set is not made again but returned. snapshot: JSON-able, WITHOUT any PIN.
        Raises BackupSetError where it cannot be written (disk full); then nothing is left behind.
        """
        raise NotImplementedError

    def all(self) -> list[BackupSet]:
        """Every set, oldest first; damaged ones too, as far as their manifests can be read."""
        raise NotImplementedError

    def find(self, prefix: str) -> BackupSet:
        """By id, unique prefix or ``latest``. Raises UsageError (ambiguous) or BackupSetError (none)."""
        raise NotImplementedError

    def faults(self, backup_set: BackupSet) -> list[str]:
        """What is missing, damaged or too much in a set; empty where it is sound."""
        raise NotImplementedError

    def verify(self, backup_set: BackupSet) -> None:
        """Raises BackupSetError where a set has faults."""
        raise NotImplementedError
