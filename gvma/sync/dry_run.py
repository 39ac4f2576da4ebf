"""What a sync would do: the plan alone. It takes no lock, writes nothing, and needs no Asterisk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gvma.ami.asterisk import Asterisk, at_once
from gvma.asterisk.drivers.choose import AUTO
from gvma.configserver.fetch import fetch_answers
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, GvmaError
from gvma.plan.brake import brake
from gvma.settings.model import GvmaSettings, Settings
from gvma.sinks.addresses import Addresses, look_up, unresolved
from gvma.sinks.files.sink import FilesSink
from gvma.sinks.opening import opened_to_plan
from gvma.sinks.planner import Planned, Planner, asked_for
from gvma.sync.before.folders import refuse_other_folders
from gvma.sync.before.preflight import preflight
from gvma.sync.reasons import refused_line
from gvma.sync.report import Progress, SyncOptions, SyncReport, reading_step

if TYPE_CHECKING:
    from gvma.sinks.realtime.sink import RealtimeSink


def dry_run(settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
    """Fills ``report`` with what a sync would change, and warns of what would stop it."""
    gvma = settings.gvma
    report.sink = gvma.sink
    addresses = look_up(gvma)
    with opened_to_plan(gvma, addresses, asks=not options.no_reload) as sink:
        _plan(sink, settings, options, report, progress, addresses)


def _plan(  # noqa: PLR0913, PLR0917  (what a dry run is given, and what it has opened)
    sink: FilesSink | RealtimeSink,
    settings: Settings,
    options: SyncOptions,
    report: SyncReport,
    progress: Progress,
    addresses: Addresses,
) -> None:
    gvma = settings.gvma
    interrupted = sink.pending_recovery()
    if interrupted:
        report.warn("interrupted-run", interrupted, gvma.backup_path)
    pause = sink.paused()
    if pause is not None and not options.resume:
        report.warn("sync-paused", f"{pause.sentence} To go on: `gvma sync --resume`", gvma.backup_path)
    for problem in unresolved(addresses, gvma):
        report.warn("address-unknown", f"a sync would stop here: {problem.message}", problem.where)
    progress("asking Configuration Server")
    answers = fetch_answers(settings, options.export)
    report.objects = answers.counts
    progress(reading_step(gvma.sink))
    planned = Planner(gvma, answers, asked_for(gvma, answers), sink.driver, options.reset_pins).plan(sink)
    report.warnings += planned.warnings
    report.notes = planned.notes
    if gvma.channel_driver == AUTO:
        report.notes = (f"Channel driver {sink.driver.name}: {sink.driver_reason}", *report.notes)
    stop = brake(planned.plan.shrinkage, gvma.max_remove_percent)
    if stop is not None and not options.allow_remove:
        report.warn("safety-brake", f"a sync would stop here: {stop.message}", stop.where)
    if planned.change.files:
        for refusal in _at_asterisk(gvma, planned, options):
            report.warn("asterisk-would-refuse", f"a sync would stop here: {refusal.message}", refusal.where)
    report.plan, report.change = planned.plan, planned.change
    report.counts = planned.change.counts
    report.files = dict(planned.change.files)
    report.tables = dict(planned.change.tables)
    report.finished = True


def _at_asterisk(settings: GvmaSettings, planned: Planned, options: SyncOptions) -> Iterator[GvmaError]:
    """What Asterisk is known to refuse, where it answers at once."""
    changed = [path for path, is_changed in planned.change.files.items() if is_changed]
    if line := refused_line(settings, changed):
        yield AsteriskRefusedError(line, where=str(settings.asterisk_cfg_path))

    def look(asterisk: Asterisk) -> GvmaError | None:
        try:
            refuse_other_folders(settings, asterisk, resets_pins=bool(options.reset_pins))
            if not planned.change.is_empty:
                preflight(settings, asterisk, planned)
        except GvmaError as problem:
            return problem
        return None

    problem = None if options.no_reload else at_once(settings, look)
    if problem is not None and not isinstance(problem, AsteriskUnreachableError):
        yield problem
