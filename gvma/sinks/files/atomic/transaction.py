"""Several files changed as one: all old or all new, whatever stops the run, and no PIN of Asterisk's lost.

The journal is on the disk before the first byte changes. Each new file is complete beside its target, and
the old one has a second name there, so that neither going on nor going back needs room on the disk. It knows
nothing of Asterisk but that it may write voicemail.conf at any moment. How it is used::

    with stoppable(), apply(changes, records=records, backup_set=made, markers=markers) as applied:
        reload_and_read_back()  # an exception that leaves the block puts all back
        is_final = applied.finish()  # False: Asterisk rewrote a file meanwhile, plan anew
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType

from gvma.backups.backup_set import BackupSet
from gvma.errors import BackupSetError, UnsafeTargetError
from gvma.sinks.files.atomic import journal
from gvma.sinks.files.atomic.change import FileChange
from gvma.sinks.files.atomic.exchange import Moved, ensure_content, exchange, install, late_writing, read_now
from gvma.sinks.files.atomic.journal import Journal, JournalFile, Markers
from gvma.sinks.files.atomic.own_records import changed_records, make_records_new
from gvma.sinks.files.atomic.staging import journal_file, lay_ready, refuse_if_moved, target_moved
from gvma.storage.asterisk.files import unsafe
from gvma.storage.asterisk.folders import Folder
from gvma.storage.private import although_changed
from gvma.storage.signals import Stopped, undisturbed
from gvma.storage.state import open_transaction, pending_reload
from gvma.storage.state.pause import pause_record

_SETTLE_SECONDS = 0.05


def apply(
    changes: Sequence[FileChange],
    *,
    backup_set: BackupSet,
    markers: Markers,
    records: Mapping[str, bytes | None] = MappingProxyType({}),
    pause: str = "",
) -> AppliedFiles:
    """Puts all new files in place; a file whose new content is its old one is left alone.

    backup_set: holds the old contents. records: gvma's own records under ``backup_path/state``, by name, None
    for one that goes; they become new when the files stay new, and stay old where those are put back. pause:
    id of the set that a restore brings back; the sync is paused once the transaction is finished. Files that
    Asterisk itself rewrites come first.
    Raises SinkMoved, UnsafeTargetError or BackupSetError (then every file is as before), or Stopped.
    """
    applied: AppliedFiles | None = None
    try:
        with undisturbed():
            applied = AppliedFiles(backup_set, changes, markers, records, pause)
            applied._write()
    except Stopped:
        if applied is not None:
            applied.put_back()
        raise
    return applied


class AppliedFiles:
    """New files in place. End it by finish() or put_back(); leaving its ``with`` block otherwise puts back."""

    def __init__(
        self,
        backup_set: BackupSet,
        changes: Sequence[FileChange],
        markers: Markers,
        records: Mapping[str, bytes | None],
        pause: str,
    ) -> None:
        self.backup_set = backup_set.id
        self._backup_path = backup_set.folder.parent
        changed = sorted(
            (change for change in changes if change.changes), key=lambda change: not change.asterisk_rewrites
        )
        token = os.urandom(4).hex()
        files = tuple(journal_file(change, token, number) for number, change in enumerate(changed))
        if pause:
            records = {**records, **pause_record(pause)}
        self._records = changed_records(self._backup_path, records)
        self._journal = journal.begin(backup_set.id, markers, files, tuple(self._records), pause)
        self._changes = dict(zip(files, changed, strict=True))
        self._replaced: dict[JournalFile, int] = {}
        self._ended = False

    @property
    def reloads(self) -> tuple[str, ...]:
        """What Asterisk has to reload, sorted."""
        return self._journal.modules

    @property
    def _folders(self) -> dict[JournalFile, Folder]:
        return {file: change.folder for file, change in self._changes.items()}

    def __enter__(self) -> AppliedFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended:
            self.put_back()

    def moved(self) -> tuple[Path, ...]:
        """Files that somebody (Asterisk, with a PIN) has rewritten since they were put in place.

        Where it wrote into the replaced file, that content is in place again when this returns.
        """
        moved = []
        for file, change in self._changes.items():
            try:
                if self._rescued(file) or read_now(change.folder, file.name) != change.new:
                    moved.append(change.target.path)
            except OSError as error:
                raise unsafe(file.path, error) from error
        return tuple(moved)

    def finish(self, pending_reload: Sequence[str] = ()) -> bool:
        """Ends the transaction, all new. pending_reload: modules that Asterisk has not reloaded.

        False where somebody has rewritten a file meanwhile: that was after Asterisk had read it, and the reload of
        all is pending then. Where this fails, the files stay new, and the next run makes the records new.
        """
        with undisturbed():
            moved = self.moved()
            self._end()
            with although_changed():
                make_records_new(self._backup_path, self._journal)
                close(
                    self._backup_path, self._journal, self._folders, pending=self.reloads if moved else pending_reload
                )
        return not moved

    def put_back_if_moved(self) -> None:
        """What Asterisk refuses may be what somebody else wrote: puts back and raises SinkMoved then."""
        moved = self.moved()
        if moved:
            self.put_back()
            raise target_moved(moved[0])

    def put_back(self) -> None:
        """Ends the transaction, all old, a PIN that was changed meanwhile kept.

        Asterisk may have loaded the new files: the reload of the modules is noted as pending. Reload them, then
        ``pending_reload.settle``. Raises UnsafeTargetError or BackupSetError where a file could not be put back:
        the next run does it.
        """
        with undisturbed():
            self._put_back(self.reloads)

    def _write(self) -> None:
        """Everything from the journal to the last rename."""
        if journal.read_journal(self._backup_path) is not None:
            raise BackupSetError(
                "an interrupted run has not been ended yet",
                where=str(open_transaction.folder(self._backup_path)),
                hint="Nothing was changed. Run `gvma sync`, which ends it first.",
            )
        try:
            self._stage()
        except BaseException:
            self._abandon()
            raise
        try:
            self._replace()
        except BaseException:
            self._put_back(())
            raise

    def _stage(self) -> None:
        copies = {file.new_copy: change.new for file, change in self._changes.items()}
        copies |= {record.copy: text for record, text in self._records.items()}
        journal.write_new_copies(
            self._backup_path, {name: content for name, content in copies.items() if content is not None}
        )
        journal.write_journal(self._backup_path, self._journal)
        for file, change in self._changes.items():
            lay_ready(file, change)
        for change in self._changes.values():
            refuse_if_moved(change)
        self._enter_phase(journal.WRITING)

    def _replace(self) -> None:
        for file, change in self._changes.items():
            try:
                source = file.staged if file.new else ""
                replaced = exchange(change.folder, file.name, change.target.old, source, file.staged)
                if replaced is not None:
                    self._replaced[file] = replaced
            except Moved as error:
                raise target_moved(change.target.path) from error
            except OSError as error:
                raise unsafe(change.target.path, error) from error
        if any(change.asterisk_rewrites for change in self._changes.values()):
            time.sleep(_SETTLE_SECONDS)  # a rewrite that began before the rename shows by now
        moved = self.moved()
        if moved:
            raise target_moved(moved[0])
        self._enter_phase(journal.WRITTEN)

    def _rescued(self, file: JournalFile) -> bool:
        """Whether somebody wrote into the replaced file; that content is in place again then."""
        if file not in self._replaced:
            return False
        change = self._changes[file]
        newest = late_writing(change.folder, file, self._replaced[file], change.target.old, change.new)
        if newest is None:
            return False
        install(change.folder, file, newest)
        os.close(self._replaced.pop(file))
        return True

    def _put_back(self, pending: Sequence[str]) -> None:
        self._end(keep_open=True)
        try:
            with contextlib.suppress(BackupSetError):  # a full disk must not keep the files from being put back
                self._enter_phase(journal.PUTTING_BACK)
            for file, change in self._changes.items():
                self._rescued(file)
                old, markers = change.target.old, self._journal.markers
                ensure_content(change.folder, file, old, markers, new=False)
            close(self._backup_path, self._journal, self._folders, pending=pending)
        except (OSError, UnsafeTargetError) as error:
            raise UnsafeTargetError(
                f"the files could not all be put back: {error}",
                where=self._journal.names,
                hint=f"The next `gvma sync` does it before anything else. The files as they were: "
                f"`gvma backup show {self.backup_set}`.",
            ) from error
        finally:
            self._end()

    def _abandon(self) -> None:
        """Nothing was replaced: the temporary files go."""
        self._end()
        try:
            close(self._backup_path, self._journal, self._folders)
        except BackupSetError:
            return  # the next run cleans up

    def _enter_phase(self, phase: str) -> None:
        self._journal = journal.in_phase(self._journal, phase)
        journal.write_journal(self._backup_path, self._journal)

    def _end(self, *, keep_open: bool = False) -> None:
        self._ended = True
        while self._replaced and not keep_open:
            os.close(self._replaced.popitem()[1])


def close(
    backup_path: Path, ending: Journal, folders: Mapping[JournalFile, Folder], *, pending: Sequence[str] = ()
) -> None:
    """The end of a transaction: a pending reload is noted, its temporary files go, then its journal.

    folders: of each file that has one still. Temporary files that cannot be removed keep the journal, so that
    the next run removes them.
    """
    if pending:
        pending_reload.add(backup_path, pending)
    removed = [folder.remove(name) for file, folder in folders.items() for name in file.temporary]
    if all(removed):
        journal.remove_journal(backup_path)
