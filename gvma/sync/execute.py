"""The one way to write, for sync, restore and remove: save, apply, activate, verify, then finish or put back.

It decides nothing of what should be written, and opens no file and no table.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gvma.ami.asterisk import Asterisk
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, CredentialsError, GvmaError, UnsafeTargetError
from gvma.printable import first_names
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import Applied, Change, Purpose, Sink, SinkMoved
from gvma.storage.private import although_changed
from gvma.storage.state import pending_reload
from gvma.storage.state.records import MARKS, marks_text
from gvma.sync.reasons import likely_reason, refused_line
from gvma.sync.report import RunReport

_log = logging.getLogger(__name__)
TRIES = 10
"""So often a run plans again where somebody else writes meanwhile."""


def gave_up(change: Change, hint: str) -> UnsafeTargetError:
    """Somebody else wrote in each of the tries. hint: what stands now, and what to do."""
    return UnsafeTargetError(
        f"gave up after {TRIES} attempts: another process keeps rewriting it",
        where=", ".join([*map(str, change.files), *change.tables]),
        hint=hint,
    )


class Wording(NamedTuple):
    """How messages name what is written. written: ``the files are written``. refused: ``the new files``.

    way_out: what to do where Asterisk refuses. again: what does the pending reload.
    """

    written: str
    refused: str
    way_out: str
    again: str


class Execution(NamedTuple):
    """What a run writes with. asterisk: None leaves every reload pending. report: filled with what was done.

    asks_nodes: whether the Asterisk hosts of a database are asked what they have, once it is written.
    """

    sink: Sink[Any, Any]
    settings: GvmaSettings
    asterisk: Asterisk | None
    report: RunReport
    wording: Wording
    asks_nodes: bool = True

    @property
    def backup_path(self) -> Path:
        return self.settings.backup_path

    def execute(self, change: Change, purpose: Purpose, records: Mapping[str, bytes | None]) -> bool:
        """Writes the change, and has Asterisk take it; False where somebody else wrote meanwhile: plan again.

        records: gvma's own texts that are as new or as old as what is written, by name; None for one that goes.
        Raises AsteriskRefusedError (everything is put back), AsteriskUnreachableError (everything is written, the
        reload is pending), UnsafeTargetError, BackupSetError, or Stopped.
        """
        path, report = self.backup_path, self.report
        saved = self.sink.save(change, purpose)
        all_records = {MARKS: marks_text(change.marks()), **records}
        try:
            with self.sink.apply(change, saved, purpose, all_records) as applied:
                report.backup_set = report.backup_set or saved.id
                reloads = sorted({*applied.reloads, *pending_reload.read(path)})
                lost = self._activate(applied, change, reloads)
                is_done = self.asterisk is not None and lost is None
                is_final = applied.finish(() if is_done else applied.reloads)
        except SinkMoved:
            _log.info("another process wrote a file meanwhile, and nothing of this run stands; planning again")
            return False
        report.add_written(change)
        with although_changed():
            if is_done and is_final:
                self._settle(reloads, change)
            elif is_done:
                _log.info("another process wrote a file while Asterisk reloaded it; planning again")
            report.pending_reload = pending_reload.read(path)
        if lost is not None:
            raise self._pending_error(lost, saved.id) from lost
        self._ask_nodes(change)
        return is_final

    def _ask_nodes(self, change: Change) -> None:
        """Hosts that read the rows when they need them. One that contradicts them is an error, and the rows stay."""
        if not self.asks_nodes:
            return
        self.report.nodes = self.sink.ask_nodes(change)
        for one in self.report.nodes:
            if one.unreachable:
                self.report.warn("node-unreachable", f"it was not asked what it has: {one.unreachable}", one.node)
        contradicting = [one for one in self.report.nodes if one.differences]
        if contradicting:
            first = contradicting[0]
            raise AsteriskRefusedError(
                f"a node contradicts what was committed: {first_of(first.differences)}",
                where=", ".join(one.node for one in contradicting),
                hint="The rows are written, and stay. `gvma check` finds what hides a row on a node: a mailbox in its "
                "voicemail.conf, an AOR in its pjsip.conf, or another database.",
            )

    def reload_pending(self, change: Change) -> list[str]:
        """Does the reloads that an earlier run left pending, where nothing is to be written now.

        change: an empty one. Returns the differences; the reloads stay pending where there are any.
        """
        pending = pending_reload.read(self.backup_path)
        if self.asterisk is None or not pending:
            return []
        found: list[str] = self.sink.activate(change, self.asterisk, pending)
        if found:
            self.report.reload_failed = list(pending)
        else:
            self._settle(pending, change)
        self.report.pending_reload = pending_reload.read(self.backup_path)
        return found

    def _activate(self, applied: Applied, change: Change, reloads: Sequence[str]) -> GvmaError | None:
        """Reload and verify. Returns why Asterisk could not be asked to the end; puts back on a difference."""
        if self.asterisk is None:
            return None
        try:
            found = self.sink.activate(change, self.asterisk, reloads)
        except (AsteriskUnreachableError, CredentialsError) as error:
            self.report.reload_failed = list(reloads)
            return error
        except GvmaError as error:
            self.report.reload_failed = list(reloads)
            applied.put_back()
            error.hint = f"The files were put back{self._reload_again(applied, change)}. {error.hint}"
            raise
        if not found:
            return None
        applied.put_back_if_moved()
        self.report.reload_failed = list(reloads)
        applied.put_back()
        changed = [path for path, is_changed in change.files.items() if is_changed]
        line = refused_line(self.settings, changed)
        raise AsteriskRefusedError(
            f"Asterisk did not take {self.wording.refused}: {first_of(found)}",
            where=", ".join(map(str, changed)),
            hint=f"The files were put back{self._reload_again(applied, change, is_refused=bool(line))}. "
            f"{line or self._other_file(changed)}{self.wording.way_out}",
        )

    def _other_file(self, paths: Sequence[Path]) -> str:
        """Whether Asterisk seems to read other files; a sentence, or empty."""
        try:
            return likely_reason(self.settings, self.asterisk.folders() if self.asterisk is not None else None, paths)
        except GvmaError:
            return ""

    def _reload_again(self, applied: Applied, change: Change, *, is_refused: bool = False) -> str:
        """Asterisk reloads what was put back; how that went, for the message. What fails stays pending.

        is_refused: a line of the site's own makes Asterisk throw a file away, and keep what it had.
        """
        assert self.asterisk is not None
        try:
            found = self.sink.activate(change, self.asterisk, applied.reloads, undone=True)
        except GvmaError:
            return ", but Asterisk could not be reached; the reload is pending, and the next sync does it"
        if found:
            return f". Asterisk also rejected the old files: {first_of(found)}; the next sync reloads them"
        pending_reload.settle(self.backup_path, applied.reloads)
        return ", and Asterisk keeps what it had" if is_refused else " and Asterisk has reloaded them"

    def _settle(self, reloads: Sequence[str], change: Change) -> None:
        """These are reloaded and verified.

        A module that is needed and not loaded stays pending, since nobody has verified it; any other reads its file
        when it is loaded.
        """
        assert self.asterisk is not None
        loaded = self.asterisk.loaded_names(reloads)
        missing = [module for module in reloads if module not in loaded and module in change.needed]
        pending_reload.settle(self.backup_path, set(reloads) - set(missing))
        pending_reload.add(self.backup_path, missing)
        if missing:
            names = ", ".join(missing)
            self.report.warn("reload-pending", "the reload stays pending, since Asterisk has not loaded it", names)
        self.report.add_reloaded([*loaded.values()])

    def _pending_error(self, lost: GvmaError, made: str) -> AsteriskUnreachableError:
        return AsteriskUnreachableError(
            f"{self.wording.written}, but Asterisk could not be asked to the end: {lost.message}",
            where=lost.where,
            hint=f"The new files stay (backup set {made} has the old ones). The reload is pending: "
            f"{self.wording.again} as soon as AMI answers.",
        )


def first_of(found: Sequence[str]) -> str:
    """The first differences, and how many there are beyond."""
    return first_names(found, between="; ")
