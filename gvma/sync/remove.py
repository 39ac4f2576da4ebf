"""The order of a remove: all of ours out of Asterisk, by a plan that wants nothing, written as a sync writes.

It never asks Configuration Server, and the safety brake does not stop it: to remove is its purpose.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import Any

from gvma.ami.asterisk import Asterisk
from gvma.plan.make import removal_plan
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import Change, Purpose, Sink
from gvma.sinks.opening import opened, opened_to_plan
from gvma.storage.lock import hold_lock
from gvma.storage.signals import stoppable
from gvma.storage.state import records
from gvma.sync.after.remembering import remembered
from gvma.sync.before.folders import refuse_other_folders
from gvma.sync.before.mending import mend
from gvma.sync.execute import TRIES, Execution, Wording, gave_up
from gvma.sync.late_reload import reload_as_the_files_are
from gvma.sync.report import PlannedReport

_log = logging.getLogger(__name__)
_WORDING = Wording(
    written="the files are written without gvma's part",
    refused="the files without gvma's part",
    way_out="Asterisk's own log says why it refused; `gvma remove --no-reload` takes gvma's part out all the same.",
    again="a second `gvma remove` does it",
)
_RECORDS = {records.PINS: None, records.OWNERS: None, records.LAST: None, records.MARKS: None}
# Lines of ours that have lost their markers get new ones in a sync, and go in a remove.
_OF_A_SYNC = "block-adopted"


def remove(settings: GvmaSettings, report: PlannedReport, *, no_reload: bool = False) -> None:
    """Takes our part out of the sink under the lock; ``report`` is filled meanwhile.

    Settings and backup sets stay. The records of the last sync go with our part, so that the next sync begins anew.
    Raises GvmaError: its hint says what was left unchanged or put back; Stopped after a signal, then all is put back.
    """
    report.sink = settings.sink
    with remembered("remove", settings.backup_path, report), stoppable():
        _remove(settings, report, no_reload=no_reload)
    if report.changed:
        _log.info("%s", report.summary("remove"))


def _remove(settings: GvmaSettings, report: PlannedReport, *, no_reload: bool) -> None:
    with hold_lock(settings.backup_path), opened(settings) as sinks, ExitStack() as stack:
        speaks = sinks.has_files and not no_reload
        asterisk = stack.enter_context(Asterisk(settings)) if speaks else None
        recovery = mend(settings)
        if recovery is not None:
            report.warn("interrupted-run-mended", recovery.text, settings.backup_path)
        if asterisk is not None:
            asterisk.connect()
            asterisk.preflight(())
        sink = sinks.sink(asterisk)
        _until_nobody_else_writes(Execution(sink, settings, asterisk, report, _WORDING, asks_nodes=not no_reload))
        report.finished = True


def remove_dry_run(settings: GvmaSettings, report: PlannedReport, *, no_reload: bool = False) -> None:
    """Fills ``report`` with what a remove would change. It takes no lock, writes nothing, and needs no Asterisk."""
    report.sink = settings.sink
    with opened_to_plan(settings, asks=not no_reload) as sink:
        interrupted = sink.pending_recovery()
        if interrupted:
            report.warn("interrupted-run", interrupted, settings.backup_path)
        change = _planned(sink, settings, report)
    report.change, report.counts, report.files = change, change.counts, dict(change.files)
    report.tables = dict(change.tables)
    report.finished = True


def _planned(sink: Sink[Any, Any], settings: GvmaSettings, report: PlannedReport) -> Change:
    reading = sink.read()
    report.plan = removal_plan(reading.present(), sink.left().owners)
    change: Change = sink.change(reading, report.plan)
    found = (*reading.warnings, *change.warnings)
    report.warnings += [one for one in found if one.code != _OF_A_SYNC and one not in report.warnings]
    return change


def _until_nobody_else_writes(execution: Execution) -> None:
    report, settings, asterisk = execution.report, execution.settings, execution.asterisk
    assert isinstance(report, PlannedReport)
    for _ in range(TRIES):
        change = _planned(execution.sink, settings, report)
        report.add_target(change)
        if change.is_empty:
            report.plan = report.plan if report.changed else None
            records.forget(settings.backup_path, _RECORDS)
            reload_as_the_files_are(execution, change, "without gvma's part")
            return
        if asterisk is not None:
            refuse_other_folders(settings, asterisk, resets_pins=False)
        if execution.execute(change, Purpose("remove", report.run_id), _RECORDS):
            return
    raise gave_up(
        change, "The newest content is in place. Find out what writes the file, then run `gvma remove` again."
    )
