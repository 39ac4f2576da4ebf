"""Files of gvma's own under ``backup_path``: 0600, in folders that are 0700. Small JSON objects among them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gvma.errors import BackupSetError
from gvma.looks import note, note_unrepeatable
from gvma.storage import disk
from gvma.storage.advice import advice
from gvma.storage.atomic import Rights, read_whole, write_atomically

_UNTOUCHED = "No file of Asterisk's was changed by this."


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file of gvma's own (0600) in one step. Raises BackupSetError; then the old one stays."""
    try:
        private_folder(path.parent)
        write_atomically(path, content, Rights(os.geteuid(), os.getegid(), 0o600))
    except OSError as error:
        raise not_kept(path, error) from error


def read_private(path: Path) -> bytes | None:
    """The content of a file of gvma's own, None where there is none. Raises BackupSetError."""
    try:
        return read_whole(path)
    except OSError as error:
        raise not_kept(path, error) from error


def look_at_private(path: Path) -> bytes | None:
    """As ``read_private``, of a file that a plan goes by and that is none of the records: a look (gvma.looks)."""
    try:
        found = read_private(path)
    except BackupSetError:
        note_unrepeatable()
        raise
    note("private", (str(path),), found is not None, found or b"")
    return found


def remove_private(path: Path) -> None:
    """Removes a file of gvma's own for good; no error where it is gone. Raises BackupSetError."""
    try:
        if not path.exists():
            return
        disk.unlink(path)
        disk.fsync_folder(path.parent)
    except OSError as error:
        raise not_kept(path, error) from error


def private_folder(path: Path) -> None:
    """Makes a folder (0700) with its parents where it is missing, and takes others' rights from it.

    Raises OSError.
    """
    if path.is_dir():
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
        return
    if not path.parent.exists():
        private_folder(path.parent)
    disk.make_folder(path)
    disk.fsync_folder(path.parent)


def read_json(path: Path) -> dict[str, object] | None:
    """The object in a file, None where there is no file. Raises BackupSetError, also where it is damaged."""
    content = read_private(path)
    return None if content is None else json_object(content, path)


def json_object(content: bytes, path: Path) -> dict[str, object]:
    """The object in the content of a file. Raises BackupSetError where it is damaged."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise damaged(path) from error
    if not isinstance(found, dict):
        raise damaged(path)
    return found


def write_json(path: Path, content: dict[str, object]) -> None:
    """Replaces the file in one step. Raises BackupSetError."""
    write_private(path, json_text(content))


def json_text(content: dict[str, object]) -> bytes:
    """One line of ASCII, as ``json_object`` reads it."""
    return (json.dumps(content) + "\n").encode("ascii")


def damaged(path: Path) -> BackupSetError:
    """The user's error for a file that says nothing that gvma can use."""
    return BackupSetError(
        "a file that gvma keeps between runs is damaged",
        where=str(path),
        hint="Nothing was changed. Look at it, remove it, and run the command again.",
    )


@contextmanager
def although_changed() -> Iterator[None]:
    """In here Asterisk's files are changed already, and stay so whatever fails: the error says that."""
    try:
        yield
    except BackupSetError as error:
        error.hint = error.hint.replace(_UNTOUCHED, "Asterisk's files are changed, and stay so.")
        raise


def not_kept(path: Path, error: OSError) -> BackupSetError:
    """The user's error for something under ``backup_path`` that could not be read or written."""
    return BackupSetError(
        f"what gvma keeps cannot be read or written: {error.strerror or error}",
        where=str(error.filename or path),
        hint=f"{_UNTOUCHED} {advice(error)}",
    )
