"""Who owns which mailbox and subscription, kept so that an owner with a bad value loses neither.

Pure. An owner whose values are refused keeps what it already has, even where the bad value is the box name
itself; then only the record of the last sync tells what it has.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from gvma.asterisk.entries import Subscription
from gvma.asterisk.roles import BY_KIND, ROLES, role_of_subscription
from gvma.mailboxes import ConfiguredObject, RefusedOwner
from gvma.mailboxes.claims import owner_of

Identity = tuple[str, int]
"""``("dn" | "agent" | "group", dbid)``."""

_TITLE = "gvma-owners 2"
_FEW = 50
_ENTRY = re.compile(rb"\n\S+ [0-9]+ (?P<mailbox>\S+ \S+) (?P<subscription>\S+) (?P<label>[^\n]+)")


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
        return self._labels("mailbox", {_written(" ".join(key.rpartition("@")[::2])): key for key in keys})

    def of_subscriptions(self, names: Collection[str]) -> dict[str, str]:
        return self._labels("subscription", {_written(name): name for name in names})

    def _labels(self, what: str, missing: dict[bytes, str]) -> dict[str, str]:
        """what: a group of _ENTRY. missing: names by what stands in that group."""
        found: dict[str, list[str]] = {}
        for record in self._records:
            in_record: dict[bytes, list[str]] = {}
            for entry in _entries(record, missing):
                if (written := entry[what]) in missing:
                    in_record.setdefault(written, []).append(entry["label"].decode("utf-8", "replace"))
            for written, labels in in_record.items():
                found[missing.pop(written)] = labels
        return {name: ", ".join(labels) for name, labels in found.items()}


class Retained(NamedTuple):
    """What stays for refused owners: ``box@context`` keys and subscription names, and the owners' records.

    unsure: refused owners of whom nobody knows what they have; for these, all that no known owner has stays.
    """

    mailboxes: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    records: Mapping[Identity, Owned] = {}
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
    free_mailboxes = unclaimed_mailboxes - {owned.mailbox for owned in record.values()}
    free_names = unclaimed_subscriptions.keys() - {owned.subscription for owned in record.values()}
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
        may_have = _may_have(owner, free_mailboxes, free_names)
        if may_have.is_unsure:
            unsure.append(owner)
        mailboxes |= may_have.mailboxes
        names |= may_have.subscriptions
    return Retained(
        mailboxes=frozenset(mailboxes & unclaimed_mailboxes),
        subscriptions=frozenset(names & unclaimed_subscriptions.keys()),
        records=records,
        unsure=tuple(unsure),
    )


class _MayHave(NamedTuple):
    """Mailboxes and subscriptions of an owner whom the record does not know; unsure: all that may be his."""

    mailboxes: AbstractSet[str]
    subscriptions: AbstractSet[str]
    is_unsure: bool


def _may_have(owner: RefusedOwner, free_mailboxes: AbstractSet[str], free_names: AbstractSet[str]) -> _MayHave:
    """free_mailboxes, free_names: those that no owner of the record has."""
    role = BY_KIND[owner.kind]
    names = {name for name in free_names if role_of_subscription(name) is role}
    if owner.box is not None:
        name, mailbox = role.prefix + owner.box, f"{owner.box}@{owner.context or role.context}"
        if mailbox in free_mailboxes or name in names:
            return _MayHave({mailbox}, {name}, is_unsure=False)
    mailboxes = {mailbox for mailbox in free_mailboxes if mailbox.endswith(f"@{role.context}")}
    return _MayHave(mailboxes, names, is_unsure=bool(mailboxes or names))


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
                owned = subscription.box, subscription.context, subscription.name, owner_of(role, one)
                # A tuple's own constructor takes half the time of the class's.
                yield (role.kind, one.dbid), tuple.__new__(Owned, owned)


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
    title, *lines = text.decode("utf-8", "replace").splitlines() or [""]
    if title != _TITLE:
        return {}
    owners: dict[Identity, Owned] = {}
    for line in lines:
        fields = line.split(" ", 5)
        if len(fields) == 6 and all(fields) and fields[1].isdecimal():
            owners[(fields[0], int(fields[1]))] = Owned(*fields[2:])
    return owners


def _entries(text: bytes, names: Collection[bytes]) -> Iterator[re.Match[bytes]]:
    """The entries of a record, at least those with one of these names. Few are searched for."""
    if not text.startswith(f"{_TITLE}\n".encode()):
        return
    if len(names) > _FEW:
        yield from _ENTRY.finditer(text)
        return
    starts = set()
    for name in names:
        at = text.find(b" %b " % name)
        while at >= 0:
            starts.add(text.rfind(b"\n", 0, at))
            at = text.find(b" %b " % name, at + 1)
    yield from filter(None, (_ENTRY.match(text, start) for start in sorted(starts)))


def _written(text: str) -> bytes:
    """A name of a file may have bytes that are no UTF-8; no owner has it then."""
    return text.encode("utf-8", "surrogateescape")
