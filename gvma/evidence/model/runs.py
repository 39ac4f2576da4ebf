"""What earlier runs of gvma left, and what the next one would do. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from gvma.asterisk.entries import GvmaWarning
from gvma.errors import GvmaError
from gvma.plan.items import Item


@dataclass(frozen=True, slots=True)
class RecordsEvidence:
    """What gvma left under ``backup_path``.

    synced: a sync ran with it before. running: the run that holds the lock at this moment; empty where none does.
    interrupted: what the next run will mend first. paused: a sentence why the sync is paused; empty where it is not.
    pending_reload: modules of Asterisk. success_age: seconds since the last success; None where none is known.
    failure: code and exit status of the failure since then, as far as one was noted. owners: the record of owners, as
    a text. files: those that the last sync left a block in. problem: why not all could be read.
    """

    synced: bool = True
    running: str = ""
    interrupted: str = ""
    paused: str = ""
    pending_reload: tuple[str, ...] = ()
    success_age: float | None = None
    failure: tuple[str, int] | None = None
    owners: bytes = field(default=b"", repr=False)
    files: frozenset[str] = frozenset()
    problem: GvmaError | None = None


@dataclass(frozen=True, slots=True)
class NextSync:
    """What a sync would do with these answers. It was planned, and nothing of it was done.

    items: what it would change. files: names of the files that it would write. warnings: in its own words.
    brake: why the safety brake would stop it. problem: why nothing could be planned.
    """

    items: tuple[Item, ...] = field(default=(), repr=False)
    files: tuple[str, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    brake: GvmaError | None = None
    problem: GvmaError | None = None
