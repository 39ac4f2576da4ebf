"""One sync from the lock to the record, in the one order that loses nothing; it prints nothing.

The order: lock, mend an interrupted run, pause, Configuration Server, AMI, files, plan, brake,
backup set, transaction, reload, read back, record, retention.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext

from gvma.ami.asterisk import Asterisk, driver_of_files, glance_at_driver, saying
from gvma.backups.retention import apply_policy, policy_of
from gvma.configserver.fetch import ServerAnswers, fetch_answers
from gvma.errors import (
    AsteriskRefusedError,
    AsteriskUnreachableError,
    BackupSetError,
    GvmaError,
    UnsafeTargetError,
)
from gvma.plan.brake import brake
from gvma.settings.model import GvmaSettings, Settings
from gvma.sinks.files.journal import sets_in_use
from gvma.sinks.files.prepare import Planner, Prepared, read_targets
from gvma.sinks.files.recovery import pending_recovery, recover
from gvma.sinks.files.targets import as_it_is
from gvma.storage import pause, pending_reload
from gvma.storage import records as state
from gvma.storage.lock import hold_lock
from gvma.storage.private import although_changed
from gvma.storage.signals import Stopped, stoppable
from gvma.sync.execute import Work, carry_out, first_of
from gvma.sync.metrics import Figures, write_metrics
from gvma.sync.report import Progress, SyncOptions, SyncReport

__all__ = ["Progress", "SyncOptions", "SyncReport", "sync"]

_log = logging.getLogger(__name__)
_TRIES = 10


def sync(settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
    """Brings the files and Asterisk in line with Configuration Server; ``report`` is filled meanwhile.

    Raises GvmaError: its hint says what was left unchanged or put back. Raises stopping.Stopped after a signal;
    what was begun is put back then.
    """
    if options.splay:
        progress("waiting a random time (--splay)")
        time.sleep(random.uniform(0, options.splay))  # noqa: S311  (no secret hangs on it)
    if options.dry_run:
        _dry_run(settings, options, report, progress)
        return
    started = time.monotonic()
    exit_code = 1
    try:
        with stoppable():
            _Run(settings, options, report, progress).run()
        exit_code = 0
    except GvmaError as error:
        exit_code = error.exit_status
        _log.error("exit %d: %s", exit_code, error)
        raise
    except Stopped as stopped:
        exit_code = 128 + stopped.signal
        _log.error("stopped by signal %d", stopped.signal)
        raise
    finally:
        _leave_metrics(settings.gvma, report, exit_code, time.monotonic() - started)
        _log_what_was_done(report)


class _Run:
    """A sync that writes."""

    def __init__(self, settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
        self._settings = settings
        self._gvma = settings.gvma
        self._options = options
        self._report = report
        self._progress = progress

    def run(self) -> None:
        options, path = self._options, self._gvma.backup_path
        with hold_lock(path, options.wait), ExitStack() as stack:
            asterisk = None if options.no_reload else stack.enter_context(Asterisk(self._gvma))
            self._mend(asterisk)
            with self._nothing_pending(asterisk):
                pause.refuse_if_paused(path, force=options.force)
                self._progress("asking Configuration Server")
                answers = fetch_answers(self._settings, options.export)
                self._report.objects = answers.counts
                planner = Planner(self._gvma, answers, self._driver(asterisk), options.reset_pins)
                prepared = self._until_nobody_writes(planner, answers, asterisk)
            with although_changed() if self._report.changed else nullcontext():
                self._record(prepared, answers)
                if options.force:
                    pause.resume(path)
            if self._report.changed:
                self._forget_old_sets()
        self._report.finished = True

    def _mend(self, asterisk: Asterisk | None) -> None:
        """What an interrupted run left is ended, and Asterisk told of it, whatever comes later."""
        path = self._gvma.backup_path
        mended = recover(self._gvma)
        if mended is None:
            return
        self._report.warn("interrupted-run-mended", mended.text, path)
        self._reload_pending(asterisk)

    @contextmanager
    def _nothing_pending(self, asterisk: Asterisk | None) -> Iterator[None]:
        """A run that comes to nothing still does a pending reload: it must not wait for the next one."""
        try:
            yield
        except (AsteriskRefusedError, AsteriskUnreachableError):
            raise
        except GvmaError:
            self._reload_pending(asterisk)
            raise

    def _reload_pending(self, asterisk: Asterisk | None) -> None:
        """Asterisk reloads the files as they are, where a reload is pending; what fails stays pending."""
        path = self._gvma.backup_path
        pending = pending_reload.read(path)
        if asterisk is None or not pending:
            return
        try:
            driver = self._driver(asterisk)
            _, now = read_targets(self._gvma, driver)
            loaded = asterisk.loaded(pending)
            if not asterisk.take(loaded, as_it_is(now, self._gvma)):
                pending_reload.settle(path, pending)
                self._report.reloaded = loaded
        except GvmaError as error:
            _log.warning("the reload stays pending: %s", error)

    def _driver(self, asterisk: Asterisk | None) -> str:
        """The channel driver; reaches Asterisk, unless this run does not speak to it."""
        if asterisk is not None:
            self._progress("reaching Asterisk")
            asterisk.reach()
        if self._gvma.channel_driver != "auto":
            return self._gvma.channel_driver
        return (asterisk and asterisk.channel_driver()) or driver_of_files(self._gvma)

    def _until_nobody_writes(self, planner: Planner, answers: ServerAnswers, asterisk: Asterisk | None) -> Prepared:
        report, said = self._report, list(self._report.warnings)
        for _ in range(_TRIES):
            self._progress("reading the files")
            prepared = planner.prepare()
            report.warnings = [*said, *prepared.warnings]
            report.files = {file.path: report.files.get(file.path, False) for file in prepared.plan.files}
            stop = brake(prepared.plan.shrinkage, self._gvma.max_remove_percent)
            if stop is not None and not self._options.force:
                raise stop
            if not prepared.changed:
                self._reload_earlier(prepared, asterisk)
                return prepared
            if asterisk is not None:
                asterisk.see_that_it_can(prepared.plan.modules)
            self._progress("writing the files, and telling Asterisk")
            if carry_out(self._work(prepared, answers), self._gvma, asterisk, report):
                return prepared
        raise UnsafeTargetError(
            f"gave up after {_TRIES} attempts: another process keeps rewriting it",
            where=", ".join(str(file.path) for file in prepared.plan.files),
            hint="The newest content is in place. Find out what writes the file, then run `gvma sync` again.",
        )

    def _work(self, prepared: Prepared, answers: ServerAnswers) -> Work:
        return Work(
            plan=prepared.plan,
            targets=prepared.files,
            secrets=prepared.secrets,
            before=prepared.before,
            answers=answers.by_query(),
        )

    def _reload_earlier(self, prepared: Prepared, asterisk: Asterisk | None) -> None:
        """What an earlier run could not tell Asterisk, although no file changes now."""
        pending = pending_reload.read(self._gvma.backup_path)
        if asterisk is None or not pending:
            return
        self._progress("doing the reload that an earlier run left pending")
        with saying("No file was changed, and the reload stays pending."):
            found = asterisk.take(asterisk.loaded(pending), prepared.plan.expected(self._gvma))
        if found:
            self._report.reload_failed = list(pending)
            raise AsteriskRefusedError(
                f"Asterisk did not take the files that an earlier run wrote: {first_of(found)}",
                where=", ".join(str(file.path) for file in prepared.plan.files if file.module in pending),
                hint="Nothing was changed by this run. Asterisk's own log says why it refused; "
                "`gvma backup restore latest` brings back the files as they were before.",
            )
        pending_reload.settle(self._gvma.backup_path, pending)
        self._report.reloaded = sorted({*self._report.reloaded, *asterisk.loaded(pending)})

    def _record(self, prepared: Prepared, answers: ServerAnswers) -> None:
        report, path = self._report, self._gvma.backup_path
        state.leave(path, state.PINS, prepared.plan.pins.record)
        state.leave(path, state.OWNERS, prepared.plan.owners)
        before = state.read_left(path)
        said = [[one.code, one.message, one.where] for one in report.warnings]
        report.show_warnings = report.changed or before.warnings() != said
        state.leave(path, state.LAST, state.last_text(answers.counts, report.warnings))

    def _forget_old_sets(self) -> None:
        policy = policy_of(self._gvma)
        if not (policy.last or policy.daily or policy.monthly):
            return
        try:
            apply_policy(self._gvma.backup_path, policy, sets_in_use(self._gvma.backup_path))
        except BackupSetError as error:
            self._report.warn("old-sets-kept", f"old backup sets could not be removed: {error.message}", error.where)


def _dry_run(settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
    """The plan alone. Takes no lock, writes nothing, and needs no Asterisk."""
    gvma = settings.gvma
    interrupted = pending_recovery(gvma.backup_path)
    if interrupted:
        report.warn("interrupted-run", interrupted, gvma.backup_path)
    paused = pause.read_pause(gvma.backup_path)
    if paused is not None and not options.force:
        report.warn("sync-paused", f"{paused.sentence} To go on: `gvma sync --force`.", gvma.backup_path)
    progress("asking Configuration Server")
    answers = fetch_answers(settings, options.export)
    report.objects = answers.counts
    driver = gvma.channel_driver
    if driver == "auto":
        driver = (None if options.no_reload else glance_at_driver(gvma)) or driver_of_files(gvma)
    progress("reading the files")
    prepared = Planner(gvma, answers, driver, options.reset_pins).prepare()
    report.warnings += prepared.warnings
    stop = brake(prepared.plan.shrinkage, gvma.max_remove_percent)
    if stop is not None and not options.force:
        report.warn("safety-brake", f"a sync would stop here: {stop.message}", stop.where)
    report.plan = prepared.plan
    report.take(prepared.plan.counts, {file.path: file.changed for file in prepared.plan.files})
    report.finished = True


def _log_what_was_done(report: SyncReport) -> None:
    """What a person at the terminal would read; of a run that did nothing, nothing."""
    for one in report.warnings if report.show_warnings else ():
        _log.warning("%s: %s", one.where, one.message)
    if report.changed:
        _log.info("%s", report.summary())


def _leave_metrics(gvma: GvmaSettings, report: SyncReport, exit_code: int, duration: float) -> None:
    if gvma.metrics_file is None:
        return
    figures = Figures(
        ended=time.time(),
        duration=duration,
        exit_code=exit_code,
        changes={"add": report.counts.add, "change": report.counts.change, "remove": report.counts.remove},
        objects=report.objects,
        reloads={**dict.fromkeys(report.reloaded, True), **dict.fromkeys(report.reload_failed, False)},
    )
    try:
        write_metrics(gvma.metrics_file, figures)
    except OSError as error:
        report.warn("metrics-file", f"it cannot be written: {error.strerror or error}", gvma.metrics_file)
