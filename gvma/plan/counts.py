"""How much a plan adds, changes and removes, as its ``Plan:`` line and the safety brake count it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gvma.ami.verify import SINGLY
from gvma.asterisk.entries import Mailbox, PresentSubscription, Subscription
from gvma.asterisk.voicemail import BoxLine
from gvma.plan.owners import kind_of, kind_of_context


@dataclass(frozen=True, slots=True)
class Counts:
    """Mailboxes and subscriptions together; a new DN counts two."""

    add: int = 0
    change: int = 0
    remove: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.add + other.add, self.change + other.change, self.remove + other.remove)

    def __bool__(self) -> bool:
        return bool(self.add or self.change or self.remove)

    def __str__(self) -> str:
        return f"{self.add} to add, {self.change} to change, {self.remove} to remove"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What becomes of the subscriptions.

    touched: names that are new or watch another mailbox, as many as are asked for singly. gone: names that go.
    """

    counts: Counts
    touched: frozenset[str]
    gone: frozenset[str]


def count_boxes(before: Mapping[str, BoxLine], mailboxes: Sequence[Mailbox]) -> Counts:
    """before: those in the block now, by ``box@context``."""
    if not before:
        return Counts(add=len(mailboxes))
    add = change = 0
    for one in mailboxes:
        line = before.get(one.key)
        if line is None:
            add += 1
        elif (line.pin, line.name, line.email, line.pager, line.options) != (
            one.pin,
            one.name,
            one.email,
            one.pager,
            one.options,
        ):
            change += 1
    return Counts(add, change, len(before) - (len(mailboxes) - add))


def count_subscriptions(
    before: Mapping[str, PresentSubscription], subscriptions: Sequence[Subscription], settings: str
) -> Subscribed:
    """before: those in the block now. settings: those that each is to have, ``Driver.subscription_settings``: a
    subscription of chan_sip also changes with SIP Server's address, and any with the MWI mode."""
    if not before:
        touched = frozenset(one.name for one in subscriptions[:SINGLY])
        return Subscribed(Counts(add=len(subscriptions)), touched, frozenset())
    after = {one.name: one.key for one in subscriptions}
    touched = frozenset(name for name, box in after.items() if name not in before or before[name].mailbox != box)
    added = sum(1 for name in touched if name not in before)
    gone = frozenset(before.keys() - after.keys())
    others = sum(1 for name in after if name not in touched and before[name].settings != settings)
    return Subscribed(Counts(added, len(touched) - added + others, len(gone)), touched, gone)


def losing(before: Mapping[str, BoxLine], mailboxes: Sequence[Mailbox], gone: frozenset[str]) -> frozenset[str]:
    """The kinds of owner that lose a mailbox or a subscription."""
    stay = {mailbox.key for mailbox in mailboxes}
    contexts = {key.rpartition("@")[2] for key in before if key not in stay}
    return frozenset(filter(None, [*map(kind_of_context, contexts), *map(kind_of, gone)]))
