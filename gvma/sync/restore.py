"""The order of a restore: an earlier state from a backup set, written as a sync writes, and kept from the next sync.

It never asks Configuration Server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.drivers import PJSIP
from gvma.backups.backup_set import BackupSet
from gvma.plan.items import Item
from gvma.settings.model import REALTIME, GvmaSettings
from gvma.sinks.base import Change, Purpose
from gvma.sinks.files.changes.restored_file import RestoreOptions
from gvma.sinks.files.changes.restoring import restore_change
from gvma.sinks.files.sink import FilesSink
from gvma.sinks.looking import opened_database, settings_of_database
from gvma.sinks.opening import opened
from gvma.storage.state.pause import pause
from gvma.sync.after.remembering import remembered
from gvma.sync.before.folders import refuse_other_folders
from gvma.sync.execute import TRIES, Execution, Wording, gave_up
from gvma.sync.late_reload import reload_as_the_files_are
from gvma.sync.report import RunReport


class RestoredState(Change, Protocol):
    """A backup set as a change. items: what changes of ours."""

    @property
    def items(self) -> tuple[Item, ...]: ...
    def actions(self) -> list[tuple[Path, str]]:
        """What happens to each file of the set."""
        ...


@dataclass(slots=True)
class RestoreReport(RunReport):
    """What a restore did so far. restored: id of the set, empty before it was found. planned: the change that was
    planned last."""

    restored: str = ""
    planned: RestoredState | None = None

    def items(self) -> Iterator[Item]:
        """What was changed of ours; nothing where nothing was written."""
        return iter(self.planned.items if self.planned is not None and self.change is self.planned else ())

    @property
    def actions(self) -> list[tuple[Path, str]]:
        """What was done to each file of the set; empty where nothing was written."""
        return self.planned.actions() if self.planned is not None and self.change is self.planned else []


def restore(
    backup_set: BackupSet,
    settings: GvmaSettings,
    options: RestoreOptions,
    asterisk: Asterisk | None,
    report: RestoreReport,
) -> None:
    """Brings the set's state back under the lock, and pauses the sync; ``report`` is filled meanwhile.

    asterisk: None leaves the reload pending, or the nodes of a database unasked. Raises BackupSetError,
    UnsafeTargetError, AsteriskRefusedError (files are put back, rows stay), AsteriskUnreachableError (before the write,
    or everything is restored and the reload is pending), DatabaseError, CredentialsError, LockedError, Stopped.
    """
    report.sink = REALTIME if backup_set.tables else "files"
    with remembered("backup restore", settings.backup_path, report, restored=backup_set.id):
        if backup_set.tables:
            _restore_rows(backup_set, settings, options, report, asks_nodes=asterisk is not None)
        else:
            _restore_files(backup_set, settings, options, asterisk, report)


def _restore_files(
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
    _until_nobody_else_writes(execution, backup_set, options, partial(restore_change, backup_set, settings, options))


def restored_state(backup_set: BackupSet, settings: GvmaSettings, options: RestoreOptions) -> RestoredState:
    """What a restore would change, for a dry run."""
    if not backup_set.tables:
        return restore_change(backup_set, settings, options)
    from gvma.sinks.realtime.restoring import restore_rows  # noqa: PLC0415  (psycopg)

    with opened_database(settings) as session:
        return restore_rows(session, backup_set, pins=options.pins)


def _restore_rows(
    backup_set: BackupSet, settings: GvmaSettings, options: RestoreOptions, report: RestoreReport, *, asks_nodes: bool
) -> None:
    from gvma.sinks.realtime.restoring import restore_rows  # noqa: PLC0415  (psycopg)
    from gvma.sinks.realtime.sink import RealtimeSink  # noqa: PLC0415  (psycopg)

    with opened(settings_of_database(settings)) as sinks:
        session = sinks.session
        assert session is not None
        plan = partial(restore_rows, session, backup_set, pins=options.pins)
        report.planned = plan()
        wording = _wording(backup_set.id)
        execution = Execution(RealtimeSink(session), settings, None, report, wording, asks_nodes=asks_nodes)
        _until_nobody_else_writes(execution, backup_set, options, plan)


def _until_nobody_else_writes(
    execution: Execution, backup_set: BackupSet, options: RestoreOptions, plan_again: Callable[[], RestoredState]
) -> None:
    report, settings, asterisk = execution.report, execution.settings, execution.asterisk
    assert isinstance(report, RestoreReport)
    purpose = Purpose(f"restore of {backup_set.id}", report.run_id, pause=backup_set.id)
    change = report.planned
    assert change is not None
    for _ in range(TRIES):
        if change.is_empty:
            report.add_target(change)
            pause(settings.backup_path, backup_set.id)
            reload_as_the_files_are(execution, change, "and the sync is paused")
            return
        if asterisk is not None:
            refuse_other_folders(settings, asterisk, resets_pins=options.pins)
        if execution.execute(change, purpose, {}):
            return
        report.planned = change = plan_again()
    raise gave_up(change, "What was restored may be rewritten already. Stop what writes there, then restore again.")


def _wording(backup_set: str) -> Wording:
    return Wording(
        written="the files are restored",
        refused="the restored files",
        way_out="Asterisk's own log says why it refused; "
        f"`gvma backup restore {backup_set} --no-reload` restores them all the same.",
        again="`gvma backup restore` of the same set does it",
    )
