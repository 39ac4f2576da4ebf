"""What a sync would do: the plan alone. It takes no lock, writes nothing, and needs no Asterisk."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.ami.asterisk import Asterisk, at_once
from gvma.asterisk.drivers.choose import AUTO
from gvma.configserver.fetch import fetch_answers
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, GvmaError
from gvma.plan.brake import brake
from gvma.settings.model import GvmaSettings, Settings
from gvma.sinks.addresses import look_up, unresolved
from gvma.sinks.opening import sink_of
from gvma.sinks.planner import Planned, Planner
from gvma.storage.pause import read_pause
from gvma.sync.preflight import preflight
from gvma.sync.reasons import refused_line
from gvma.sync.report import Progress, SyncOptions, SyncReport


def dry_run(settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
    """Fills ``report`` with what a sync would change, and warns of what would stop it."""
    gvma = settings.gvma
    addresses = look_up(gvma)
    sink = None if options.no_reload else at_once(gvma, lambda asterisk: sink_of(gvma, asterisk, addresses))
    if sink is None:
        sink = sink_of(gvma, None, addresses)
    interrupted = sink.pending_recovery()
    if interrupted:
        report.warn("interrupted-run", interrupted, gvma.backup_path)
    pause = read_pause(gvma.backup_path)
    if pause is not None and not options.resume:
        report.warn("sync-paused", f"{pause.sentence} To go on: `gvma sync --resume`", gvma.backup_path)
    for problem in unresolved(addresses, gvma):
        report.warn("address-unknown", f"a sync would stop here: {problem.message}", problem.where)
    progress("asking Configuration Server")
    answers = fetch_answers(settings, options.export)
    report.objects = answers.counts
    progress("reading the files")
    planned = Planner(gvma, answers, sink.driver, options.reset_pins).plan(sink)
    report.warnings += planned.warnings
    report.notes = planned.notes
    if gvma.channel_driver == AUTO:
        report.notes = (f"Channel driver {sink.driver.name}: {sink.driver_reason}", *report.notes)
    stop = brake(planned.plan.shrinkage, gvma.max_remove_percent)
    if stop is not None and not options.allow_remove:
        report.warn("safety-brake", f"a sync would stop here: {stop.message}", stop.where)
    if not planned.change.is_empty:
        for refusal in _at_asterisk(gvma, planned, no_reload=options.no_reload):
            report.warn("asterisk-would-refuse", f"a sync would stop here: {refusal.message}", refusal.where)
    report.plan, report.change = planned.plan, planned.change
    report.counts = planned.change.counts
    report.files = dict(planned.change.files)
    report.finished = True


def _at_asterisk(settings: GvmaSettings, planned: Planned, *, no_reload: bool) -> Iterator[GvmaError]:
    """What Asterisk is known to refuse, where it answers at once."""
    changed = [path for path, is_changed in planned.change.files.items() if is_changed]
    if line := refused_line(settings, changed):
        yield AsteriskRefusedError(line, where=str(settings.asterisk_cfg_path))

    def look(asterisk: Asterisk) -> GvmaError | None:
        try:
            preflight(settings, asterisk, planned)
        except GvmaError as problem:
            return problem
        return None

    problem = None if no_reload else at_once(settings, look)
    if problem is not None and not isinstance(problem, AsteriskUnreachableError):
        yield problem
