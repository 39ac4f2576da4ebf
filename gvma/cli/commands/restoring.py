"""``gvma backup restore``: bring back the files of a backup set; first, as every writing command, recover.

gvma.sync.restore does the work. No PIN and no secret is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from gvma.backups.backup_set import BackupSet
from gvma.backups.sets import BackupSets
from gvma.cli import exits
from gvma.cli.completing import backup_sets
from gvma.cli.values.when import When
from gvma.storage.history import log
from gvma.storage.signals import stoppable

# What only a restore needs is imported in its functions: `gvma backup list` starts without it.
if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.cli.output import Output
    from gvma.settings.model import GvmaSettings, Settings
    from gvma.sinks.files.changes.restored_file import RestoreOptions
    from gvma.sync.restore import RestoredState, RestoreReport


@click.command(
    epilog=exits.help_ending(
        "gvma backup restore latest --dry-run",
        "gvma backup restore 20261121T213000Z",
        "gvma backup restore --at 2h --dry-run",
        exits=(11, 12, 14, 15, 16, 17, 18, exits.SETTINGS),
    )
)
@click.argument("wanted", metavar="[ID]", required=False, shell_complete=backup_sets)
@click.option("--at", metavar="WHEN", type=When(), help="The state at a moment: an ISO date or time, or 2h, 3d, 1w.")
@click.option("--whole-files", is_flag=True, help="Bring back the site's own lines, owner and mode too.")
@click.option("--pins", is_flag=True, help="Bring back the PINs of the set for all mailboxes.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing, lock nothing, reload nothing.")
@click.option("--no-reload", is_flag=True, help="Write the files only; the next normal sync reloads Asterisk.")
@click.pass_obj
def restore(  # noqa: PLR0913, PLR0917  (click hands over one argument for each option)
    invocation: Invocation,
    wanted: str | None,
    at: datetime | None,
    whole_files: bool,
    pins: bool,
    dry_run: bool,
    no_reload: bool,
) -> None:
    """Bring back gvma's part of the files, or its rows, as it was when a set was made, or as it was at a moment.

    With --at that is the oldest set made after WHEN, since a set holds what stood before its run; where there is
    none, nothing has changed since, and nothing is done.

    The site's own lines stay as they are now, and mailboxes that exist now keep the PIN in force; mailboxes that come
    back get the set's. Makes a set of what it replaces, reloads the modules concerned, and puts everything back if
    Asterisk does not take the change. The sync is paused then, so that cron does not undo the restore;
    `gvma sync --resume` goes on.
    """
    from gvma.sinks.files.changes.restored_file import RestoreOptions  # noqa: PLC0415

    settings, output = invocation.settings(without=("cfgserver", "media")), invocation.output
    if wanted is None and at is None:
        raise click.UsageError("give an ID or --at WHEN", click.get_current_context())
    if wanted is not None and at is not None:
        raise click.UsageError("ID and --at WHEN cannot be used together", click.get_current_context())
    choose = partial(_chosen, settings.gvma, wanted, at)
    options = RestoreOptions(whole_files=whole_files, pins=pins)
    if not dry_run:
        chosen = _run(output, settings, choose, options, no_reload=no_reload)
    elif chosen := choose():
        _dry_run(output, settings.gvma, chosen, options)
    if chosen is None:
        _show_no_change(output, at, dry_run=dry_run)


def _run(
    output: Output,
    whole: Settings,
    choose: Callable[[], BackupSet | None],
    options: RestoreOptions,
    *,
    no_reload: bool,
) -> BackupSet | None:
    """The set that was restored, with all of the run shown; None where there was nothing to restore."""
    from gvma.cli.hooks import reported, run_hooks  # noqa: PLC0415
    from gvma.storage.lock import hold_lock  # noqa: PLC0415
    from gvma.sync.restore import RestoreReport  # noqa: PLC0415

    settings, report = whole.gvma, RestoreReport()
    output.keep(run_id=report.run_id)
    with (
        reported(lambda: _show_result(output, report), lambda error: run_hooks(output, whole, report, error)),
        stoppable(),
        hold_lock(settings.backup_path),
    ):
        warn_mended(output, settings)
        chosen = choose()
        if chosen is not None:
            _restore(settings, chosen, options, report, no_reload=no_reload)
    if chosen is not None:
        _show_lines(output, report)
    return chosen


def _restore(
    settings: GvmaSettings, chosen: BackupSet, options: RestoreOptions, report: RestoreReport, *, no_reload: bool
) -> None:
    from gvma.ami.asterisk import Asterisk  # noqa: PLC0415
    from gvma.sync.restore import restore as restore_set  # noqa: PLC0415

    report.restored = chosen.id
    if no_reload:
        restore_set(chosen, settings, options, None, report)
        return
    with Asterisk(settings) as asterisk:
        restore_set(chosen, settings, options, asterisk, report)


def _chosen(settings: GvmaSettings, wanted: str | None, at: datetime | None) -> BackupSet | None:
    """None where nothing has changed since ``at``."""
    sets = BackupSets(settings.backup_path)
    if wanted is not None:
        return sets.find(wanted)
    assert at is not None
    from gvma.backups.moment import set_in_force_at  # noqa: PLC0415  (start-up)

    return set_in_force_at(at, sets.all(), log.read(settings.backup_path).runs)


def _show_no_change(output: Output, at: datetime | None, *, dry_run: bool) -> None:
    output.result("backup restore", "ok", dry_run=dry_run, restored=None, files=[], items=[], notes=[], backup_set=None)
    if not output.quiet and at is not None:
        output.line(f"Nothing has changed since {at.astimezone():%Y-%m-%d %H:%M:%S}; there is nothing to restore.")


def warn_mended(output: Output, settings: GvmaSettings) -> None:
    """Finish or undo what an interrupted run began, under the lock, with a warning that says which."""
    from gvma.asterisk.entries import GvmaWarning  # noqa: PLC0415
    from gvma.sync.before.mending import mend  # noqa: PLC0415

    mended = mend(settings)
    if mended is not None:
        output.warn(GvmaWarning("interrupted-run-mended", mended.text, str(settings.backup_path)))


def _dry_run(output: Output, settings: GvmaSettings, chosen: BackupSet, options: RestoreOptions) -> None:
    from gvma.asterisk.entries import GvmaWarning  # noqa: PLC0415
    from gvma.cli.display.items import item_lines  # noqa: PLC0415
    from gvma.sinks.files.atomic.recovery import pending_recovery  # noqa: PLC0415
    from gvma.sync.restore import restored_state  # noqa: PLC0415

    pending = pending_recovery(settings.backup_path)
    if pending:
        output.warn(GvmaWarning("interrupted-run", pending, str(settings.backup_path)))
    change = restored_state(chosen, settings, options)
    diffs = [*change.diffs()]
    output.result(
        "backup restore",
        "ok",
        dry_run=True,
        restored=chosen.id,
        files=[{"path": str(path), "action": action} for path, action in change.actions()],
        items=[item.as_json() for item in change.items],
        notes=list(change.notes),
        diff="".join(diffs),
        **_planned_sink(chosen, change).sink_json(),
    )
    for line in item_lines(change.items, everything=output.verbosity > 0):
        output.line(line)
    for text in diffs:
        output.line(text.rstrip("\n"))
    for note in change.notes:
        output.line(note)
    if chosen.tables:
        output.line(f"Plan: {change.counts}.")
        return
    actions = [action for _, action in change.actions()]
    counts = ", ".join(f"{actions.count(what)} to {what}" for what in ("replace", "create", "remove"))
    output.line(f"Plan: {counts}, {actions.count('keep')} as they are.")


def _planned_sink(chosen: BackupSet, change: RestoredState) -> RestoreReport:
    """A report of what would be written into a database."""
    from gvma.settings.model import REALTIME  # noqa: PLC0415
    from gvma.sync.restore import RestoreReport  # noqa: PLC0415

    report = RestoreReport(sink=REALTIME if chosen.tables else "files")
    report.add_written(change)
    return report


def _show_result(output: Output, report: RestoreReport) -> None:
    for warning in report.warnings:
        output.warn(warning)
    if not report.restored:
        return
    output.result(
        "backup restore",
        "changed" if report.backup_set else "ok",
        dry_run=False,
        restored=report.restored,
        files=[{"path": str(path), "action": action} for path, action in report.actions],
        items=[item.as_json() for item in report.items()],
        notes=list(report.planned.notes) if report.planned else [],
        backup_set=report.backup_set,
        reloaded=report.reloaded,
        pending_reload=list(report.pending_reload),
        **report.sink_json(),
    )


def _show_lines(output: Output, report: RestoreReport) -> None:
    if output.quiet or report.planned is None:
        return
    for path, action in report.actions:
        if action != "keep":
            output.line(f"{path}: {action}d" if action.endswith("e") else f"{path}: {action}ed")
    for table, counts in report.tables.items():
        if counts:
            output.line(f"{table}: {counts.add} added, {counts.change} changed, {counts.remove} removed")
    for note in report.planned.notes if report.changed else ():
        output.line(note)
    if report.backup_set:
        output.line(f"Restored {report.restored}. The state before is in backup set {report.backup_set}.")
    else:
        what = "rows" if report.tables else "files"
        output.line(f"The {what} are already as in {report.restored}; nothing was written.")
    if report.reloaded:
        output.line(f"Asterisk has reloaded {', '.join(report.reloaded)}.")
    if report.pending_reload:
        output.line(f"The reload of {', '.join(report.pending_reload)} is pending; the next sync does it.")
    output.line("Sync is paused. To go on: `gvma sync --resume`.")
