"""What a sync would change: the texts of the files now, and the texts that they should have. Pure.

Values only: it decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gvma.ami.verify import VOICEMAIL, Box, Expected, Foreign
from gvma.asterisk.entries import GvmaWarning, Mailbox, Subscription
from gvma.backups.diff import masked_diff
from gvma.plan.brake import Shrinkage
from gvma.plan.counts import Counts
from gvma.plan.pins import SettledPins
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.targets import Target


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One target file. old: None where it does not exist. new: old itself where nothing is to be changed."""

    target: Target
    old: bytes | None = field(repr=False)
    new: bytes = field(repr=False)

    @property
    def path(self) -> Path:
        return self.target.path

    @property
    def module(self) -> str:
        """What Asterisk reloads for it."""
        return self.target.module

    @property
    def changed(self) -> bool:
        return self.new is not self.old and self.new != self.old

    def diff(self) -> str:
        """The unified diff, PINs and secrets masked; empty where nothing changes."""
        if not self.changed:
            return ""
        return masked_diff(str(self.path), self.old or b"", self.new, voicemail=self.module == VOICEMAIL)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it: the three files, and what Asterisk should hold when they are in place.

    foreign: what the site wrote itself where ours is. left_to_site: subscriptions that are not written for it.
    """

    files: tuple[PlannedFile, ...]
    counts: Counts
    mailboxes: tuple[Mailbox, ...] = field(repr=False)
    subscriptions: tuple[Subscription, ...] = field(repr=False)
    foreign: Foreign
    gone: frozenset[str]
    touched: frozenset[str]
    extensions: Mapping[str, tuple[str, ...]] = field(repr=False)
    pins: SettledPins = field(repr=False)
    owners: bytes = field(repr=False)
    warnings: tuple[GvmaWarning, ...]
    shrinkage: Shrinkage
    left_out: tuple[str, ...] = ()
    left_to_site: frozenset[str] = frozenset()

    @property
    def changed(self) -> bool:
        return any(file.changed for file in self.files)

    @property
    def modules(self) -> tuple[str, ...]:
        """What Asterisk has to reload for the changed files."""
        return tuple(sorted(file.module for file in self.files if file.changed))

    def expected(self, settings: GvmaSettings) -> Expected:
        """What Asterisk should hold when the files are in place."""
        return Expected(
            mailboxes={one.key: Box(one.name, one.email, one.pager) for one in self.mailboxes},
            foreign=self.foreign,
            subscriptions={one.name: one.key for one in self.subscriptions},
            touched=self.touched,
            on_endpoint=settings.mwi_mode == "REGISTER",
            gone=self.gone,
            extensions=self.extensions,
        )

    def summary(self) -> str:
        """``Plan: 3 to add, 1 to change, 0 to remove.``; where that says nothing of what is written, the files too."""
        names = [] if self.counts else [file.path.name for file in self.files if file.changed]
        return f"Plan: {self.counts}{'; rewrites ' if names else ''}{', '.join(names)}."
