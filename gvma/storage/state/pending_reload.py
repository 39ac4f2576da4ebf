"""Modules of Asterisk whose reload is pending: their files were written, and they have not read them since."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gvma.storage.private import damaged, read_json, remove_private, write_json

NAME = "owed-reload.json"
"""The file under ``backup_path/state``. Name and keys are those of gvma 1.0: an update keeps what is pending."""


def read(backup_path: Path) -> tuple[str, ...]:
    """The modules, sorted; empty where no reload is pending. Raises BackupSetError."""
    note = read_json(_path(backup_path))
    if note is None:
        return ()
    modules = note.get("modules")
    if not isinstance(modules, list):
        raise damaged(_path(backup_path))
    return tuple(sorted(str(module) for module in modules))


def add(backup_path: Path, modules: Iterable[str]) -> None:
    """The reload of these is pending too."""
    before = set(read(backup_path))
    after = before | {module for module in modules if module}
    if after != before:
        write_json(_path(backup_path), {"modules": sorted(after)})


def settle(backup_path: Path, modules: Iterable[str]) -> None:
    """Asterisk has reloaded these, and holds what the files say."""
    before = set(read(backup_path))
    after = before - set(modules)
    if not after:
        remove_private(_path(backup_path))
    elif after != before:
        write_json(_path(backup_path), {"modules": sorted(after)})


def _path(backup_path: Path) -> Path:
    return backup_path / "state" / NAME
