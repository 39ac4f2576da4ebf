"""Two notes that outlive a run: a restored state that is being held, and a reload that is owed to Asterisk.

Both lie in ``backup_path/state``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Held:
    """backup_set: the id of the set that was restored; time: when, UTC."""

    backup_set: str
    time: str


def held(backup_path: Path) -> Held | None:
    """The restored state that is being held, None where none is."""
    raise NotImplementedError


def refuse_if_held(backup_path: Path, *, force: bool) -> None:
    """Raises HeldStateError where a restored state is held and ``force`` is not given."""
    raise NotImplementedError


def release(backup_path: Path) -> None:
    """Ends the holding: after a forced sync has succeeded."""
    raise NotImplementedError


def owed_modules(backup_path: Path) -> tuple[str, ...]:
    """The modules whose reload is owed, sorted; empty where none is."""
    raise NotImplementedError


def owe(backup_path: Path, modules: Iterable[str]) -> None:
    """Adds modules to those whose reload is owed."""
    raise NotImplementedError


def settle_owed(backup_path: Path, modules: Iterable[str]) -> None:
    """Asterisk has reloaded these and holds what the files say: takes them off the note."""
    raise NotImplementedError
