"""What a sync does last: it leaves records for the next run, and forgets old backup sets."""

from __future__ import annotations

from gvma.backups.retention import apply_policy, policy_of
from gvma.configserver.fetch import ServerAnswers
from gvma.errors import BackupSetError
from gvma.looks import Looks
from gvma.plan.model import Plan
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import markers_of
from gvma.storage.state import records
from gvma.sync.before import unchanged
from gvma.sync.before.unchanged import Inputs
from gvma.sync.report import SyncReport


def leave_records(  # noqa: PLR0913  (all that a run knows of its end)
    settings: GvmaSettings,
    report: SyncReport,
    plan: Plan,
    answers: ServerAnswers,
    *,
    inputs: Inputs | None,
    looks: Looks,
) -> None:
    """What the next run has to know. inputs, looks: of this one, where a run with the same ones has nothing to do."""
    path = settings.backup_path
    found = records.read_left(path)
    records.leave(path, records.PINS, plan.pins.record)
    records.leave(path, records.OWNERS, plan.owners)
    before = records.read_left(path)
    warnings = [[one.code, one.message, one.where] for one in report.warnings]
    report.show_warnings = report.changed or before.warnings() != warnings
    markers = (*before.markers(), markers_of(settings))
    records.leave(path, records.LAST, records.last_text(answers.counts, report.warnings, report.files, markers))
    if inputs is not None and not report.changed and records.read_left(path) == found:
        unchanged.leave(inputs, looks, report)


def forget_old_sets(settings: GvmaSettings, report: SyncReport) -> None:
    """Removes the backup sets that the settings do not keep; where that fails, a warning."""
    policy = policy_of(settings)
    if not (policy.last or policy.daily or policy.monthly):
        return
    try:
        apply_policy(settings.backup_path, policy)
    except BackupSetError as error:
        report.warn("old-sets-kept", f"old backup sets could not be removed: {error.message}", error.where)
