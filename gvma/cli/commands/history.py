"""``gvma history``: runs that changed something or failed, why, and who started them. No PIN and no secret is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gvma.asterisk.entries import GvmaWarning
from gvma.cli import exits
from gvma.cli.completing import names
from gvma.cli.display.items import item_lines
from gvma.cli.values.when import When, local_time
from gvma.printable import printable
from gvma.storage.history import log
from gvma.storage.history.model import TIME
from gvma.storage.state import records

if TYPE_CHECKING:
    from gvma.cli.invocation import Invocation
    from gvma.storage.history.model import PastRun

_SHOWN = 20
_ITEMS = 12


@click.command(
    epilog=exits.help_ending(
        "gvma history",
        "gvma history --since 2d --object 1000",
        "gvma --output json history -n 1",
        exits=(17, exits.SETTINGS),
    )
)
@click.option("--since", metavar="WHEN", type=When(), help="Runs since then: an ISO date or time, or 2h, 3d, 1w.")
@click.option(
    "--object",
    "name",
    metavar="NAME",
    shell_complete=names,
    help="Only what concerns a DN, agent, group, mailbox or gvm-* object.",
)
@click.option(
    "-n",
    "count",
    metavar="COUNT",
    type=click.IntRange(min=1),
    help=f"At most so many runs, the newest; else {_SHOWN}, or with --since or --object all.",
)
@click.pass_obj
def command(invocation: Invocation, since: datetime | None, name: str | None, count: int | None) -> None:
    """List the runs that changed something or failed, newest first: what, why, and who started them.

    Why: the options that differ in Configuration Server from the change before, each with its old and its new value.
    Of a gvm_password only that it changed is known. Times are local; in JSON they are UTC.
    """
    settings, output = invocation.settings(without=("cfgserver", "media")).gvma, invocation.output
    history = log.read(settings.backup_path)
    if history.damaged:
        lines = "1 line is" if history.damaged == 1 else f"{history.damaged} lines are"
        place = str(records.folder(settings.backup_path) / log.NAME)
        output.warn(GvmaWarning("history-damaged", f"{lines} damaged, and left out; the others are shown", place))
    runs = [run for run in history.runs if since is None or run.at >= since.strftime(TIME)]
    if name is not None:
        runs = [part for run in runs if (part := run.about(name)) is not None]
    limit = count or (_SHOWN if since is None and name is None else len(runs))
    output.result("history", "ok", runs=[run.as_json() for run in runs[:limit]], earlier=max(0, len(runs) - limit))
    for line in _lines(runs[:limit], everything=output.verbosity > 0):
        output.line(printable(line))
    if len(runs) > limit:
        output.line(f"{len(runs) - limit} earlier; -n {len(runs)} shows all.")
    elif not runs:
        output.line("No run has changed anything or failed." if since is None and name is None else "No such run.")


def _lines(runs: Sequence[PastRun], *, everything: bool) -> Iterator[str]:
    """Each run; of a failure that repeats, the newest, and how often it was the same before."""
    at = 0
    while at < len(runs):
        run, same = runs[at], 1
        while at + same < len(runs) and _is_same_failure(run, runs[at + same]):
            same += 1
        yield from _run(run, everything=everything)
        if same > 1:
            yield f"  the same {_times(same - 1)} before, since {local_time(runs[at + same - 1].at)}"
        at += same


def _run(run: PastRun, *, everything: bool) -> Iterator[str]:
    failed = f" failed ({run.exit_code})" if run.exit_code else ""
    restored = f" of {run.restored}" if run.restored else ""
    yield f"{local_time(run.at)}  {run.command}{restored}{failed}, {run.starter}"
    if run.failure is not None:
        yield f"  {run.failure[1]}"
    for line in item_lines(run.items, everything=everything, most=_ITEMS):
        yield f"  {line}"
    if run.items_left_out:
        yield f"  and {run.items_left_out} more mailboxes and subscriptions"
    for reason in run.reasons:
        yield f"  why: {reason}"
    if run.backup_set is not None:
        yield f"  backup set {run.backup_set}"


def _is_same_failure(run: PastRun, before: PastRun) -> bool:
    is_alone = not run.items and not before.items
    return is_alone and run.failure is not None and (run.failure, run.command) == (before.failure, before.command)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
