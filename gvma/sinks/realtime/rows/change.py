"""What a plan makes of the tables, as rows: which are added, which columns of which are set, which go. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from gvma.asterisk.entries import GvmaWarning
from gvma.plan.counts import Counts
from gvma.plan.items import Item
from gvma.sinks.realtime.rows.names import AORS, VOICEMAIL

Marks = Mapping[str, str | None]
Values = Mapping[str, str | None]
"""Column to its text, encoded; None for NULL."""


class Version(NamedTuple):
    """What a row was when it was read. xmin: another one means that somebody has written it since. print: of all its
    columns but the PIN; the same one means that no more than the PIN was written."""

    xmin: int
    print: str


class Row(NamedTuple):
    """key: in the order of ``names.KEYS``. values: the columns that are set. version: of the row that is changed."""

    key: tuple[str, ...]
    values: Values
    version: Version


class Gone(NamedTuple):
    """A row that is removed. key: in the order of ``names.KEYS``. version: of the row that was read."""

    key: tuple[str, ...]
    version: Version


class PinReset(NamedTuple):
    """A mailbox whose PIN becomes the first PIN, only while it is still the one that was read. Both encoded."""

    context: str
    box: str
    now: str
    new: str

    def __repr__(self) -> str:
        return f"PinReset({self.box}@{self.context})"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Some of what is written, as Asterisk should have it. mailboxes: ``box@context`` to the name; None for one that
    is gone. subscriptions: name to the mailbox; None for one that is gone."""

    mailboxes: Mapping[str, str | None] = field(default_factory=dict)
    subscriptions: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableChange:
    """counts: as a reader of the plan counts them; a mailbox whose PIN alone is set is changed.

    add: blocks in COPY's text format, made as they are written, since a first sync adds 100,000 rows. columns: what
    these have, the key among them. change: each sets the same columns.
    """

    counts: Counts = field(default_factory=Counts)
    columns: tuple[str, ...] = ()
    add: Callable[[], Iterator[str]] = field(default=lambda: iter(()), repr=False)
    change: tuple[Row, ...] = field(default=(), repr=False)
    remove: tuple[Gone, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class RealtimeChange:
    """tables_changed: both, by name. lines: of the diff. read_back: what the nodes are asked for. items: of a restore.

    No file changes, and no module has to be reloaded: Asterisk reads a row when it needs it.
    """

    tables_changed: Mapping[str, TableChange] = field(default_factory=dict)
    resets: tuple[PinReset, ...] = field(default=(), repr=False)
    new_marks: Callable[[], Marks] = field(default=dict, repr=False)
    lines: Callable[[], Iterator[str]] = field(default=lambda: iter(()), repr=False)
    read_back: ReadBack = field(default_factory=ReadBack, repr=False)
    items: tuple[Item, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def reloads(self) -> tuple[str, ...]:
        return ()

    @property
    def needed(self) -> tuple[str, ...]:
        return ()

    @property
    def is_empty(self) -> bool:
        return not self.counts

    @property
    def counts(self) -> Counts:
        return reduce(Counts.plus, (one.counts for one in self.tables_changed.values()), Counts())

    @property
    def files(self) -> Mapping[Path, bool]:
        return {}

    @property
    def tables(self) -> Mapping[str, Counts]:
        return {name: one.counts for name, one in self.tables_changed.items()}

    @property
    def remarks(self) -> tuple[str, ...]:
        return tuple(f"{name}: {one.counts}" for name, one in self.tables_changed.items() if one.counts)

    def actions(self) -> list[tuple[Path, str]]:
        """What a restore does to files: nothing."""
        return []

    def marks(self) -> Marks:
        return self.new_marks()

    def diffs(self) -> Iterator[str]:
        text = "".join(self.lines())
        if text:
            yield text


def nothing(marks: Callable[[], Marks]) -> RealtimeChange:
    """The change that leaves every row as it is."""
    return RealtimeChange({VOICEMAIL: TableChange(), AORS: TableChange()}, new_marks=marks)
