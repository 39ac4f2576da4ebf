"""The first phase of a transaction: all that it needs lies beside the targets, and none has been replaced."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from gvma.sinks.base import SinkMoved
from gvma.sinks.files.atomic import journal
from gvma.sinks.files.atomic.change import FileChange, entries
from gvma.sinks.files.atomic.exchange import read_now
from gvma.sinks.files.atomic.journal import JournalFile
from gvma.storage.asterisk.files import unsafe
from gvma.storage.asterisk.folders import Folder
from gvma.storage.digest import Digest


def journal_file(change: FileChange, token: str, number: int) -> JournalFile:
    """What the journal says of a change. token, number: make the names beside the target its own."""
    target = change.target
    name = f"{token}{number}"
    return JournalFile(
        target=Path(os.path.abspath(target.path)),
        path=target.real_path,
        module=change.module,
        old=Digest.of(target.content) if target.exists else None,
        new=Digest.of(change.new) if change.new is not None else None,
        old_rights=target.rights,
        new_rights=change.rights or target.rights,
        staged=journal.temporary_name(target.place.name, name, "new"),
        kept=journal.temporary_name(target.place.name, name, "old"),
        merged=journal.temporary_name(target.place.name, name, "merged"),
        old_copy=change.to_save.copy,
        new_copy=f"{number}.new" if change.new is not None else "",
        entries=entries(change.new, most=entries(target.content)) if change.asterisk_rewrites else 0,
    )


def lay_ready(file: JournalFile, change: FileChange) -> None:
    """The new file and a second name of the old one lie beside the target. Raises UnsafeTargetError."""
    try:
        change.folder.refuse_if_names_stay()
        if change.new is not None:
            like = file.name if change.target.exists else ""
            change.folder.stage(file.staged, change.new, file.new_rights, like=like)
        if change.target.exists:
            _keep(change.folder, file)
        change.folder.fsync()
    except OSError as error:
        raise unsafe(change.target.path, error) from error


def _keep(folder: Folder, file: JournalFile) -> None:
    """A second name for the old file; without one, the backup set's copy serves."""
    try:
        folder.link(file.name, file.kept)
    except OSError as error:
        if error.errno == errno.EXDEV:  # it is a mount of its own, and the rename would fail
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(file.path)) from error


def refuse_if_moved(change: FileChange) -> None:
    """Raises SinkMoved where the file is not as it was read."""
    target = change.target
    try:
        if read_now(change.folder, target.place.name) != target.old:
            raise target_moved(target.path)
    except OSError as error:
        raise unsafe(target.path, error) from error


def target_moved(path: Path) -> SinkMoved:
    """The error that leaves a file as somebody else has written it meanwhile. path: the file."""
    return SinkMoved(
        "somebody (Asterisk, with a new PIN) has rewritten it since it was read",
        where=str(path),
        hint="No file was changed by this run, and the newer content is in place. Run the command again.",
    )
