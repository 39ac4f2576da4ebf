"""A sink that keeps its values in a dictionary: what the protocol asks of a sink, and nothing of files or tables.

A backup set is still a real one, with no file in it, since saving is a part of the protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.entries import Extension, GvmaWarning, Hint, PresentMailbox, PresentSubscription
from gvma.backups.backup_set import BackupSet
from gvma.backups.sets import BackupSets
from gvma.plan.counts import Counts
from gvma.plan.model import Pin, Plan
from gvma.plan.present import Place, Present, SiteDefined
from gvma.plan.wanted import Wanted
from gvma.routing import SiteRouting
from gvma.sinks.base import NodeAnswer, Part, Purpose, Recovery, SinkMoved
from gvma.storage.state import pending_reload
from gvma.storage.state.pause import Pause, pause, read_pause
from gvma.storage.state.records import MARKS, OWNERS, PINS, Left, marks_of

MODULE = "app_memory.so"


@dataclass(frozen=True)
class State:
    """Everything of ours in the sink. version: grows with every write, whoever writes."""

    mailboxes: Mapping[str, PresentMailbox] = field(default_factory=dict)
    subscriptions: Mapping[str, PresentSubscription] = field(default_factory=dict)
    hints: Mapping[str, Hint] = field(default_factory=dict)
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    endpoints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version: int = 0

    @property
    def values(self) -> tuple[object, ...]:
        """All but the version."""
        return (self.mailboxes, self.subscriptions, self.hints, self.extensions, self.endpoints)


@dataclass(frozen=True)
class MemoryReading:
    state: State
    site: SiteDefined = field(default_factory=SiteDefined)
    routing_site: SiteRouting = field(default_factory=SiteRouting)
    warnings: tuple[GvmaWarning, ...] = ()
    notes: tuple[str, ...] = ()

    def holds(self, wanted: Wanted) -> bool:
        """It never knows without a closer look."""
        return False

    def fitted(self, wanted: Wanted) -> Wanted:
        return wanted

    def place_of(self, kind: str, name: str) -> Place | None:
        there = self.state.mailboxes if kind == "mailbox" else self.state.subscriptions
        return Place(table="memory") if name in there else None

    def marks(self) -> dict[str, str | None]:
        return {"memory": _mark(self.state)}

    def present(self) -> Present:
        state = self.state
        return Present(state.mailboxes, state.subscriptions, state.hints, state.extensions, state.endpoints, self.site)


@dataclass(frozen=True)
class MemoryChange:
    old: State
    new: State
    counts: Counts = field(default_factory=Counts)
    warnings: tuple[GvmaWarning, ...] = ()
    notes: tuple[str, ...] = ()
    files: Mapping[Path, bool] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return self.old.values == self.new.values

    @property
    def reloads(self) -> tuple[str, ...]:
        return () if self.is_empty else (MODULE,)

    @property
    def needed(self) -> tuple[str, ...]:
        return (MODULE,)

    @property
    def remarks(self) -> tuple[str, ...]:
        return () if self.is_empty else ("memory: rewritten",)

    @property
    def tables(self) -> Mapping[str, Counts]:
        return {}

    def marks(self) -> dict[str, str | None]:
        return {"memory": _mark(self.new)}

    def diffs(self) -> Iterator[str]:
        return iter(())


def _mark(state: State) -> str:
    """All but the version; no ``repr`` shows a PIN."""
    return repr(state.values)


class MemorySink:
    """state: what there is. records: gvma's own texts, by name."""

    parts = frozenset(Part)

    def __init__(self, backup_path: Path, settings_of_subscriptions: str) -> None:
        self.backup_path = backup_path
        self.state = State()
        self.records: dict[str, bytes | None] = {}
        self.interrupted: MemoryApplied | None = None
        self._subscription_settings = settings_of_subscriptions

    def recover(self) -> Recovery | None:
        left, self.interrupted = self.interrupted, None
        if left is None:
            return None
        left.put_back()
        return Recovery("put back", applied=False, reloads=(MODULE,), backup_set=left.saved.id)

    def pending_recovery(self) -> str:
        return "the next run puts it back" if self.interrupted else ""

    def paused(self) -> Pause | None:
        return read_pause(self.backup_path)

    def left(self) -> Left:
        return Left(self.records.get(PINS) or b"", self.records.get(OWNERS) or b"")

    def marks_left(self) -> dict[str, str | None]:
        return marks_of(self.records.get(MARKS) or b"")

    def ask_nodes(self, change: MemoryChange) -> tuple[NodeAnswer, ...]:
        return ()

    def read(self) -> MemoryReading:
        return MemoryReading(self.state)

    def change(self, reading: MemoryReading, plan: Plan) -> MemoryChange:
        before = reading.state
        mailboxes = {}
        for one in plan.mailboxes:
            pin = before.mailboxes[one.key].pin if plan.pin_of(one.key) is Pin.KEEP else one.pin
            mailboxes[one.key] = PresentMailbox(pin, one.name, one.email, one.pager, one.options)
        subscriptions = {
            one.name: PresentSubscription(one.key, self._subscription_settings) for one in plan.subscriptions
        }
        hints = {one.extension: one for one in plan.hints}
        extensions = {one.pattern: one for one in plan.extensions}
        endpoints = dict(plan.endpoint_lines)
        new = State(mailboxes, subscriptions, hints, extensions, endpoints, before.version + 1)
        return MemoryChange(before, new, plan.counts)

    def as_it_is(self) -> MemoryChange:
        return MemoryChange(self.state, self.state)

    def save(self, change: MemoryChange, purpose: Purpose) -> BackupSet:
        sets = BackupSets(self.backup_path)
        return sets.create([], snapshot=purpose.snapshot, reason=purpose.reason, run_id=purpose.run_id)

    def apply(
        self, change: MemoryChange, saved: BackupSet, purpose: Purpose, records: Mapping[str, bytes | None]
    ) -> MemoryApplied:
        if self.state != change.old:
            raise SinkMoved("somebody else wrote", where="memory")
        applied = MemoryApplied(self, change, saved, purpose, records)
        self.state = change.new
        self.records.update(records)
        return applied

    def activate(
        self, change: MemoryChange, asterisk: Asterisk, reloads: Sequence[str], *, undone: bool = False
    ) -> list[str]:
        return []

    def phone_changes_pin(self, key: str, pin: str) -> None:
        mailboxes = {**self.state.mailboxes, key: self.state.mailboxes[key]._replace(pin=pin)}
        self.state = replace(self.state, mailboxes=mailboxes, version=self.state.version + 1)


class MemoryApplied:
    """A change in place, with what was there before."""

    def __init__(
        self,
        sink: MemorySink,
        change: MemoryChange,
        saved: BackupSet,
        purpose: Purpose,
        records: Mapping[str, bytes | None],
    ) -> None:
        self.saved = saved
        self._sink = sink
        self._change = change
        self._purpose = purpose
        self._records_before = {name: sink.records.get(name) for name in records}
        self._is_open = True

    @property
    def reloads(self) -> tuple[str, ...]:
        return self._change.reloads

    def __enter__(self) -> MemoryApplied:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_open:
            self.put_back()

    def finish(self, pending_reloads: Sequence[str]) -> bool:
        self._is_open = False
        pending_reload.add(self._sink.backup_path, pending_reloads)
        if self._purpose.pause:
            pause(self._sink.backup_path, self._purpose.pause)
        return self._sink.state == self._change.new

    def put_back(self) -> None:
        self._is_open = False
        now, old = self._sink.state, self._change.old
        changed_by_phone = {
            key: one._replace(pin=now.mailboxes[key].pin)
            for key, one in old.mailboxes.items()
            if key in now.mailboxes and now.mailboxes[key].pin != self._change.new.mailboxes[key].pin
        }
        self._sink.state = replace(old, mailboxes={**old.mailboxes, **changed_by_phone}, version=now.version + 1)
        self._sink.records.update(self._records_before)

    def put_back_if_moved(self) -> None:
        if self._sink.state != self._change.new:
            self.put_back()
            raise SinkMoved("somebody else wrote", where="memory")
