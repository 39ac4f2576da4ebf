"""What earlier runs of gvma left, and what the next one would do. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gvma.plan.counts import Counts
from gvma.printable import shown_without

if TYPE_CHECKING:
    from gvma.asterisk.entries import GvmaWarning
    from gvma.errors import GvmaError
    from gvma.plan.items import Item
    from gvma.storage.history.model import Starter
    from gvma.storage.state.pause import Pause


class Run(NamedTuple):
    """One sync that has ended. at: such as ``2026-11-21T21:30:00Z``; age: seconds since then.

    run_id, seconds (how long it took): None for one that changed nothing, of which only the time is kept.
    code, message: of the error, empty for a success.
    """

    at: str
    age: float
    exit_code: int = 0
    run_id: str | None = None
    changes: Counts = Counts()
    seconds: float | None = None
    code: str = ""
    message: str = ""


class Removal(NamedTuple):
    """A ``gvma remove`` after which nobody has written anything. at: UTC, as of a Run. who: started it."""

    at: str
    who: Starter

    def as_json(self) -> dict[str, object]:
        return {"at": self.at, "who": self.who.as_json()}


class RecordsEvidence(NamedTuple):
    """What gvma left under ``backup_path``.

    synced: a sync ran with it before. running: the run that holds the lock at this moment; empty where none does.
    interrupted: what the next run will mend first. paused: by a restore; None where the sync is not paused.
    pending_reload: modules of Asterisk. last_run, last_success: of the syncs that had the lock. pins, owners: the
    records of first PINs and of owners, as texts. removed: None where gvma's part is in place. files: those that
    the last sync left a block in. problem: why not all could be read.
    """

    synced: bool = True
    running: str = ""
    interrupted: str = ""
    paused: Pause | None = None
    pending_reload: tuple[str, ...] = ()
    last_run: Run | None = None
    last_success: Run | None = None
    pins: bytes = b""
    owners: bytes = b""
    removed: Removal | None = None
    files: frozenset[str] = frozenset()
    problem: GvmaError | None = None

    def __repr__(self) -> str:
        return shown_without(self, "pins")


class NextSync(NamedTuple):
    """What a sync would do with these answers. It was planned, and nothing of it was done.

    items: what it would change. files: names of the files that it would write. warnings: in its own words.
    brake: why the safety brake would stop it. problem: why nothing could be planned.
    """

    items: tuple[Item, ...] = ()
    files: tuple[str, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    brake: GvmaError | None = None
    problem: GvmaError | None = None
