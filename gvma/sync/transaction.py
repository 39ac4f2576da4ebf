"""Several files changed as one: all old or all new, whatever stops the run, and no PIN of Asterisk's lost.

The journal is on the disk before the first byte changes. How SYNC uses it::

    with stoppable():
        try:
            applied = apply(changes, ...)     # TargetMoved: everything is old again, plan anew
            ami.reload(...); read back        # a difference: applied.moved()? plan anew : applied.put_back()
            moved = applied.finish()          # non-empty: Asterisk rewrote a file meanwhile, plan anew
        except BaseException: applied.put_back() ...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gvma.errors import UnsafeTargetError
from gvma.sync.sets import BackupSet, FileChange


class TargetMoved(UnsafeTargetError):
    """A file changed after it was read; the newer content is in place, all other files are old. Plan anew."""


@dataclass(frozen=True, slots=True)
class Markers:
    """The managed block's bounds, as recovery needs them. contexts: those that the block holds."""

    begin: str
    end: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """What recover() did. text: one or two sentences for the user. modules: now owed a reload."""

    text: str
    modules: tuple[str, ...]
    backup_set: str


class Applied:
    """New files in place, Asterisk not yet told; end it by finish() or put_back()."""

    modules: tuple[str, ...]
    backup_set: str

    def moved(self) -> tuple[Path, ...]:
        """Files that somebody (Asterisk, with a PIN) has rewritten since they were put in place."""
        raise NotImplementedError

    def finish(self, owed: Sequence[str] = ()) -> tuple[Path, ...]:
        """Ends the transaction, all new. owed: modules that could not be reloaded. Returns moved()."""
        raise NotImplementedError

    def put_back(self) -> None:
        """Ends the transaction, all old (a PIN changed meanwhile kept); notes the modules' reload as owed:
        reload them, then ``held.settle_owed``."""
        raise NotImplementedError


def apply(
    changes: Sequence[FileChange],
    *,
    backup_path: Path,
    backup_set: BackupSet,
    run_id: str,
    markers: Markers,
    hold: str = "",
) -> Applied:
    """Puts all new files in place; those whose new is the old content are left alone.

    hold: id of the set that a restore brings back, which is held from then on.
    Raises TargetMoved, UnsafeTargetError or BackupSetError; then every file is as before.
    """
    raise NotImplementedError


def recover(backup_path: Path) -> Recovery | None:
    """Ends what an interrupted run left, under the lock, before anything else; None where nothing was left."""
    raise NotImplementedError


def pending_recovery(backup_path: Path) -> str:
    """What the next run will mend, for ``--dry-run``; empty where nothing. Writes nothing."""
    raise NotImplementedError
