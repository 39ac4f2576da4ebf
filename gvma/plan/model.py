"""A plan: what has to become of mailboxes, subscriptions, hints, extensions and endpoints. Pure, values only.

A plan knows no file, no byte and no SQL. Its mailboxes carry first PINs alone: the PIN in force of a mailbox that
stays is in ``present``, and no ``repr`` shows either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from gvma.asterisk.entries import Endpoint, Extension, GvmaWarning, Hint, Mailbox, Subscription
from gvma.plan.brake import Shrinkage
from gvma.plan.counts import Counts
from gvma.plan.differences import Differences
from gvma.plan.items import Item, items_of
from gvma.plan.pins import PinPlan
from gvma.plan.present import Present


class Pin(Enum):
    """What happens to a mailbox's PIN: the one in force stays, or the first PIN is set."""

    KEEP = "keep"
    SET = "set"


class Plan(NamedTuple):
    """What a sink should have afterwards, and how that differs from what it has.

    mailboxes, subscriptions, hints, extensions, endpoints: all that should be there, in order; among them the
    mailboxes that are retained for refused owners, whose first PIN is empty. unchanged: a sink need not look
    closer, since it holds just this already. is_removal: nothing of ours is to stay, no empty block either.
    left_to_site: subscriptions that the site defines itself.
    owners: the text of the new owner record. left_out: a line for each part that the site has itself.
    """

    present: Present
    mailboxes: tuple[Mailbox, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    hints: tuple[Hint, ...] = ()
    extensions: tuple[Extension, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    endpoint_lines: Mapping[str, tuple[str, ...]] = {}
    differences: Differences = Differences()
    pins: PinPlan = PinPlan()
    owners: bytes = b""
    owners_before: bytes = b""
    shrinkage: Shrinkage = Shrinkage()
    warnings: tuple[GvmaWarning, ...] = ()
    left_out: tuple[str, ...] = ()
    left_to_site: frozenset[str] = frozenset()
    unchanged: bool = False
    is_removal: bool = False

    def pin_of(self, key: str) -> Pin:
        """KEEP or SET for one mailbox of the plan. key: ``box@context``."""
        exists = self.unchanged or key in self.present.mailboxes
        return Pin.KEEP if exists and key not in self.pins.reset else Pin.SET

    def kept_pins(self) -> Mapping[str, str]:
        """The PINs in force that stay and differ from the first PIN, by ``box@context``; for a sink that writes
        whole files."""
        present = self.present.mailboxes
        if not present:
            return {}
        reset = self.pins.reset
        return {
            key: now.pin
            for one in self.mailboxes
            if (now := present.get(key := one.key)) is not None and now.pin != one.pin and key not in reset
        }

    @property
    def counts(self) -> Counts:
        """Mailboxes and subscriptions together; a new DN counts two."""
        return self.differences.counts

    def items(self) -> Iterator[Item]:
        """Everything that is added, changed or removed, one after the other, made as it is asked for."""
        return items_of(self)
