"""The sync is paused after a restore, so that it does not undo what an administrator has just brought back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from gvma.errors import SyncPausedError
from gvma.storage.private import damaged, json_object, json_text, read_private, remove_private, write_json

NAME = "held-restore.json"
"""The file under ``backup_path/state``. Name and keys are those of gvma 1.0, so that an update keeps a pause."""


class Pause(NamedTuple):
    """backup_set: the id of the set that was restored; since: when, UTC."""

    backup_set: str
    since: str

    @property
    def sentence(self) -> str:
        return f"Sync is paused: backup {self.backup_set} was restored at {self.since}."


def read_pause(backup_path: Path) -> Pause | None:
    """The pause, None where the sync is not paused. Raises BackupSetError."""
    text = read_private(_path(backup_path))
    return None if text is None else pause_of(text, _path(backup_path))


def pause_of(text: bytes, path: Path) -> Pause:
    """The pause that a record says. path: of the record. Raises BackupSetError."""
    note = json_object(text, path)
    try:
        return Pause(str(note["backup_set"]), str(note["time"]))
    except KeyError as error:
        raise damaged(path) from error


def refuse_if_paused(backup_path: Path, option: str = "--resume") -> None:
    """Raises SyncPausedError where the sync is paused. option: of ``gvma sync``, with which it goes on."""
    pause = read_pause(backup_path)
    if pause is None:
        return
    raise SyncPausedError(
        pause.sentence,
        where=str(_path(backup_path)),
        hint="Nothing was changed. `gvma sync --dry-run` shows what a sync would change. "
        f"To go on: `gvma sync {option}`.",
    )


def pause(backup_path: Path, backup_set: str) -> None:
    """The present state is one that an administrator restored; syncs leave it alone from now on."""
    write_json(_path(backup_path), _note_of(backup_set))


def pause_record(backup_set: str) -> dict[str, bytes]:
    """What ``pause`` writes, as a record that a transaction carries."""
    return {NAME: json_text(_note_of(backup_set))}


def resume(backup_path: Path) -> None:
    """Ends the pause: after a sync with --resume has succeeded."""
    remove_private(_path(backup_path))


def _note_of(backup_set: str) -> dict[str, object]:
    return {"backup_set": backup_set, "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _path(backup_path: Path) -> Path:
    return backup_path / "state" / NAME
