"""Two notes that outlive a run: a restored state that is being held, and a reload that is owed to Asterisk.

Both lie in ``backup_path/state``; neither says anything of what the files hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from gvma.errors import BackupSetError, HeldStateError
from gvma.storage.files import read_private, remove_private, write_private


@dataclass(frozen=True, slots=True)
class Held:
    """backup_set: the id of the set that was restored; time: when, UTC."""

    backup_set: str
    time: str


def held(backup_path: Path) -> Held | None:
    """The restored state that is being held, None where none is. Raises BackupSetError."""
    content = _read(_held_path(backup_path))
    if content is None:
        return None
    try:
        return Held(str(content["backup_set"]), str(content["time"]))
    except KeyError as error:
        raise _damaged(_held_path(backup_path)) from error


def refuse_if_held(backup_path: Path, *, force: bool) -> None:
    """Raises HeldStateError where a restored state is held and ``force`` is not given."""
    note = held(backup_path)
    if note is None or force:
        return
    raise HeldStateError(
        f"the state that was restored from {note.backup_set} at {note.time} is being held; a sync would undo it",
        where=str(_held_path(backup_path)),
        hint="Nothing was changed. `gvma sync --dry-run` shows what a sync would change, "
        "`gvma sync --force` ends the holding and syncs.",
    )


def hold(backup_path: Path, backup_set: str) -> None:
    """The present state is one that an administrator restored; syncs leave it alone from now on."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _write(_held_path(backup_path), asdict(Held(backup_set, now)))


def release(backup_path: Path) -> None:
    """Ends the holding: after a forced sync has succeeded."""
    remove_private(_held_path(backup_path))


def owed_modules(backup_path: Path) -> tuple[str, ...]:
    """The modules whose reload is owed, sorted; empty where none is. Raises BackupSetError."""
    content = _read(_owed_path(backup_path))
    if content is None:
        return ()
    modules = content.get("modules")
    if not isinstance(modules, list):
        raise _damaged(_owed_path(backup_path))
    return tuple(sorted(str(module) for module in modules))


def owe(backup_path: Path, modules: Iterable[str]) -> None:
    """Adds modules to those whose reload is owed."""
    before = set(owed_modules(backup_path))
    after = before | {module for module in modules if module}
    if after != before:
        _write(_owed_path(backup_path), {"modules": sorted(after)})


def settle_owed(backup_path: Path, modules: Iterable[str]) -> None:
    """Asterisk has reloaded these and holds what the files say: takes them off the note."""
    before = set(owed_modules(backup_path))
    after = before - set(modules)
    if not after:
        remove_private(_owed_path(backup_path))
    elif after != before:
        _write(_owed_path(backup_path), {"modules": sorted(after)})


def _held_path(backup_path: Path) -> Path:
    return backup_path / "state" / "held-restore.json"


def _owed_path(backup_path: Path) -> Path:
    return backup_path / "state" / "owed-reload.json"


def _read(path: Path) -> dict[str, object] | None:
    text = read_private(path)
    if text is None:
        return None
    try:
        content = json.loads(text)
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(content, dict):
        raise _damaged(path)
    return content


def _write(path: Path, content: dict[str, object]) -> None:
    write_private(path, (json.dumps(content) + "\n").encode("ascii"))


def _damaged(path: Path) -> BackupSetError:
    return BackupSetError(
        "a note that gvma keeps is damaged",
        where=str(path),
        hint="Nothing was changed. Look at it, remove it, and run the command again.",
    )
