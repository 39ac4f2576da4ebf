"""What a sync would do: the plan alone. It takes no lock, writes nothing, and needs no Asterisk."""

from __future__ import annotations

from gvma.ami.asterisk import drivers_at_once
from gvma.configserver.fetch import fetch_answers
from gvma.plan.brake import brake
from gvma.settings.model import Settings
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.files.sink import FilesSink
from gvma.storage.pause import read_pause
from gvma.sync.addresses import look_up, unresolved
from gvma.sync.planner import Planner
from gvma.sync.report import Progress, SyncOptions, SyncReport


def dry_run(settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
    """Fills ``report`` with what a sync would change, and warns of what would stop it."""
    gvma = settings.gvma
    is_auto = gvma.channel_driver == "auto"
    modules = drivers_at_once(gvma) if is_auto and not options.no_reload else None
    sink = FilesSink(gvma, channel_driver(gvma, modules).driver)
    interrupted = sink.pending_recovery()
    if interrupted:
        report.warn("interrupted-run", interrupted, gvma.backup_path)
    pause = read_pause(gvma.backup_path)
    if pause is not None and not options.resume:
        report.warn("sync-paused", f"{pause.sentence} To go on: `gvma sync --resume`", gvma.backup_path)
    for problem in unresolved(look_up(gvma), gvma):
        report.warn("address-unknown", f"a sync would stop here: {problem.message}", problem.where)
    progress("asking Configuration Server")
    answers = fetch_answers(settings, options.export)
    report.objects = answers.counts
    progress("reading the files")
    planned = Planner(gvma, answers, sink.driver, options.reset_pins).plan(sink)
    report.warnings += planned.warnings
    stop = brake(planned.plan.shrinkage, gvma.max_remove_percent)
    if stop is not None and not options.allow_remove:
        report.warn("safety-brake", f"a sync would stop here: {stop.message}", stop.where)
    report.plan, report.change = planned.plan, planned.change
    report.counts = planned.change.counts
    report.files = dict(planned.change.files)
    report.finished = True
