"""``gvma status``: whether all is well, from what can be known in a second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gvma.cli import exits
from gvma.cli.display.findings import finding_blocks, one_line, text_width
from gvma.cli.values.when import local_time

if TYPE_CHECKING:
    from gvma.check.finding import Finding
    from gvma.cli.invocation import Invocation
    from gvma.evidence.model import Evidence
    from gvma.evidence.model.runs import Run

_NEEDS_A_PERSON = 1


@click.command(
    "status",
    epilog=exits.help_ending(
        "gvma status",
        "gvma status --plan",
        "gvma --output json status",
        exits=(exits.SETTINGS,),
        meanings={
            exits.OK: "all is well, also where changes are pending",
            _NEEDS_A_PERSON: "something needs a person; or an internal error",
        },
    ),
)
@click.option("--plan", is_flag=True, help="Also ask Configuration Server what the next sync would change.")
@click.pass_obj
def command(invocation: Invocation, plan: bool) -> None:
    """Say whether all is well: the last sync, Asterisk, and the media server.

    It looks at what the last runs left, at Asterisk's files, and asks Asterisk and the media server for a moment;
    Configuration Server only with --plan. Changes nothing. What needs a person: no sync has ended well yet, the last
    one failed or is too old, the sync is paused, somebody has changed what gvma wrote, a run was interrupted, a
    reload is pending, Asterisk cannot be asked.
    """
    from gvma.evidence.at_a_glance import glance  # noqa: PLC0415
    from gvma.garbage import without_garbage_collection  # noqa: PLC0415  (start-up)
    from gvma.settings.reader import Examined, examine  # noqa: PLC0415
    from gvma.status import as_json, troubles  # noqa: PLC0415

    output = invocation.output
    loaded = invocation.loaded(without=("cfgserver", "media"))
    examined = examine(invocation.config, os.environ) if plan else Examined(loaded, ())
    with without_garbage_collection():
        evidence = glance(examined, plan=plan)
    found = troubles(evidence)
    problems = [one.as_json() for one in found]
    output.result("status", "error" if found else "ok", **as_json(evidence), problems=problems)
    for line in () if output.quiet else (_headline(found, evidence), *_lines(evidence)):
        output.line(one_line(line))
    width = text_width(output)
    for block in finding_blocks(found, width=width, why=output.verbosity > 0, everything=True, colour=output.colour):
        output.styled(f"\n{block}")
    if found:
        raise click.exceptions.Exit(_NEEDS_A_PERSON)


def _headline(found: list[Finding], evidence: Evidence) -> str:
    if not found:
        if evidence.records.removed:
            return "gvma's part was removed; nothing needs a person."
        return "All is well." if evidence.syncs else "These settings are for the media server alone."
    return f"{len(found)} problems need a person." if len(found) > 1 else "1 problem needs a person."


def _lines(evidence: Evidence) -> Iterator[str]:
    from gvma.status import is_edited, pending  # noqa: PLC0415  (start-up)

    records, present = evidence.records, evidence.sink.present
    if evidence.syncs:
        none_yet = "none yet" if records.problem is None else "not known"
        yield _row("Last sync", _run(records.last_run) if records.last_run else none_yet)
        success = records.last_success
        if success is not None and success != records.last_run:
            yield _row("Last success", _run(success))
        if records.removed:
            yield _row("Removed", f"{local_time(records.removed.at)}, by {records.removed.who}")
        if records.running:
            yield _row("Now", f"a run is at work: {records.running}")
        if evidence.sink.problem is None:
            edited = ", changed since by somebody else" if is_edited(evidence) else ""
            numbers = f"{len(present.mailboxes):,} mailboxes, {len(present.subscriptions):,} subscriptions"
            yield _row("Written", f"{numbers}{edited}")
        yield _row("Asterisk", _asterisk(evidence))
    if evidence.media.last_hour is not None and evidence.media.figures is not None:
        hour = evidence.media.last_hour
        said = f"{hour.calls:,} calls in the last hour, {hour.refused:,} refused, {hour.failed:,} failed"
        yield _row("Media", f"{evidence.media.figures.open_calls:,} calls open; {said}")
    elif evidence.media.unanswered:
        yield _row("Media", evidence.media.unanswered)
    changes = pending(evidence.next_sync)
    if changes is not None:
        yield _row("Next sync", f"{changes}")


def _row(name: str, text: str) -> str:
    return f"{name:<13}{text}"


def _run(run: Run) -> str:
    from gvma.check.runs import duration  # noqa: PLC0415  (start-up)

    when = f"{local_time(run.at)}, {duration(run.age)} ago"
    if run.exit_code:
        return f"{when}: failed with {run.exit_code}"
    if run.run_id is None:
        return f"{when}: nothing to change"
    changes = f"{run.changes.add} added, {run.changes.change} changed, {run.changes.remove} removed"
    return f"{when}: {changes}" + (f", {run.seconds:.1f} s" if run.seconds is not None else "")


def _asterisk(evidence: Evidence) -> str:
    ami = evidence.ami
    if ami is None or not ami.version:
        return "not reached"
    messages = f"; {ami.messages.new:,} new and {ami.messages.old:,} old messages" if ami.messages else ""
    return f"{ami.version}, {evidence.driver.technology}{messages}"
