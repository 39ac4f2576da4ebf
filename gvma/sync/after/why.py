"""Why a sync changed what it changed: its plan's owners, compared with the snapshot of the last sync that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path

from gvma.backups.backup_set import BackupSet
from gvma.backups.causes import Concerned, causes
from gvma.backups.sets import BackupSets
from gvma.configserver.fetch import ServerAnswers
from gvma.errors import BackupSetError
from gvma.plan.items import Item
from gvma.plan.model import Plan
from gvma.storage.history import log
from gvma.storage.history.model import Cause, PastRun

_MOST = 1_000


def set_before(backup_path: Path, run_id: str) -> BackupSet | None:
    """The set whose snapshot the present state came from; None where it is gone. run_id: of the present run.

    A run that was put back leaves a set too, and its snapshot never came into force. Raises BackupSetError.
    """
    sets = {one.id: one for one in BackupSets(backup_path).all() if one.manifest is not None}
    in_force = [run.backup_set for run in _history(backup_path) if run.command == "sync" and run.changed]
    if in_force:
        return next((sets[one] for one in in_force if one in sets), None)
    made = [one for one in sets.values() if one.manifest and one.manifest.reason == "sync"]
    return next((one for one in reversed(made) if one.manifest and one.manifest.run_id != run_id), None)


def _history(backup_path: Path) -> tuple[PastRun, ...]:
    """One that cannot be read tells nothing, and stops no sync."""
    try:
        return log.read(backup_path).runs
    except BackupSetError:
        return ()


def why(plan: Plan, answers: ServerAnswers, before: BackupSet | None, reset_pins: Collection[str]) -> tuple[Cause, ...]:
    """reset_pins: mailboxes whose PIN was reset by hand, which has no cause in Configuration Server.

    Empty without a set before: then nobody knows, and a first sync is spared a look at all its owners.
    """
    if before is None:
        return ()
    items = list(islice(plan.items(), _MOST))
    new_pins = [item for item in items if "pin" in item.fields and item.name not in reset_pins]
    concerned = Concerned(_owners_of(items), _owners_of(new_pins))
    return causes(concerned, before, answers.by_query().values())


def _owners_of(items: Iterable[Item]) -> list[str]:
    return list(dict.fromkeys(owner for item in items for owner in item.owner.split(", ") if owner))
