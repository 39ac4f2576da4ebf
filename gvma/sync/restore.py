"""The order of a restore: an earlier state from a backup set, written as a sync writes, and kept from the next sync.

It never asks Configuration Server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.drivers import PJSIP
from gvma.backups.sets import BackupSet
from gvma.errors import AsteriskRefusedError, UnsafeTargetError
from gvma.plan.items import Item
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import Purpose
from gvma.sinks.files.restored_file import RestoreOptions
from gvma.sinks.files.restoring import RestoreChange, restore_change
from gvma.sinks.files.sink import FilesSink
from gvma.storage.pause import pause
from gvma.sync.execute import Execution, Wording, first_of
from gvma.sync.folders import refuse_other_folders
from gvma.sync.remembering import remembered
from gvma.sync.report import RunReport

_TRIES = 10


@dataclass(slots=True)
class RestoreReport(RunReport):
    """What a restore did so far. restored: id of the set, empty before it was found. planned: the change that was
    planned last."""

    restored: str = ""
    planned: RestoreChange | None = None

    def items(self) -> Iterator[Item]:
        """What was changed of ours; nothing where nothing was written."""
        return iter(self.change.items if isinstance(self.change, RestoreChange) else ())

    @property
    def actions(self) -> list[tuple[Path, str]]:
        """What was done to each file of the set; empty where nothing was written."""
        return self.change.actions() if isinstance(self.change, RestoreChange) else []


def restore(
    backup_set: BackupSet,
    settings: GvmaSettings,
    options: RestoreOptions,
    asterisk: Asterisk | None,
    report: RestoreReport,
) -> None:
    """Brings the set's state back under the lock, and pauses the sync; ``report`` is filled meanwhile.

    asterisk: None leaves the reload pending. Raises BackupSetError, UnsafeTargetError, AsteriskRefusedError
    (everything is put back), AsteriskUnreachableError (before the write, or everything is restored and the reload
    is pending), Stopped.
    """
    with remembered("backup restore", settings.backup_path, report, restored=backup_set.id):
        _restore(backup_set, settings, options, asterisk, report)


def _restore(
    backup_set: BackupSet,
    settings: GvmaSettings,
    options: RestoreOptions,
    asterisk: Asterisk | None,
    report: RestoreReport,
) -> None:
    report.planned = restore_change(backup_set, settings, options)
    if asterisk is not None:
        asterisk.connect()
        asterisk.preflight(())
    execution = Execution(
        sink=FilesSink(settings, PJSIP),
        settings=settings,
        asterisk=asterisk,
        report=report,
        wording=_wording(backup_set.id),
    )
    purpose = Purpose(f"restore of {backup_set.id}", report.run_id, pause=backup_set.id)
    for _ in range(_TRIES):
        change = report.planned
        if change.is_empty:
            pause(settings.backup_path, backup_set.id)
            _reload_pending(execution, change, settings)
            return
        if asterisk is not None:
            refuse_other_folders(settings, asterisk, resets_pins=options.pins)
        is_final = execution.execute(change, purpose, {})
        if is_final:
            return
        report.planned = restore_change(backup_set, settings, options)
    raise UnsafeTargetError(
        f"gave up after {_TRIES} attempts: another process keeps rewriting a file",
        where=", ".join(str(path) for path in change.files),
        hint="What was restored may be rewritten already. Stop what writes the file, then restore again.",
    )


def _reload_pending(execution: Execution, change: RestoreChange, settings: GvmaSettings) -> None:
    """The files are as the set has them already; Asterisk may still not know it."""
    found = execution.reload_pending(change)
    if found:
        raise AsteriskRefusedError(
            f"Asterisk has something else than its files say: {first_of(found)}",
            where=settings.asterisk_cm_host,
            hint="The files stay as they are, and the sync is paused. Asterisk's own log says why it refused them.",
        )


def _wording(backup_set: str) -> Wording:
    return Wording(
        written="the files are restored",
        refused="the restored files",
        way_out="Asterisk's own log says why it refused; "
        f"`gvma backup restore {backup_set} --no-reload` restores them all the same.",
        again="`gvma backup restore` of the same set does it",
    )
