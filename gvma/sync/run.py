"""One sync from the lock to the record, in the one order that loses nothing; it prints nothing.

The order: lock, end an interrupted run, pause, Configuration Server, AMI, read, plan, brake, execute, records,
retention.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.identification.model import COMES_FIRST, PEER_ON_OTHER_PORT, SENDERS_UNKNOWN
from gvma.backups.snapshot import snapshot
from gvma.configserver.fetch import ServerAnswers, fetch_answers, queries_of, receive_answers
from gvma.errors import (
    AsteriskRefusedError,
    AsteriskUnreachableError,
    GvmaError,
)
from gvma.looks import Looks, noting
from gvma.plan.brake import brake
from gvma.plan.counts import Counts
from gvma.settings.model import Settings
from gvma.sinks.addresses import Addresses, look_up, require
from gvma.sinks.base import Purpose, Sink
from gvma.sinks.opening import Opened, opened
from gvma.sinks.planner import Planned, Planner, asked_for
from gvma.storage.lock import hold_lock
from gvma.storage.private import although_changed
from gvma.storage.signals import stoppable
from gvma.storage.spooled import Spooled
from gvma.storage.state import last_success, pending_reload, records, said_failure
from gvma.storage.state.pause import refuse_if_paused, resume
from gvma.sync.after.ending import forget_old_sets, leave_records
from gvma.sync.after.metrics import leave_metrics
from gvma.sync.after.remembering import Outcome, remembered
from gvma.sync.after.why import set_before, why
from gvma.sync.before import unchanged
from gvma.sync.before.folders import refuse_other_folders
from gvma.sync.before.mending import mend
from gvma.sync.before.preflight import preflight
from gvma.sync.before.unchanged import Conclusion, Inputs, conclusion_of
from gvma.sync.execute import TRIES, Execution, Wording, gave_up
from gvma.sync.late_reload import reload_or_refuse, reload_quietly
from gvma.sync.report import Progress, SyncOptions, SyncReport, reading_step

if TYPE_CHECKING:
    from gvma.sinks.files.sink import FilesSink
    from gvma.sinks.realtime.sink import RealtimeSink

    _Sink = FilesSink | RealtimeSink

__all__ = ["Progress", "SyncOptions", "SyncReport", "sync"]

_log = logging.getLogger(__name__)
_WORDING = Wording(
    written="the files are written",
    refused="the new files",
    way_out="Asterisk's own log says why it refused; `gvma check` looks for reasons. Then run `gvma sync` again.",
    again="the next `gvma sync` does it",
)


def sync(settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
    """Brings the files and Asterisk in line with Configuration Server; ``report`` is filled meanwhile.

    Raises GvmaError: its hint says what was left unchanged or put back. Raises signals.Stopped after a signal;
    what was begun is put back then.
    """
    if options.splay:
        progress("waiting a random time (--splay)")
        time.sleep(random.uniform(0, options.splay))  # noqa: S311  (no secret hangs on it)
    if options.dry_run:
        from gvma.sync.dry_run import dry_run  # noqa: PLC0415  (start-up)

        dry_run(settings, options, report, progress)
        return
    report.sink = settings.gvma.sink
    outcome = Outcome()
    try:
        with remembered("sync", settings.gvma.backup_path, report) as outcome, stoppable():
            _Run(settings, options, report, progress).run()
    finally:
        if not report.finished:
            report.show_warnings = report.changed or not records.were_said(settings.gvma.backup_path, report.warnings)
        leave_metrics(settings.gvma, report, outcome.exit_code, outcome.seconds)
        _log_what_was_done(report)


class _Asked(NamedTuple):
    """read: the answers. digests: of their bytes, by query; none where they say nothing of the next run."""

    read: Callable[[], ServerAnswers]
    digests: Mapping[str, str]


class _Run:
    """A sync that writes."""

    def __init__(self, settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
        self._settings = settings
        self._gvma = settings.gvma
        self._options = options
        self._report = report
        self._progress = progress
        self._opened: Opened
        self._first_looks = self._looks = Looks()

    def run(self) -> None:
        options, path = self._options, self._gvma.backup_path
        with hold_lock(path, options.wait), opened(self._gvma, options.wait) as self._opened, ExitStack() as stack:
            speaks = self._opened.has_files and not options.no_reload
            asterisk = stack.enter_context(Asterisk(self._gvma)) if speaks else None
            self._recover(asterisk)
            with self._reloading_what_is_pending(asterisk):
                if not options.resume:
                    refuse_if_paused(path, option="--force" if options.allow_remove else "--resume")
                addresses = look_up(self._gvma)
                require(addresses, self._gvma)
                self._progress("asking Configuration Server")
                asked = self._ask(stack)
                sink = self._sink(asterisk, addresses)
                if asterisk is not None:
                    refuse_other_folders(self._gvma, asterisk, resets_pins=bool(options.reset_pins))
                inputs = self._inputs(sink, addresses, asked.digests)
                conclusion = conclusion_of(inputs, self._opened.looks) if inputs is not None else None
                if conclusion is None:
                    answers = asked.read()
                    self._report.objects = answers.counts
                    planned = self._plan_and_write(asterisk, sink, addresses, answers)
                else:
                    self._conclude(conclusion)
            with although_changed() if self._report.changed else nullcontext():
                if conclusion is None:
                    leave_records(self._gvma, self._report, planned.plan, answers, inputs=inputs, looks=self._looks)
                if options.resume:
                    resume(path)
                said_failure.forget(path)
                last_success.leave(path)
            if self._report.changed:
                forget_old_sets(self._gvma, self._report)
        self._report.finished = True

    def _ask(self, stack: ExitStack) -> _Asked:
        """All queries. Where an earlier run may have come to the same end, the answers are read once that is known."""
        settings, options = self._settings, self._options
        if not unchanged.is_possible(settings, options, self._report.warnings):
            answers = fetch_answers(settings, options.export)
            return _Asked(lambda: answers, {})
        stores = {name: stack.enter_context(closing(Spooled(self._gvma.backup_path))) for name in queries_of(settings)}
        read = receive_answers(settings, stores)
        return _Asked(read, {name: store.digest for name, store in stores.items()})

    def _inputs(self, sink: _Sink, addresses: Addresses, answers: Mapping[str, str]) -> Inputs | None:
        """None where this run is a full one, and its end says nothing of the next."""
        # A run that speaks to Asterisk does what is pending; one that does not leaves it, whatever its end.
        if not answers or (not self._options.no_reload and pending_reload.read(self._gvma.backup_path)):
            return None
        return Inputs(
            settings=self._settings,
            options=self._options,
            warnings=tuple(self._report.warnings),
            addresses=dict(sorted(addresses.items())),
            driver=sink.driver.name,
            driver_reason=sink.driver_reason,
            known=sink.known,
            database=self._opened.facts,
            answers=answers,
        )

    def _conclude(self, conclusion: Conclusion) -> None:
        """This run found nothing to do, as an earlier one with the same inputs."""
        _log.debug("the same inputs as in an earlier run, which found nothing to do")
        self._report.objects = dict(conclusion.objects)
        self._report.files = dict.fromkeys(conclusion.files, False)
        self._report.tables = dict.fromkeys(conclusion.tables, Counts())
        self._report.warnings = list(conclusion.warnings)
        self._report.show_warnings = False

    def _plan_and_write(
        self, asterisk: Asterisk | None, sink: _Sink, addresses: Addresses, answers: ServerAnswers
    ) -> Planned:
        """Once more where Asterisk refused because the site had changed who gets SIP Server's requests, and our reload
        was the first since: what Asterisk says now is what the plan has to go by."""
        with noting() as self._first_looks:
            planner = Planner(
                self._gvma, answers, asked_for(self._gvma, answers), sink.driver, self._options.reset_pins
            )
        try:
            return self._until_nobody_else_writes(planner, self._execution(sink, asterisk), answers)
        except AsteriskRefusedError as refused:
            again = self._sink_after(refused, asterisk, addresses)
            if again.known == sink.known:
                raise
        _log.info("the site itself changed who gets SIP Server's requests; planning again")
        self._report.reload_failed = []
        return self._until_nobody_else_writes(planner, self._execution(again, asterisk), answers)

    def _sink_after(self, refused: AsteriskRefusedError, asterisk: Asterisk | None, addresses: Addresses) -> _Sink:
        """Raises what Asterisk refused where Asterisk cannot be asked again."""
        try:
            return self._sink(asterisk, addresses)
        except GvmaError:
            raise refused from None

    def _recover(self, asterisk: Asterisk | None) -> None:
        """What an interrupted run left is ended, and Asterisk reloads it, whatever comes later."""
        recovery = mend(self._gvma)
        if recovery is not None:
            self._report.warn("interrupted-run-mended", recovery.text, self._gvma.backup_path)
            self._reload_pending_quietly(asterisk)

    @contextmanager
    def _reloading_what_is_pending(self, asterisk: Asterisk | None) -> Iterator[None]:
        """A run that comes to nothing still does the reloads that are pending: they must not wait for the next one."""
        try:
            yield
        except (AsteriskRefusedError, AsteriskUnreachableError):
            raise
        except GvmaError:
            self._reload_pending_quietly(asterisk)
            raise

    def _reload_pending_quietly(self, asterisk: Asterisk | None) -> None:
        if asterisk is not None:
            reload_quietly(self._gvma.backup_path, lambda: self._execution(self._sink(asterisk), asterisk))

    def _sink(self, asterisk: Asterisk | None, addresses: Addresses | None = None) -> _Sink:
        """Reaches Asterisk, unless this run does not speak to it."""
        if asterisk is not None:
            self._progress("reaching Asterisk")
            asterisk.connect()
        return self._opened.sink(asterisk, addresses)

    def _execution(self, sink: Sink[Any, Any], asterisk: Asterisk | None) -> Execution:
        asks_nodes = not self._options.no_reload
        return Execution(sink, self._gvma, asterisk, self._report, _WORDING, asks_nodes=asks_nodes)

    def _until_nobody_else_writes(self, planner: Planner, execution: Execution, answers: ServerAnswers) -> Planned:
        report, earlier_warnings = self._report, list(self._report.warnings)
        for _ in range(TRIES):
            self._progress(reading_step(self._gvma.sink))
            with noting() as looks:
                planned = planner.plan(execution.sink)
            self._looks = looks.behind(self._first_looks)
            plan, change = planned.plan, planned.change
            report.warnings = [*earlier_warnings, *planned.warnings]
            report.add_target(change)
            stop = brake(plan.shrinkage, self._gvma.max_remove_percent)
            if stop is not None and not self._options.allow_remove:
                if self._options.resume:
                    stop.hint = stop.hint.replace("--allow-remove", "--force")  # else the pause stops the next one
                raise stop
            if change.is_empty:
                reload_or_refuse(execution, change)
                if not records.read_marks(self._gvma.backup_path):
                    records.leave(self._gvma.backup_path, records.MARKS, records.marks_text(change.marks()))
                return planned
            if execution.asterisk is not None:
                preflight(self._gvma, execution.asterisk, planned)
            for warning in planned.warnings:
                if warning.code in {SENDERS_UNKNOWN, COMES_FIRST, PEER_ON_OTHER_PORT}:
                    report.say(warning)
            if self._write(execution, planned, answers):
                return planned
        raise gave_up(
            change, "The newest content is in place. Find out what writes the file, then run `gvma sync` again."
        )

    def _write(self, execution: Execution, planned: Planned, answers: ServerAnswers) -> bool:
        """False where somebody else wrote meanwhile."""
        plan, report = planned.plan, self._report
        tables = planned.change.tables
        self._progress("writing the rows" if tables else "writing the files, and reloading Asterisk")
        purpose = Purpose("sync", report.run_id, snapshot(answers.by_query()))
        before = set_before(self._gvma.backup_path, report.run_id)
        try:
            return execution.execute(
                planned.change, purpose, {records.PINS: plan.pins.record, records.OWNERS: plan.owners}
            )
        finally:
            report.plan = plan if report.changed else None
            if report.changed:
                report.why = why(plan, answers, before, self._options.reset_pins)


def _log_what_was_done(report: SyncReport) -> None:
    """What a person at the terminal would read; of a run that did nothing, nothing."""
    for one in report.warnings if report.show_warnings else ():
        _log.warning("%s: %s", one.where, one.message)
    if report.changed:
        _log.info("%s", report.summary("sync"))
