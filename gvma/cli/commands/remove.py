"""``gvma remove``: take gvma's part out of Asterisk; gvma.sync.remove does the work. No PIN and no secret is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.cli.display.items import item_lines
from gvma.cli.hooks import reported, run_hooks
from gvma.errors import GvmaError
from gvma.storage.state.pause import read_pause
from gvma.sync.remove import remove, remove_dry_run
from gvma.sync.report import PlannedReport

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.cli.output import Output
    from gvma.settings.model import Settings


@click.command(
    epilog=exits.help_ending(
        "gvma remove --dry-run",
        "gvma remove",
        exits=(11, 12, 14, 15, 16, 17, 18, exits.SETTINGS),
    )
)
@click.option("--dry-run", is_flag=True, help="Show what would go; write, lock and reload nothing.")
@click.option("--no-reload", is_flag=True, help="Write the files only, and leave Asterisk as it is.")
@click.pass_obj
def command(invocation: Invocation, dry_run: bool, no_reload: bool) -> None:
    """Take gvma's part out of Asterisk's files, and leave the site's own lines as they are.

    Makes a backup set first, reloads the modules concerned, and puts everything back if Asterisk does not take the
    change. Settings, backup sets and voice messages stay. The next sync writes everything again, with the first PINs
    of Configuration Server: take `gvma sync` out of cron or its timer first. `gvma backup restore latest` brings back
    what was removed, with its PINs.
    """
    settings, output = invocation.settings(without=("cfgserver", "media")), invocation.output
    report = PlannedReport()
    output.keep(run_id=report.run_id)

    def hooks(error: GvmaError | None) -> None:
        if not dry_run:
            run_hooks(output, settings, report, error)

    with reported(lambda: _show_result(output, report, dry_run=dry_run), hooks):
        if dry_run:
            remove_dry_run(settings.gvma, report, no_reload=no_reload)
        else:
            _remove(output, settings, report, no_reload=no_reload)
    if not output.quiet:
        for line in _lines(output, settings, report, dry_run=dry_run):
            output.line(line)


def _remove(output: Output, settings: Settings, report: PlannedReport, *, no_reload: bool) -> None:
    from gvma.cli.logs import logging_to  # noqa: PLC0415  (start-up)

    with logging_to(settings, run_id=report.run_id, verbosity=output.verbosity):
        remove(settings.gvma, report, no_reload=no_reload)


def _show_result(output: Output, report: PlannedReport, *, dry_run: bool) -> None:
    for warning in report.warnings:
        output.warn(warning)
    output.result(
        "remove",
        "changed" if report.changed else "ok",
        dry_run=dry_run,
        changes=report.counts.as_json(),
        items=[item.as_json() for item in report.items()],
        files=[{"path": str(path), "changed": changed} for path, changed in report.files.items()],
        backup_set=report.backup_set,
        reloaded=report.reloaded,
        pending_reload=list(report.pending_reload),
        **report.sink_json(),
    )


def _lines(output: Output, settings: Settings, report: PlannedReport, *, dry_run: bool) -> Iterator[str]:
    if not report.changed:
        where = "database" if report.tables else "files"
        yield f"Asterisk's {where} {'has' if report.tables else 'have'} nothing of gvma's; nothing was written."
        return
    if dry_run:
        yield from item_lines(report.items(), everything=output.verbosity > 0)
        yield from report.change.remarks if report.change is not None else ()
        yield report.plan_line()
        return
    yield report.summary("remove")
    if report.pending_reload:
        yield f"The reload of {', '.join(report.pending_reload)} is pending; a second `gvma remove` does it."
    if read_pause(settings.gvma.backup_path) is not None:
        yield "Settings and backup sets stay, and the sync stays paused."
        return
    yield "Settings and backup sets stay. The next `gvma sync` writes everything again: see that cron does not run it."
