"""What the next run does with a transaction that was interrupted: it ends it, in one direction, for all files.

gvma's own records end with them. Every step may be interrupted again and is then simply repeated. It never
asks Configuration Server or Asterisk: that the reload is pending is noted.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gvma.backups.sets import BackupSets
from gvma.errors import BackupSetError, UnsafeTargetError
from gvma.settings.model import GvmaSettings
from gvma.settings.reach import is_target
from gvma.sinks.base import Recovery
from gvma.sinks.files.atomic import journal
from gvma.sinks.files.atomic.exchange import ensure_content, install, read_now, together
from gvma.sinks.files.atomic.journal import Journal, JournalFile
from gvma.sinks.files.atomic.own_records import are_whole, make_records_new
from gvma.sinks.files.atomic.transaction import close
from gvma.storage import disk
from gvma.storage.asterisk.files import unsafe
from gvma.storage.asterisk.folders import Folder, find
from gvma.storage.private import read_private
from gvma.storage.signals import undisturbed
from gvma.storage.state import open_transaction


def recover(settings: GvmaSettings) -> Recovery | None:
    """Ends what an interrupted run left; call it under the lock, before anything else.

    None where nothing was left. Raises BackupSetError or UnsafeTargetError where it could not be ended: the
    next run tries again.
    """
    backup_path = settings.backup_path
    with undisturbed():
        BackupSets(backup_path).sweep()
        left = journal.read_journal(backup_path)
        if left is None:
            journal.sweep(backup_path)
            return None
        folders = _folders(left, settings)
        forward = _goes_forward(backup_path, left)
        if left.phase == journal.STAGING:
            close(backup_path, left, folders)
        elif forward:
            _end_forward(backup_path, left, folders)
        else:
            _end_backward(backup_path, left, folders)
        return Recovery(_text(left, forward, done=True), forward, _pending(left), left.backup_set)


def pending_recovery(backup_path: Path) -> str:
    """What the next run will mend, for ``--dry-run``; empty where nothing. Writes nothing."""
    left = journal.read_journal(backup_path)
    return _text(left, _goes_forward(backup_path, left), done=False) if left else ""


_Folders = Mapping[JournalFile, Folder]
_Wanted = Callable[[JournalFile], bytes | None]


def _folders(left: Journal, settings: GvmaSettings) -> _Folders:
    """Of each file; none for one whose folder has gone with all that was in it."""
    found = {}
    for file in left.files:
        if not is_target(settings, file.target):
            raise _stranger(file, "the settings do not name it")
        try:
            place = find(file.target, file.old_rights.uid)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unsafe(file.target, error, f"an interrupted change cannot be ended: {error.strerror}") from error
        if place.path != file.path:
            raise _stranger(file, f"it leads to {place.path} now, and led to {file.path} then")
        found[file] = place.folder
    return found


def _stranger(file: JournalFile, reason: str) -> UnsafeTargetError:
    return UnsafeTargetError(
        f"an interrupted run was about to change it, and cannot be ended: {reason}",
        where=str(file.target),
        hint="Nothing was changed. Put back the settings or the symbolic link as they were, or put the file right "
        "by hand and remove the journal in state/transaction; then run `gvma sync`.",
    )


def _goes_forward(backup_path: Path, left: Journal) -> bool:
    """All new, unless the run was putting back, or what is needed for going on is lost."""
    if left.phase != journal.WRITING:
        return left.phase == journal.WRITTEN
    place = open_transaction.folder(backup_path)
    whole = all(file.new is None or file.new.matches(read_private(place / file.new_copy)) for file in left.files)
    return whole and are_whole(backup_path, left)


def _end_forward(backup_path: Path, left: Journal, folders: _Folders) -> None:
    wanted = _new(backup_path)
    for file in left.files:
        with _named(file, "ended"):
            folder = _folder_of(file, folders, wanted)
            if folder is not None:
                _rescue(folder, file)
            if folder is not None and left.phase != journal.WRITTEN:
                ensure_content(folder, file, wanted(file), left.markers, new=True)
    if left.phase != journal.WRITTEN:
        left = journal.in_phase(left, journal.WRITTEN)
        journal.write_journal(backup_path, left)
    make_records_new(backup_path, left)
    close(backup_path, left, folders, pending=left.modules)


def _end_backward(backup_path: Path, left: Journal, folders: _Folders) -> None:
    if left.phase != journal.PUTTING_BACK:
        left = journal.in_phase(left, journal.PUTTING_BACK)
        journal.write_journal(backup_path, left)
    wanted = _old(backup_path, left, folders)
    for file in left.files:
        with _named(file, "undone"):
            folder = _folder_of(file, folders, wanted)
            if folder is not None:
                _rescue(folder, file)
                ensure_content(folder, file, wanted(file), left.markers, new=False)
    close(backup_path, left, folders, pending=left.modules)


@contextmanager
def _named(file: JournalFile, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unsafe(file.path, error, f"an interrupted change cannot be {what}: {error.strerror}") from error


def _folder_of(file: JournalFile, folders: _Folders, wanted: _Wanted) -> Folder | None:
    """None where it is gone, and no file is wanted there. Raises FileNotFoundError where one is."""
    if file not in folders and wanted(file) is not None:
        raise FileNotFoundError(errno.ENOENT, "its folder is missing", str(file.path))
    return folders.get(file)


def _rescue(folder: Folder, file: JournalFile) -> None:
    """What somebody else wrote just before the run was stopped is newer than all of it: it goes into its place.

    Asterisk writes into the old file, of which ``kept`` is a name. An editor's file lies at ``staged`` where
    the run was stopped between the exchange and its look at what came out.
    """
    for name in (file.kept, file.staged):
        there, now = folder.status(name), folder.status(file.name)
        if there is None or (now is not None and os.path.samestat(there, now)):
            continue
        after = (read_now(folder, file.name) or b"")[: file.new.size] if file.new else None
        descriptor = folder.open_to_read(name)
        try:
            content = disk.read(descriptor, folder.path / name)
            theirs = not any(one is not None and one.matches(content) for one in (file.old, file.new))
            if theirs and (now is None if file.new is None else file.new.matches(after)):
                install(folder, file, together(folder, descriptor, file, after))
        finally:
            os.close(descriptor)


def _new(backup_path: Path) -> _Wanted:
    def wanted(file: JournalFile) -> bytes | None:
        if file.new is None:
            return None
        content = read_private(open_transaction.folder(backup_path) / file.new_copy)
        if content is None or not file.new.matches(content):
            raise BackupSetError(
                f"an interrupted change to {file.path} cannot be completed: its new content is damaged",
                where=str(open_transaction.folder(backup_path) / file.new_copy),
                hint="Run the command again: it puts the files back.",
            )
        return content

    return wanted


def _old(backup_path: Path, left: Journal, folders: _Folders) -> _Wanted:
    copies = backup_path / left.backup_set

    def wanted(file: JournalFile) -> bytes | None:
        if file.old is None:
            return None
        content = read_private(copies / file.old_copy)
        if not file.old.matches(content) and file in folders:
            content = read_now(folders[file], file.kept)
        if file.old.matches(content):
            return content
        raise BackupSetError(
            f"an interrupted change to {file.path} cannot be undone: the copy of the old file is damaged",
            where=str(copies / file.old_copy),
            hint="Put the file right by hand, remove the journal in state/transaction, then run `gvma sync`.",
        )

    return wanted


def _pending(left: Journal) -> tuple[str, ...]:
    return () if left.phase == journal.STAGING else left.modules


def _text(left: Journal, forward: bool, *, done: bool) -> str:
    stopped = f"The run of {left.started} (process {left.process}) was stopped"
    if left.phase == journal.STAGING:
        tail = "its temporary files are removed" if done else "the next run removes its temporary files"
        return f"{stopped} before it changed a file; {tail}."
    reload = f"the reload of {', '.join(left.modules)} is pending" if left.modules else ""
    after = f"; {reload}" if reload else ""
    if left.phase == journal.WRITTEN:
        tail = f"the files stay as it wrote them{after}" if done else f"the next run ends it{after}"
        return f"{stopped} after it had replaced {left.names}; {tail}."
    if forward:
        tail = f"its change is complete now{after}" if done else f"the next run completes its change{after}"
        return f"{stopped} while it replaced {left.names}; {tail}."
    tail = f"they are as before now{after}" if done else f"the next run puts them all back{after}"
    return f"{stopped} while {left.names} were being put back; {tail}."
