"""Who owns which mailbox and subscription, kept so that an owner with a bad value loses neither.

Pure. An owner whose values are refused keeps what it already has, even where the bad value is the box name
itself; then only the record of the last sync tells what it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gvma.asterisk.entries import Subscription
from gvma.asterisk.roles import BY_KIND, ROLES, role_of_subscription
from gvma.mailboxes import ConfiguredObject, RefusedOwner
from gvma.mailboxes.claims import owner_of

Identity = tuple[str, int]
"""``("dn" | "agent" | "group", dbid)``."""

_TITLE = "gvma-owners 2"
_FEW = 50


class Owned(NamedTuple):
    """What one owner has. label: how a person knows the owner, such as ``DN 1000``."""

    box: str
    context: str
    subscription: str
    label: str

    @property
    def mailbox(self) -> str:
        """``box@context``."""
        return f"{self.box}@{self.context}"


class OwnerNames:
    """The owners' labels by mailbox and by subscription.

    They are searched for in the records as they stand, for many names at once: to keep all of 100,000 owners takes as
    much memory as their mailboxes.
    """

    def __init__(self, record: bytes, record_before: bytes) -> None:
        """record: of the plan. record_before: of the last sync, which knows the owners of what is removed."""
        self._records = (record, record_before)

    def of_mailboxes(self, keys: Collection[str]) -> dict[str, str]:
        """All owners of each mailbox, joined by commas; one that no record knows is left out."""
        return self._labels(keys, lambda owned: owned.mailbox, lambda key: f" {key.rpartition('@')[0]} ")

    def of_subscriptions(self, names: Collection[str]) -> dict[str, str]:
        return self._labels(names, lambda owned: owned.subscription, lambda name: f" {name} ")

    def _labels(
        self, names: Collection[str], name_of: Callable[[Owned], str], needle: Callable[[str], str]
    ) -> dict[str, str]:
        """needle: what stands in the line of an owner of this name."""
        found: dict[str, list[str]] = {}
        for record in self._records:
            missing = set(names) - found.keys()
            if len(missing) > _FEW:
                entries = ((name_of(owned), owned.label) for owned in _entries(record))
            else:
                lines = ((name, _lines_with(record, needle(name).encode())) for name in missing)
                entries = ((name, one.label) for name, some in lines for one in some if name_of(one) == name)
            for name, label in entries:
                if name in missing:
                    found.setdefault(name, []).append(label)
        return {name: ", ".join(labels) for name, labels in found.items()}


@dataclass(frozen=True, slots=True)
class Retained:
    """What stays for refused owners: ``box@context`` keys and subscription names, and the owners' records.

    unsure: refused owners of whom nobody knows what they have; for these, all that no known owner has stays.
    """

    mailboxes: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    records: Mapping[Identity, Owned] = field(default_factory=dict)
    unsure: tuple[RefusedOwner, ...] = ()


def retain_for_refused(
    refused: Iterable[RefusedOwner],
    record: Mapping[Identity, Owned],
    unclaimed_mailboxes: frozenset[str],
    unclaimed_subscriptions: Mapping[str, str],
) -> Retained:
    """Of what is there now and nobody else claims, what must stay.

    record: what each owner had at the last sync; a mailbox of which it knows another owner goes with that owner.
    unclaimed_mailboxes: ``box@context`` of mailboxes that the plan would remove.
    unclaimed_subscriptions: the same of subscriptions, name to ``box@context``.
    """
    owned_mailboxes = {owned.mailbox for owned in record.values()}
    owned_subscriptions = {owned.subscription for owned in record.values()}
    mailboxes: set[str] = set()
    names: set[str] = set()
    records: dict[Identity, Owned] = {}
    unsure: list[RefusedOwner] = []
    for owner in refused:
        owned = record.get((owner.kind, owner.dbid))
        if owned is not None:
            records[owner.kind, owner.dbid] = owned
            mailboxes.add(owned.mailbox)
            names.add(owned.subscription)
            continue
        role = BY_KIND[owner.kind]
        free_mailboxes = unclaimed_mailboxes - owned_mailboxes
        free_names = {
            name
            for name in unclaimed_subscriptions
            if role_of_subscription(name) is role and name not in owned_subscriptions
        }
        if owner.box is not None:
            name = role.prefix + owner.box
            mailbox = f"{owner.box}@{owner.context or role.context}"
            if mailbox in free_mailboxes or name in free_names:
                mailboxes.add(mailbox)
                names.add(name)
                continue
        candidates = {mailbox for mailbox in free_mailboxes if mailbox.endswith(f"@{role.context}")}
        if candidates or free_names:
            unsure.append(owner)
            mailboxes |= candidates
            names |= free_names
    return Retained(
        mailboxes=frozenset(mailboxes & unclaimed_mailboxes),
        subscriptions=frozenset(names & unclaimed_subscriptions.keys()),
        records=records,
        unsure=tuple(unsure),
    )


def owner_rows(
    served: Mapping[str, Mapping[int, Subscription]], objects: Mapping[str, Iterable[ConfiguredObject]]
) -> Iterator[tuple[Identity, Owned]]:
    """Each owner with what it has.

    served: DBIDs by kind, each with its subscription. objects: by kind; they tell what a person calls the owner.
    """
    for role in ROLES:
        of_kind = served.get(role.kind, {})
        for one in objects.get(role.kind, ()) if of_kind else ():
            subscription = of_kind.get(one.dbid)
            if subscription is not None:
                owned = Owned(subscription.box, subscription.context, subscription.name, owner_of(role, one))
                yield (role.kind, one.dbid), owned


def write_owners(rows: Iterable[tuple[Identity, Owned]]) -> bytes:
    """The record as a text: one owner a line, in a fixed order."""
    lines = [f"{kind} {dbid} {' '.join(owned)}\n" for (kind, dbid), owned in rows]
    lines.sort()
    return f"{_TITLE}\n{''.join(lines)}".encode()


def with_retained(text: bytes, records: Mapping[Identity, Owned]) -> bytes:
    """The record with refused owners' entries among the others."""
    return write_owners({**read_owners(text), **records}.items()) if records else text


def read_owners(text: bytes) -> dict[Identity, Owned]:
    """The record as it was written; empty where the text is no record (then the cautious way is taken)."""
    return dict(_rows(text))


def _entries(text: bytes) -> Iterator[Owned]:
    return (owned for _, owned in _rows(text))


def _rows(text: bytes) -> Iterator[tuple[Identity, Owned]]:
    """One after the other: all of them at once take the room of a whole plan."""
    lines = (found[0].decode("utf-8", "replace") for found in re.finditer(rb"[^\n]+", text))
    if next(lines, "") != _TITLE:
        return
    for line in lines:
        fields = line.split(" ", 5)
        if len(fields) == 6 and all(fields) and fields[1].isdecimal():
            yield (fields[0], int(fields[1])), Owned(*fields[2:])


def _lines_with(text: bytes, needle: bytes) -> Iterator[Owned]:
    """The entries of a record in whose line this stands, without reading the others."""
    if not text.startswith(f"{_TITLE}\n".encode()):
        return
    at = text.find(needle)
    while at >= 0:
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        line = text[text.rfind(b"\n", 0, at) + 1 : end].decode("utf-8", "replace")
        yield from read_owners(f"{_TITLE}\n{line}".encode()).values()
        at = text.find(needle, end)
