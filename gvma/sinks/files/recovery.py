"""What the next run does with a transaction that was interrupted: it ends it, in one direction, for all files.

gvma's own records end with them. Every step may be interrupted again and is then simply repeated. It never
asks Configuration Server or Asterisk: that the reload is pending is noted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gvma.backups.sets import BackupSets
from gvma.errors import BackupSetError
from gvma.sinks.base import Recovery
from gvma.sinks.files import journal
from gvma.sinks.files.exchange import ensure_content, install, read_now, rights_at, together
from gvma.sinks.files.journal import Journal, JournalFile
from gvma.sinks.files.own_records import are_whole, make_records_new
from gvma.sinks.files.transaction import close
from gvma.storage import disk
from gvma.storage.files import read_private, unsafe
from gvma.storage.signals import undisturbed


def recover(backup_path: Path) -> Recovery | None:
    """Ends what an interrupted run left; call it under the lock, before anything else.

    None where nothing was left. Raises BackupSetError or UnsafeTargetError where it could not be ended: the
    next run tries again.
    """
    with undisturbed():
        BackupSets(backup_path).sweep()
        left = journal.read_journal(backup_path)
        if left is None:
            journal.sweep(backup_path)
            return None
        forward = _goes_forward(backup_path, left)
        if left.phase == journal.STAGING:
            close(backup_path, left)
        elif forward:
            _end_forward(backup_path, left)
        else:
            _end_backward(backup_path, left)
        return Recovery(_text(left, forward, done=True), forward, _pending(left), left.backup_set)


def pending_recovery(backup_path: Path) -> str:
    """What the next run will mend, for ``--dry-run``; empty where nothing. Writes nothing."""
    left = journal.read_journal(backup_path)
    return _text(left, _goes_forward(backup_path, left), done=False) if left else ""


_Wanted = Callable[[JournalFile], bytes | None]


def _goes_forward(backup_path: Path, left: Journal) -> bool:
    """All new, unless the run was putting back, or what is needed for going on is lost."""
    if left.phase != journal.WRITING:
        return left.phase == journal.WRITTEN
    place = journal.folder(backup_path)
    whole = all(file.new is None or file.new.matches(read_private(place / file.new_copy)) for file in left.files)
    return whole and are_whole(backup_path, left)


def _end_forward(backup_path: Path, left: Journal) -> None:
    wanted = _new(backup_path)
    for file in left.files:
        try:
            _rescue(file)
            if left.phase != journal.WRITTEN:
                ensure_content(file, wanted(file), file.staged, file.new_rights, left.markers)
        except OSError as error:
            raise unsafe(file.path, error, f"an interrupted change cannot be ended: {error.strerror}") from error
    if left.phase != journal.WRITTEN:
        left = journal.in_phase(left, journal.WRITTEN)
        journal.write_journal(backup_path, left)
    make_records_new(backup_path, left)
    close(backup_path, left, pending=left.modules)


def _end_backward(backup_path: Path, left: Journal) -> None:
    if left.phase != journal.PUTTING_BACK:
        left = journal.in_phase(left, journal.PUTTING_BACK)
        journal.write_journal(backup_path, left)
    wanted = _old(backup_path, left)
    for file in left.files:
        try:
            _rescue(file)
            ensure_content(file, wanted(file), file.kept, file.old_rights, left.markers)
        except OSError as error:
            raise unsafe(file.path, error, f"an interrupted change cannot be undone: {error.strerror}") from error
    close(backup_path, left, pending=left.modules)


def _rescue(file: JournalFile) -> None:
    """Asterisk may have written into the old file just before the run was stopped: that content is newer."""
    if file.new is None or not file.kept.exists() or not file.path.exists() or file.path.samefile(file.kept):
        return
    now = read_now(file.path) or b""
    after = now[: file.new.size]
    descriptor = disk.open_to_read(file.kept)
    try:
        written = file.old is not None and not file.old.matches(disk.read(descriptor, file.kept))
        if written and file.new.matches(after):
            install(file, together(descriptor, file, after), rights_at(file.path))
    finally:
        os.close(descriptor)


def _new(backup_path: Path) -> _Wanted:
    def wanted(file: JournalFile) -> bytes | None:
        if file.new is None:
            return None
        content = read_private(journal.folder(backup_path) / file.new_copy)
        if content is None or not file.new.matches(content):
            raise BackupSetError(
                f"an interrupted change to {file.path} cannot be completed: its new content is damaged",
                where=str(journal.folder(backup_path) / file.new_copy),
                hint="Run the command again: it puts the files back.",
            )
        return content

    return wanted


def _old(backup_path: Path, left: Journal) -> _Wanted:
    copies = backup_path / left.backup_set

    def wanted(file: JournalFile) -> bytes | None:
        if file.old is None:
            return None
        for path in (copies / file.old_copy, file.kept):
            content = read_private(path)
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
