"""A plan carried out: backup set, transaction, reload, read back, and put back where Asterisk disagrees.

It decides nothing of what the files should hold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gvma.ami.asterisk import Asterisk
from gvma.ami.verify import VOICEMAIL, Expected
from gvma.backups.sets import BackupSets
from gvma.backups.snapshot import snapshot
from gvma.configserver.objects import ConfigObject
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError, GvmaError
from gvma.plan.model import Plan
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.change import FileChange
from gvma.sinks.files.journal import Markers
from gvma.sinks.files.staging import TargetMoved
from gvma.sinks.files.transaction import Applied, apply
from gvma.storage import pending_reload
from gvma.storage import records as state
from gvma.storage.files import TargetFile
from gvma.storage.private import although_changed
from gvma.storage.signals import Stopped
from gvma.sync.report import SyncReport

_log = logging.getLogger(__name__)
_FIRST_DIFFERENCES = 5


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to write. targets: in the order of the plan's files. secrets: ``secret.conf`` to remove.

    before: what Asterisk should hold once the old files are back. answers: Configuration Server's, by query.
    """

    plan: Plan
    targets: tuple[TargetFile, ...]
    secrets: tuple[TargetFile, ...]
    before: Callable[[GvmaSettings], Expected] = field(repr=False)
    answers: Mapping[str, Sequence[ConfigObject]] = field(repr=False)

    @property
    def changes(self) -> list[FileChange]:
        """Every target file, changed or not, so that a backup set is one whole state."""
        files = zip(self.plan.files, self.targets, strict=True)
        changes = [
            FileChange(target, file.new, file.module, asterisk_rewrites=file.module == VOICEMAIL)
            for file, target in files
        ]
        return changes + [FileChange(secret, None, VOICEMAIL, asterisk_rewrites=True) for secret in self.secrets]


def carry_out(work: Work, settings: GvmaSettings, asterisk: Asterisk | None, report: SyncReport) -> bool:
    """Writes the plan, and has Asterisk take it; False where somebody wrote a file meanwhile: plan anew.

    asterisk: None leaves the reload pending. report: filled with what was done.
    Raises AsteriskRefusedError (all is put back), AsteriskUnreachableError (all is written, the reload is pending),
    UnsafeTargetError, BackupSetError, or Stopped.
    """
    path = settings.backup_path
    texts = {state.PINS: work.plan.pins.record, state.OWNERS: work.plan.owners}
    changes = work.changes
    pending = pending_reload.read(path)
    made = BackupSets(path).create(
        [change.to_save for change in changes], snapshot=snapshot(work.answers), reason="sync", run_id=report.run_id
    )
    markers = Markers(settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
    try:
        with apply(changes, records=texts, backup_set=made, markers=markers) as applied:
            report.backup_set = report.backup_set or made.id
            lost = _have_it_taken(applied, work, settings, asterisk, report)
            done = asterisk is not None and lost is None
            moved = applied.finish(pending=() if done else applied.modules)
    except TargetMoved:
        _log.info("a file was rewritten by somebody else, and nothing of this run stands; planning anew")
        return False
    report.take(work.plan.counts, {file.path: file.changed for file in work.plan.files})
    report.plan = work.plan
    if lost is not None:
        raise _pending_error(lost, made.id) from lost
    if moved:
        _log.info("a file was rewritten while Asterisk was told of it; planning anew")
    elif done:
        with although_changed():
            pending_reload.settle(path, {*applied.modules, *pending})
    return not moved


def _have_it_taken(
    applied: Applied, work: Work, settings: GvmaSettings, asterisk: Asterisk | None, report: SyncReport
) -> AsteriskUnreachableError | None:
    """Reload and read back. Returns why Asterisk could not be asked to the end; puts back on a difference."""
    if asterisk is None:
        return None
    modules = sorted({*applied.modules, *pending_reload.read(settings.backup_path)})
    try:
        modules = asterisk.loaded(modules)
        found = asterisk.take(modules, work.plan.expected(settings))
    except AsteriskUnreachableError as error:
        report.reload_failed = modules
        return error
    except Stopped:
        raise
    except GvmaError as error:
        applied.put_back()
        told = _tell_again(applied, work, asterisk, settings)
        error.hint = f"The files were put back{told}. {error.hint}"
        raise
    if not found:
        report.reloaded = sorted({*report.reloaded, *modules})
        return None
    applied.put_back_if_moved()
    report.reload_failed = modules
    applied.put_back()
    told = _tell_again(applied, work, asterisk, settings)
    raise AsteriskRefusedError(
        f"Asterisk did not take the new files: {first_of(found)}",
        where=", ".join(str(file.path) for file in work.plan.files if file.changed),
        hint=f"The files were put back{told}. Asterisk's own log says why it refused; `gvma check` looks for "
        f"reasons. Then run `gvma sync` again.",
    )


def _tell_again(applied: Applied, work: Work, asterisk: Asterisk, settings: GvmaSettings) -> str:
    """Asterisk reloads the old files; how that went, for the message. What fails stays pending."""
    try:
        found = asterisk.take(applied.modules, work.before(settings))
    except GvmaError:
        return ", but Asterisk could not be told; the next sync reloads it"
    if found:
        return f"; of them, too, Asterisk says: {first_of(found)}; the next sync reloads them"
    pending_reload.settle(settings.backup_path, applied.modules)
    return " and Asterisk has reloaded them"


def first_of(found: Sequence[str]) -> str:
    """The first differences and how many there are beyond."""
    more = len(found) - _FIRST_DIFFERENCES
    return "; ".join(found[:_FIRST_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")


def _pending_error(lost: AsteriskUnreachableError, made: str) -> AsteriskUnreachableError:
    return AsteriskUnreachableError(
        f"the files are written, but Asterisk could not be told or asked to the end: {lost.message}",
        where=lost.where,
        hint=f"The new files stay (backup set {made} has the old ones), and the reload is pending: "
        "the next `gvma sync` does it as soon as AMI answers.",
    )
