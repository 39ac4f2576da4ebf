"""A small JSON object under ``backup_path/state`` that outlives a run."""

from __future__ import annotations

import json
from pathlib import Path

from gvma.errors import BackupSetError
from gvma.storage.files import read_private, write_private


def read_note(path: Path) -> dict[str, object] | None:
    """The object, None where there is no file. Raises BackupSetError, also where it is damaged."""
    content = read_private(path)
    if content is None:
        return None
    try:
        note = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise damaged(path) from error
    if not isinstance(note, dict):
        raise damaged(path)
    return note


def write_note(path: Path, note: dict[str, object]) -> None:
    """Replaces the file in one step. Raises BackupSetError."""
    write_private(path, note_text(note))


def note_text(note: dict[str, object]) -> bytes:
    return (json.dumps(note) + "\n").encode("ascii")


def damaged(path: Path) -> BackupSetError:
    """The user's error for a note that says nothing that gvma can use."""
    return BackupSetError(
        "a file that gvma keeps between runs is damaged",
        where=str(path),
        hint="Nothing was changed. Look at it, remove it, and run the command again.",
    )
