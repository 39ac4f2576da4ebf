"""``gvma backup restore``: the files of a backup set brought back, and what every writing command mends first.

No PIN and no secret is shown. Nothing is decided here: gvma.sync.restore has the rules.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.entries import GvmaWarning
from gvma.backups.sets import BackupSet, BackupSets
from gvma.cli import exits
from gvma.sinks.files.recovery import pending_recovery, recover
from gvma.storage.lock import hold_lock
from gvma.storage.signals import stoppable
from gvma.sync import restore as restoring

if TYPE_CHECKING:
    from gvma.cli.main import Invocation
    from gvma.cli.output import Output
    from gvma.settings.model import GvmaSettings


@click.command(
    epilog=exits.help_ending(
        "gvma backup restore latest --dry-run",
        "gvma backup restore 20261121T213000Z",
        exits=(11, 12, 14, 15, 16, 17, exits.SETTINGS),
    )
)
@click.argument("wanted", metavar="ID")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing, lock nothing, reload nothing.")
@click.option("--no-reload", is_flag=True, help="Do not speak to Asterisk; the reload stays pending.")
@click.pass_obj
def restore(invocation: Invocation, wanted: str, dry_run: bool, no_reload: bool) -> None:
    """Bring back the files as they were when a set was made, byte for byte.

    Makes a set of what it replaces, restores owner and mode too, reloads what it touched, and puts everything
    back where Asterisk does not take it. PINs go back as well. The sync is paused: the next ones change
    nothing, and say so, until one with --force.
    """
    settings, output = invocation.settings(without=("cfgserver", "media")).gvma, invocation.output
    sets = BackupSets(settings.backup_path)
    if dry_run:
        _dry_run(output, settings, sets.find(wanted))
        return
    report = restoring.RestoreReport()
    run_id = secrets.token_hex(8)
    output.keep(run_id=run_id)
    with stoppable(), hold_lock(settings.backup_path):
        warn_mended(output, settings)
        chosen = sets.find(wanted)
        try:
            if no_reload:
                restoring.restore(chosen, settings, None, run_id, report)
            else:
                with Asterisk(settings) as asterisk:
                    restoring.restore(chosen, settings, asterisk, run_id, report)
        finally:
            _tell(output, chosen, report)
    _say(output, settings, chosen, report)


def warn_mended(output: Output, settings: GvmaSettings) -> None:
    """Finishes what an interrupted run began, under the lock, and says so."""
    mended = recover(settings)
    if mended is not None:
        output.warn(GvmaWarning("interrupted-run-mended", mended.text, str(settings.backup_path)))


def _dry_run(output: Output, settings: GvmaSettings, chosen: BackupSet) -> None:
    pending = pending_recovery(settings.backup_path)
    if pending:
        output.warn(GvmaWarning("interrupted-run", pending, str(settings.backup_path)))
    plan = restoring.plan_restore(chosen, settings)
    diffs = [text for file in plan.files if (text := file.diff())]
    output.result(
        "backup restore",
        "ok",
        dry_run=True,
        restored=chosen.id,
        files=[{"path": str(file.path), "action": file.action} for file in plan.files],
        notes=list(plan.notes),
        diff="".join(diffs),
    )
    for text in diffs:
        output.line(text.rstrip("\n"))
    for note in plan.notes:
        output.line(note)
    output.line(plan.summary())


def _tell(output: Output, chosen: BackupSet, report: restoring.RestoreReport) -> None:
    output.result(
        "backup restore",
        "changed" if report.backup_set else "ok",
        dry_run=False,
        restored=chosen.id,
        files=[{"path": str(path), "action": action} for path, action in report.files],
        notes=list(report.plan.notes) if report.plan else [],
        backup_set=report.backup_set,
        reloaded=report.reloaded,
        pending_reload=list(report.pending),
    )


def _say(output: Output, settings: GvmaSettings, chosen: BackupSet, report: restoring.RestoreReport) -> None:
    if output.quiet or report.plan is None:
        return
    for path, action in report.files:
        if action != "keep":
            output.line(f"{path}: {action}d" if action.endswith("e") else f"{path}: {action}ed")
    for note in report.plan.notes if report.files else ():
        output.line(note)
    if report.backup_set:
        output.line(f"Restored {chosen.id}; what it replaced is in {report.backup_set}.")
    else:
        output.line(f"The files are as in {chosen.id} already; nothing was written.")
    if report.reloaded:
        output.line(f"Asterisk has reloaded {', '.join(report.reloaded)}.")
    if report.pending:
        output.line(f"The reload of {', '.join(report.pending)} is pending; the next sync does it.")
    output.line("Sync is paused. To go on: `gvma sync --force`.")
