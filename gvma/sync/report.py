"""What a sync is asked, and what it tells: plain values that the run fills and the command line shows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gvma.asterisk.entries import GvmaWarning
from gvma.plan.counts import Counts
from gvma.plan.model import Plan

Progress = Callable[[str], None]
"""Called with the name of each step as it begins."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What the command line asks. Times in seconds.

    export: an export file in Configuration Server's place. reset_pins: ``BOX@CONTEXT``.
    """

    dry_run: bool = False
    export: Path | None = None
    force: bool = False
    no_reload: bool = False
    reset_pins: tuple[str, ...] = ()
    wait: float = 0.0
    splay: float = 0.0


@dataclass(slots=True)
class SyncReport:
    """What a sync did so far; it is filled as the run goes on, so that a failure can be told whole.

    counts and files: what was written (in a dry run: what would be); nothing where the run failed before the
    write, or put back. show_warnings: the warnings differ from those of the run before, or something changed.
    finished: the sync came to its end.
    """

    run_id: str = field(default_factory=lambda: secrets.token_hex(8))
    counts: Counts = field(default_factory=Counts)
    files: dict[Path, bool] = field(default_factory=dict)
    plan: Plan | None = None
    backup_set: str | None = None
    reloaded: list[str] = field(default_factory=list)
    reload_failed: list[str] = field(default_factory=list)
    warnings: list[GvmaWarning] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)
    show_warnings: bool = True
    finished: bool = False

    @property
    def changed(self) -> bool:
        return any(self.files.values())

    def warn(self, code: str, message: str, where: str | Path = "") -> None:
        self.warnings.append(GvmaWarning(code, message, str(where)))

    def take(self, counts: Counts, files: dict[Path, bool]) -> None:
        """What has been written; a file that was written twice in one run counts once."""
        self.counts += counts
        for path, changed in files.items():
            self.files[path] = changed or self.files.get(path, False)

    def summary(self) -> str:
        """One line of what was done."""
        names = ", ".join(path.name for path, changed in self.files.items() if changed)
        done = f"{self.counts.add} added, {self.counts.change} changed, {self.counts.remove} removed in {names}"
        reloads = f"reloaded {', '.join(self.reloaded)}" if self.reloaded else "not reloaded"
        return f"sync: {done}; backup set {self.backup_set}; {reloads}."
