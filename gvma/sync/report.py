"""What a run is asked, and what it did: plain values that the run fills and the command line shows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gvma.asterisk.entries import GvmaWarning
from gvma.plan.counts import Counts
from gvma.plan.items import Item
from gvma.plan.model import Plan
from gvma.settings.model import REALTIME
from gvma.sinks.base import Change, NodeAnswer
from gvma.storage.history.model import Cause

Progress = Callable[[str], None]
"""Called with the name of each step as it begins."""


def reading_step(sink: str) -> str:
    """sink: of the settings."""
    return "reading the rows" if sink == REALTIME else "reading the files"


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What the command line asks. Times in seconds.

    export: an export file in Configuration Server's place. resume: end a pause after a restore. allow_remove: go on
    where the safety brake stops. reset_pins: ``BOX@CONTEXT``.
    """

    dry_run: bool = False
    export: Path | None = None
    resume: bool = False
    allow_remove: bool = False
    no_reload: bool = False
    reset_pins: tuple[str, ...] = ()
    wait: float = 0.0
    splay: float = 0.0


@dataclass(slots=True)
class RunReport:
    """What a run that writes did so far; it is filled as the run goes on, so that a failure can be shown whole.

    counts: mailboxes and subscriptions together. files: each target file, and whether it was changed (in a dry run:
    would be); none where the run failed before the write, or put back. change: what was written last. remarks: what
    happened to each file. backup_set: id of the set with what was replaced. reload_failed: modules that Asterisk did
    not reload, or whose new files it refused. pending_reload: modules that Asterisk has still to reload.
    sink: as the settings name it. tables: each table, and how many rows were changed, as ``files`` says it of files.
    nodes: what the Asterisk hosts said of these. why: what was another in Configuration Server than at the last change.
    """

    run_id: str = field(default_factory=lambda: os.urandom(8).hex())
    counts: Counts = field(default_factory=Counts)
    files: dict[Path, bool] = field(default_factory=dict)
    change: Change | None = None
    remarks: tuple[str, ...] = ()
    backup_set: str | None = None
    reloaded: list[str] = field(default_factory=list)
    reload_failed: list[str] = field(default_factory=list)
    pending_reload: tuple[str, ...] = ()
    sink: str = "files"
    tables: dict[str, Counts] = field(default_factory=dict)
    nodes: tuple[NodeAnswer, ...] = ()
    warnings: list[GvmaWarning] = field(default_factory=list)
    why: tuple[Cause, ...] = ()

    @property
    def changed(self) -> bool:
        return any(self.files.values()) or any(self.tables.values())

    def items(self) -> Iterator[Item]:
        """What was changed, one after the other."""
        return iter(())

    def warn(self, code: str, message: str, where: str | Path = "") -> None:
        self.warnings.append(GvmaWarning(code, message, str(where)))

    def add_written(self, change: Change) -> None:
        """What has been written; a file that was written twice in one run counts once."""
        self.change = change
        self.counts = self.counts.plus(change.counts)
        self.remarks = change.remarks
        for path, changed in change.files.items():
            self.files[path] = changed or self.files.get(path, False)
        for table, counts in change.tables.items():
            self.tables[table] = self.tables.get(table, Counts()).plus(counts)

    def add_target(self, change: Change) -> None:
        """What the sink consists of, before anything of it is written."""
        self.files = {path: self.files.get(path, False) for path in change.files}
        self.tables = {table: self.tables.get(table, Counts()) for table in change.tables}

    def sink_json(self) -> dict[str, object]:
        """The fields of JSON that tell what was written into a database, and who was asked for it."""
        return {
            "sink": self.sink,
            "tables": [
                {"table": table, "add": counts.add, "change": counts.change, "remove": counts.remove}
                for table, counts in self.tables.items()
            ],
            "nodes": [{"node": one.node, "status": one.status} for one in self.nodes],
        }

    def add_reloaded(self, modules: list[str]) -> None:
        self.reloaded = sorted({*self.reloaded, *modules})

    @property
    def changed_files(self) -> str:
        changed = [path.name for path, changed in self.files.items() if changed]
        return ", ".join([*changed, *(table for table, counts in self.tables.items() if counts)])


@dataclass(slots=True)
class PlannedReport(RunReport):
    """What a run by a plan did so far: a sync or a remove.

    plan: of what was written (in a dry run: would be); None where nothing was. finished: the run came to its end.
    """

    plan: Plan | None = None
    finished: bool = False

    def items(self) -> Iterator[Item]:
        """What was changed (in a dry run: would be), one after the other."""
        return self.plan.items() if self.plan is not None else iter(())

    def plan_line(self) -> str:
        """``Plan: 3 to add, 1 to change, 0 to remove.``; where the counts are all zero, with the files too."""
        files = "" if self.counts or not self.changed_files else f"; rewrites {self.changed_files}"
        return f"Plan: {self.counts}{files}."

    def summary(self, command: str) -> str:
        """One line of what was done."""
        counts = f"{self.counts.add} added, {self.counts.change} changed, {self.counts.remove} removed"
        done = f"{counts} in {self.changed_files}" if self.counts else "; ".join(["no mailbox changed", *self.remarks])
        return f"{command}: {done}; backup set {self.backup_set}; {self._reloads()}."

    def _reloads(self) -> str:
        if self.tables:
            asked = sum(one.status == "ok" for one in self.nodes)
            return f"{asked} of {len(self.nodes)} nodes have it" if self.nodes else "no node was asked"
        return f"reloaded {', '.join(self.reloaded)}" if self.reloaded else "not reloaded"


@dataclass(slots=True)
class SyncReport(PlannedReport):
    """What a sync did so far.

    objects: how many each query gave. show_warnings: the warnings differ from those of the run before, or something
    changed. notes: what a reader of the plan should know. warn_at_once: called before the write, with what has to be
    known by then; those warnings are in ``said``.
    """

    notes: tuple[str, ...] = ()
    warn_at_once: Callable[[GvmaWarning], None] | None = None
    said: list[GvmaWarning] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)
    show_warnings: bool = True

    def say(self, warning: GvmaWarning) -> None:
        """Before the write, once."""
        if self.warn_at_once is not None and warning not in self.said:
            self.said.append(warning)
            self.warn_at_once(warning)
