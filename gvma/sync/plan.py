"""What a sync would change: the texts of the files now, and the texts that they should have.

Pure: it reads no file, asks nobody and does not look at the clock. A file whose block means the same
stays as it is, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gvma.mailboxes import Desired, Mailbox, Subscription, Warning
from gvma.sync.brake import Shrinkage
from gvma.sync.diff import masked_diff


@dataclass(frozen=True, slots=True)
class Counts:
    """Mailboxes and subscriptions together; a new DN counts two."""

    add: int = 0
    change: int = 0
    remove: int = 0

    def __bool__(self) -> bool:
        return bool(self.add or self.change or self.remove)

    def __str__(self) -> str:
        return f"{self.add} to add, {self.change} to change, {self.remove} to remove"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One target file. old: None where it does not exist. new is old where nothing is to be changed.

    module: what Asterisk reloads for it.
    """

    path: Path
    old: bytes | None
    new: bytes = field(repr=False)
    module: str
    voicemail: bool = False

    @property
    def changed(self) -> bool:
        return self.old != self.new

    def diff(self) -> str:
        """The unified diff, PINs and secrets masked; empty where nothing changes."""
        return masked_diff(str(self.path), self.old or b"", self.new, voicemail=self.voicemail)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it: files in the order in which they are written, and what Asterisk should hold then."""

    files: tuple[PlannedFile, ...]
    counts: Counts
    mailboxes: tuple[Mailbox, ...] = field(repr=False)
    subscriptions: tuple[Subscription, ...] = field(repr=False)
    warnings: tuple[Warning, ...]
    shrinkage: Shrinkage

    @property
    def changed(self) -> bool:
        return any(file.changed for file in self.files)

    def summary(self) -> str:
        """``Plan: 3 to add, 1 to change, 0 to remove.``"""
        return f"Plan: {self.counts}."
