"""Before anything else, a run ends what an interrupted one began; where that change stands, the history gets it too."""

from __future__ import annotations

import logging

from gvma.backups.sets import BackupSets
from gvma.errors import BackupSetError, UsageError
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import Recovery
from gvma.sinks.opening import recover_sinks
from gvma.storage.history import log
from gvma.storage.history.model import PastRun, Starter

_log = logging.getLogger(__name__)
_KILLED = 137
_RESTORE = "restore of "


def mend(settings: GvmaSettings) -> Recovery | None:
    """Under the lock. None where no run was interrupted. Raises BackupSetError or UnsafeTargetError."""
    recovery = recover_sinks(settings)
    if recovery is not None and recovery.applied:
        try:
            _remember(settings, recovery)
        except (BackupSetError, UsageError) as error:
            _log.warning("the interrupted run is missing in the history: %s", error)
    return recovery


def _remember(settings: GvmaSettings, recovery: Recovery) -> None:
    """What its backup set tells of it; who started it, and its items, died with it."""
    manifest = BackupSets(settings.backup_path).find(recovery.backup_set).manifest
    if manifest is None or any(run.run_id == manifest.run_id for run in log.read(settings.backup_path).runs):
        return
    is_restore = manifest.reason.startswith(_RESTORE)
    run = PastRun(
        run_id=manifest.run_id,
        at=manifest.time,
        command="backup restore" if is_restore else manifest.reason,
        exit_code=_KILLED,
        starter=Starter(host=manifest.host),
        backup_set=manifest.id,
        restored=manifest.reason.removeprefix(_RESTORE) if is_restore else "",
        failure=("interrupted", recovery.text),
    )
    log.add(settings.backup_path, run)
