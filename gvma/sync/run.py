"""One sync from the lock to the record, in the one order that loses nothing; it prints nothing.

The order: lock, mend an interrupted run, held restore, Configuration Server, AMI, files, plan, brake,
backup set, transaction, reload, read back, record, retention.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gvma.mailboxes import Warning
from gvma.settings.model import Settings
from gvma.sync.plan import Counts, Plan


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

    changes and files say what was written: nothing where the run failed before the write or put back.
    mended: what was left by an interrupted run and is mended now (or, in a dry run, will be), empty else.
    show_warnings: the warnings differ from those of the run before, or something changed.
    """

    run_id: str = ""
    counts: Counts = field(default_factory=Counts)
    files: list[tuple[Path, bool]] = field(default_factory=list)
    created: list[Path] = field(default_factory=list)
    backup_set: str | None = None
    reloaded: list[str] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    show_warnings: bool = True
    mended: str = ""
    plan: Plan | None = None
    brake: str = ""

    @property
    def status(self) -> str:
        return "changed" if any(changed for _, changed in self.files) else "ok"


Progress = Callable[[str], None]
"""Called with the name of each step as it begins."""


def sync(settings: Settings, options: SyncOptions, report: SyncReport, progress: Progress) -> None:
    """Brings the files and Asterisk in line with Configuration Server; ``report`` is filled meanwhile.

    Raises GvmaError; what was then left unchanged or put back is in its hint.
    """
    raise NotImplementedError
