"""``gvma sync``: its options, and the report of a run; gvma.sync.run does the work.

Off a terminal it prints nothing if nothing changed, and one line if something did. No PIN and no secret is shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gvma.cli import exits
from gvma.cli.completing import mailboxes
from gvma.cli.display.items import item_lines
from gvma.cli.hooks import reported, run_hooks
from gvma.cli.values.seconds import Seconds
from gvma.errors import GvmaError, UsageError
from gvma.garbage import without_garbage_collection
from gvma.printable import printable
from gvma.storage.state.said_failure import is_repeated
from gvma.sync.report import Progress, SyncOptions, SyncReport
from gvma.sync.run import sync

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.cli.output import Output
    from gvma.settings import Settings

_SLOW_SECONDS = 1.0
_COLOURED_CHARACTERS = 200_000
_SECONDS = Seconds()


@click.command(
    epilog=exits.help_ending(
        "gvma sync --dry-run",
        "gvma sync --reset-pin 1000@GVMA_DN",
        "gvma --output json sync --splay 60",
        exits=(exits.CHANGES_PENDING, 10, 11, 12, 13, 14, 15, 16, 17, 18, exits.SETTINGS),
    )
)
@click.option("--dry-run", is_flag=True, help="Show what would change; write, lock and reload nothing.")
@click.option("--detailed-exitcode", is_flag=True, help="With --dry-run: exit with 2 if changes are pending.")
@click.option("--diff/--no-diff", default=False, help="Show a diff of each file, with PINs masked.")
@click.option(
    "--from",
    "export",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
    help="Read an export file instead of asking Configuration Server.",
)
@click.option("--resume", is_flag=True, help="End the pause after a restore.")
@click.option("--allow-remove", is_flag=True, help="Override the safety brake.")
@click.option("--force", is_flag=True, help="The same as --resume --allow-remove.")
@click.option("--no-reload", is_flag=True, help="Write the files only; the next normal sync reloads Asterisk.")
@click.option(
    "--reset-pin",
    "reset_pins",
    metavar="BOX@CONTEXT",
    multiple=True,
    shell_complete=mailboxes,
    help="Reset the PIN of a mailbox, such as 1000@GVMA_DN, to gvm_password; may be repeated.",
)
@click.option("--wait", metavar="SECONDS", type=_SECONDS, default=0.0, help="Wait this long for another run to end.")
@click.option(
    "--splay", metavar="SECONDS", type=_SECONDS, default=0.0, help="First wait a random time, at most this long."
)
@click.pass_context
def command(ctx: click.Context, /, detailed_exitcode: bool, diff: bool, force: bool, **asked: Any) -> None:
    """Write mailboxes and MWI subscriptions from Configuration Server into Asterisk.

    Changes only the managed blocks of the three files. Makes a backup set first, reloads the modules concerned,
    reads back what Asterisk holds, and puts everything back if that is not what was planned.

    With sink = realtime it writes rows of a database instead, in one transaction, and asks every node afterwards; no
    file is written and nothing is reloaded.
    """
    options = SyncOptions(**asked)
    if force:
        options = replace(options, resume=True, allow_remove=True)
    if detailed_exitcode and not options.dry_run:
        raise click.UsageError("--detailed-exitcode needs --dry-run", ctx)
    for box in options.reset_pins:
        if not all(box.partition("@")):
            raise click.UsageError(f"--reset-pin needs BOX@CONTEXT, not {box!r}", ctx)
    # To the end of the report: until then 100,000 mailboxes are wanted, and then none of them is there any more.
    with without_garbage_collection():
        changed = _run(ctx.obj, options, shows_diff=diff)
    if detailed_exitcode and changed:
        ctx.exit(exits.CHANGES_PENDING)


def _run(invocation: Invocation, options: SyncOptions, *, shows_diff: bool) -> bool:
    """The sync and what is said of it; whether it changed anything (in a dry run: would)."""
    output = invocation.output
    report = SyncReport(warn_at_once=output.warn)
    settings: Settings | None = None

    def hooks(error: GvmaError | None) -> None:
        if not options.dry_run:
            run_hooks(output, settings, report, error)

    with reported(lambda: _show_result(output, settings, options, report, shows_diff), hooks):
        try:
            settings = _settings(invocation, options, report)
            with _log(settings, options, report, output), _progress(output) as progress:
                sync(settings, options, report, progress)
        except GvmaError as error:
            if not options.dry_run and _was_said_before(output, settings, error):
                output.mute(error)
            raise
    return report.changed


def _settings(invocation: Invocation, options: SyncOptions, report: SyncReport) -> Settings:
    """The settings; their warnings join those of the run, which are not printed every time."""
    from gvma.settings.lacking import lacking  # noqa: PLC0415  (start-up)

    loaded = invocation.loaded(without=("media",))
    lacks = lacking(loaded, ("gvma_settings",) if options.export else ("cfgserver", "gvma_settings"))
    if lacks:
        raise lacks[0]
    for odd in loaded.warnings:
        report.warn(odd.code, odd.message, odd.where)
    return loaded.settings


def _was_said_before(output: Output, settings: Settings | None, error: GvmaError) -> bool:
    """Off a terminal the same failure is said once a day; a cron job would mail it 288 times."""
    if settings is None or output.verbosity or output.stderr_is_terminal or isinstance(error, UsageError):
        return False
    return is_repeated(settings.gvma.backup_path, error, time.time())


def _show_result(
    output: Output, settings: Settings | None, options: SyncOptions, report: SyncReport, shows_diff: bool
) -> None:
    diffs = [*report.change.diffs()] if report.change is not None and shows_diff else []
    aloud = options.dry_run or output.verbosity > 0 or report.show_warnings
    for warning in report.warnings:
        if warning not in report.said:
            output.warn(warning, aloud=aloud)
    fields: dict[str, object] = {
        "run_id": report.run_id,
        "dry_run": options.dry_run,
        "changes": report.counts.as_json(),
        "items": [item.as_json() for item in report.items()] if output.json or _has_hook(settings) else [],
        "files": [{"path": str(path), "changed": changed} for path, changed in report.files.items()],
        "backup_set": report.backup_set,
        "reloaded": report.reloaded,
        **report.sink_json(),
    }
    if diffs:
        fields["diff"] = "".join(diffs)
    if report.plan is not None:
        fields["left_out"] = list(report.plan.left_out)
    if options.dry_run:
        fields["notes"] = list(report.notes)
    output.result("sync", "changed" if report.changed else "ok", **fields)
    if output.quiet:
        return
    for text in diffs:
        _show_diff(output, text)
    for line in _lines(output, options, report):
        output.line(line)


def _has_hook(settings: Settings | None) -> bool:
    return settings is not None and bool(settings.gvma.on_change or settings.gvma.on_failure)


def _lines(output: Output, options: SyncOptions, report: SyncReport) -> Iterator[str]:
    if options.dry_run:
        if report.plan is not None:
            yield from item_lines(report.items(), everything=output.verbosity > 0)
            yield from (f"Left out: {text}" for text in report.plan.left_out)
            yield from report.notes
            yield from report.change.notes if report.change is not None else ()
            yield report.plan_line()
    elif report.changed:
        yield report.summary("sync")
    elif output.stdout_is_terminal and report.finished:
        yield "Asterisk already has what Configuration Server says; nothing was written."


def _show_diff(output: Output, text: str) -> None:
    text = printable(text)
    if not output.colour or len(text) > _COLOURED_CHARACTERS:
        output.line(text.rstrip("\n"))
        return
    from rich.syntax import Syntax  # noqa: PLC0415  (only on a terminal)

    output.console().print(Syntax(text, "diff", background_color="default", word_wrap=True))


@contextmanager
def _log(settings: Settings, options: SyncOptions, report: SyncReport, output: Output) -> Iterator[None]:
    """The log of the run. A dry run has none, because it creates no file."""
    if options.dry_run:
        yield
        return
    from gvma.cli.logs import logging_to  # noqa: PLC0415  (start-up)

    with logging_to(settings, run_id=report.run_id, verbosity=output.verbosity):
        yield


@contextmanager
def _progress(output: Output) -> Iterator[Progress]:
    """A line that names the present step, on a terminal, as soon as a step takes longer than a second."""
    if output.json or output.quiet or not output.stderr_is_terminal:
        yield output.detail
        return
    from gvma.cli.display.steps import Steps  # noqa: PLC0415  (rich, only on a terminal)

    with Steps(output.console(stderr=True), after_seconds=_SLOW_SECONDS) as steps:
        yield steps.begin
