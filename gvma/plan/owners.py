"""Who owns which mailbox and subscription, kept so that an owner with a bad value loses neither.

Pure. An owner whose values are refused keeps what it already has, even where the bad value is the box name
itself; then only the record of the last sync tells what it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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

    Few names are searched for in the records as they stand: to read 100,000 owners takes a second.
    """

    def __init__(self, record: bytes, record_before: bytes) -> None:
        """record: of the plan. record_before: of the last sync, which knows the owners of what is removed."""
        self._records = (record, record_before)
        self._by_mailbox: dict[str, str] = {}
        self._by_subscription: dict[str, str] = {}
        self._is_read = False
        self._asked = 0

    def of_mailbox(self, key: str) -> str:
        """All owners of a mailbox, joined by commas; empty where no record knows it."""
        if self._are_few():
            box, _, context = key.rpartition("@")
            return self._searched(f" {box} {context} ", lambda owned: owned.mailbox == key)
        self._read()
        return self._by_mailbox.get(key, "")

    def of_subscription(self, name: str) -> str:
        if self._are_few():
            return self._searched(f" {name} ", lambda owned: owned.subscription == name)
        self._read()
        return self._by_subscription.get(name, "")

    def _are_few(self) -> bool:
        self._asked += 1
        return self._asked <= _FEW

    def _searched(self, needle: str, is_meant: Callable[[Owned], bool]) -> str:
        for record in self._records:
            labels = [owned.label for owned in _lines_with(record, needle.encode()) if is_meant(owned)]
            if labels:
                return ", ".join(labels)
        return ""

    def _read(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        for record in reversed(self._records):
            by_mailbox: dict[str, str] = {}
            by_subscription: dict[str, str] = {}
            for _, _, box, context, name, label in _entries(record):
                key = f"{box}@{context}"
                by_mailbox[key] = f"{by_mailbox[key]}, {label}" if key in by_mailbox else label
                by_subscription[name] = f"{by_subscription[name]}, {label}" if name in by_subscription else label
            self._by_mailbox.update(by_mailbox)
            self._by_subscription.update(by_subscription)


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
    return {(kind, int(dbid)): Owned(*owned) for kind, dbid, *owned in _entries(text)}


def _entries(text: bytes) -> Iterator[list[str]]:
    """Kind, DBID, box, context, subscription and label of each owner."""
    title, *lines = text.decode("utf-8", "replace").splitlines() or [""]
    if title != _TITLE:
        return
    for line in lines:
        fields = line.split(" ", 5)
        if len(fields) == 6 and all(fields) and fields[1].isdecimal():
            yield fields


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
