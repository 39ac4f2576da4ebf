"""What every sink does, in the order in which a run asks for it; nothing here knows a file or a table.

recover()    ends what an interrupted run began
read()       one look at the sink: what the site has itself, and what there is of ours
change()     what a plan makes of that, as a value that can be shown and counted
save()       what is about to be replaced goes into a backup set
apply()      all of it or nothing; finish() or put_back() ends it
activate()   Asterisk reloads, where it has to, and is asked what it has now
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.entries import GvmaWarning
from gvma.backups.backup_set import BackupSet
from gvma.errors import UnsafeTargetError
from gvma.plan.counts import Counts
from gvma.plan.model import Plan
from gvma.plan.present import Place, Present, SiteDefined
from gvma.plan.wanted import Wanted
from gvma.routing import SiteRouting
from gvma.storage.state.pause import Pause
from gvma.storage.state.records import Left


class Part(Enum):
    """What a sink can keep."""

    MAILBOXES = "mailboxes"
    SUBSCRIPTIONS = "subscriptions"
    DIALPLAN = "dialplan"


class SinkMoved(UnsafeTargetError):
    """Somebody else wrote into the sink after it was read. The newer content is in place: read and plan again."""


class Reading(Protocol):
    """One look at a sink."""

    @property
    def site(self) -> SiteDefined:
        """What the site defines itself under names that could be ours."""
        ...

    @property
    def routing_site(self) -> SiteRouting:
        """What the site has itself of business call routing."""
        ...

    @property
    def warnings(self) -> tuple[GvmaWarning, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the plan should know, a sentence each."""
        ...

    def fitted(self, wanted: Wanted) -> Wanted:
        """What is wanted, as this sink can keep it: an owner whose values it cannot take is refused, with a warning."""
        ...

    def holds(self, wanted: Wanted) -> bool:
        """True where the sink is known to have just this, without reading 100,000 mailboxes back."""
        ...

    def present(self) -> Present:
        """What there is of ours."""
        ...

    def place_of(self, kind: str, name: str) -> Place | None:
        """Where a ``mailbox`` (``box@context``) or a ``subscription`` stands, ours or the site's; None for nowhere."""
        ...

    def marks(self) -> Mapping[str, str | None]:
        """By file or table what is ours in it, recognisable again; None where it has nothing of ours. A PIN that was
        changed by phone changes no mark."""
        ...


class Change(Protocol):
    """What is to be written. counts: of mailboxes and subscriptions. reloads: modules of Asterisk that read it, such
    as ``app_voicemail.so``."""

    @property
    def is_empty(self) -> bool: ...
    @property
    def counts(self) -> Counts: ...
    @property
    def reloads(self) -> tuple[str, ...]: ...
    @property
    def needed(self) -> tuple[str, ...]:
        """Modules without which what the sink holds has no effect; the other channel driver's is none of them."""
        ...

    @property
    def files(self) -> Mapping[Path, bool]:
        """Every target file, and whether it changes; empty for a sink without files."""
        ...

    @property
    def tables(self) -> Mapping[str, Counts]:
        """Every table, and how many rows of it change; empty for a sink without tables."""
        ...

    def marks(self) -> Mapping[str, str | None]:
        """As the ``marks`` of a Reading, once this is written."""
        ...

    @property
    def warnings(self) -> tuple[GvmaWarning, ...]: ...
    @property
    def remarks(self) -> tuple[str, ...]:
        """What happens to each file or table that changes, such as ``voicemail.conf: rewritten``."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What else the administrator should know, one sentence each."""
        ...

    def diffs(self) -> Iterator[str]:
        """Unified diffs of what changes, PINs and secrets masked."""
        ...


class Applied(AbstractContextManager["Applied"], Protocol):
    """A change that is in place, or ready, and not yet final. Leaving its ``with`` block otherwise puts everything
    back. A sink that can write all in one step does so in ``finish``; nothing has to be put back then."""

    @property
    def reloads(self) -> tuple[str, ...]: ...
    def finish(self, pending_reload: Sequence[str]) -> bool:
        """Everything stays new, our records with it. pending_reload: modules that Asterisk has not reloaded yet.

        False where somebody else wrote into the sink meanwhile: plan again.
        """
        ...

    def put_back(self) -> None:
        """Everything is as before, our records with it; a PIN that was changed meanwhile stays changed."""
        ...

    def put_back_if_moved(self) -> None:
        """Where somebody else wrote into the sink meanwhile: puts everything back and raises SinkMoved."""
        ...


class Recovery(NamedTuple):
    """What recover() did. text: for the user. applied: the interrupted change stands. reloads: now pending."""

    text: str
    applied: bool
    reloads: tuple[str, ...]
    backup_set: str


class NodeAnswer(NamedTuple):
    """What one Asterisk host says of a change that is written. node: as ``realtime_nodes`` names it.

    differences: sentences, empty where all is as written. unreachable: why it could not be asked, empty where it was.
    """

    node: str
    differences: tuple[str, ...] = ()
    unreachable: str = ""

    @property
    def status(self) -> str:
        """``ok``, ``unreachable`` or ``differs``."""
        if self.unreachable:
            return "unreachable"
        return "differs" if self.differences else "ok"


class Purpose(NamedTuple):
    """Why something is written, for the backup set and the history.

    reason: ``sync``, ``remove`` or ``restore of ID``. snapshot: what Configuration Server said, as JSON.
    pause: id of the backup set that a restore brings back; the sync is paused once the change is final.
    """

    reason: str
    run_id: str
    snapshot: Iterable[bytes] = (b"{}\n",)
    pause: str = ""


R = TypeVar("R", bound=Reading)
C = TypeVar("C", bound=Change)


class ReadableSink(Protocol):
    """What somebody asks of a sink who writes nothing."""

    def paused(self) -> Pause | None:
        """The pause after a restore, in a sink that several hosts share from whichever host; None where there is none.

        Raises BackupSetError.
        """
        ...

    def left(self) -> Left:
        """What the last run left for this one; in a sink that several hosts share, from whichever host."""
        ...

    def marks_left(self) -> dict[str, str | None]:
        """The marks of the last run, as ``left``; empty where there are none. Raises BackupSetError."""
        ...

    def read(self) -> Reading:
        """Raises UnsafeTargetError where the sink is not safe to change."""
        ...


class Sink(ReadableSink, Protocol[R, C]):
    """Where a plan is written."""

    @property
    def parts(self) -> frozenset[Part]: ...

    def recover(self) -> Recovery | None:
        """Under the lock, before anything else. None where no run was interrupted.

        Raises BackupSetError or UnsafeTargetError where it could not be ended; the next run tries again.
        """
        ...

    def pending_recovery(self) -> str:
        """What recover() would do, for a dry run; empty where nothing. Writes nothing."""
        ...

    def read(self) -> R:
        """As of ReadableSink, with what ``change`` needs."""
        ...

    def change(self, reading: R, plan: Plan) -> C:
        """What the plan makes of what was read; where the plan is a removal, what the site has without us.

        Writes nothing.
        """
        ...

    def as_it_is(self) -> C:
        """An empty change of what there is now: for a reload and a verification alone."""
        ...

    def save(self, change: C, purpose: Purpose) -> BackupSet:
        """The backup set with what is about to be replaced. Raises BackupSetError; then nothing of it is left."""
        ...

    def apply(self, change: C, saved: BackupSet, purpose: Purpose, records: Mapping[str, bytes | None]) -> Applied:
        """Writes everything, or nothing. records: texts that are as new or as old as the sink, by name; None for one
        that goes.

        Raises SinkMoved, UnsafeTargetError or BackupSetError (then everything is as before), or Stopped.
        """
        ...

    def activate(self, change: C, asterisk: Asterisk, reloads: Sequence[str], *, undone: bool = False) -> list[str]:
        """Asterisk reloads these modules and is asked what it has: differences, empty where all is as planned.

        undone: the change was put back, and what was there before is expected. Raises AsteriskUnreachableError
        where Asterisk could not be asked to the end.
        """
        ...

    def ask_nodes(self, change: C) -> tuple[NodeAnswer, ...]:
        """What each Asterisk host says that reads what is written when it needs it; none for a sink of one host."""
        ...
