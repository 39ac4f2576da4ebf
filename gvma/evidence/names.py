"""What a name means: objects, mailboxes and subscriptions, all that match. Pure.

A name is a DN's number, an agent login, a group's name, a box, ``BOX@CONTEXT`` or a ``gvm-*`` name.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from gvma.asterisk.roles import AGENT, BY_ELEMENT, GROUP, SUBSCRIPTION_PREFIX
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import QUERIES, Evidence
from gvma.nearest import nearest_names
from gvma.plan.owners import Identity, Owned, read_owners


@dataclass(frozen=True, slots=True)
class Meaning:
    """objects: that Configuration Server has. owned: of the last sync's record, where Configuration Server was not
    asked. mailboxes: ``box@context``. subscriptions: names."""

    objects: tuple[ConfigObject, ...] = ()
    owned: tuple[Owned, ...] = ()
    mailboxes: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.objects or self.owned or self.mailboxes or self.subscriptions)


class Names:
    """All that the evidence knows by a name. Made once for several names. A site may have 100,000 owners, so that the
    last sync's record is read only where it can say more than Configuration Server."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        layer = evidence.configserver
        self._owners = (*layer.dns, *layer.agents, *layer.groups)
        self._others = (*layer.routing_points, *layer.trunks, *layer.services)
        self._of_owner = dict(self._owned())
        voicemail = evidence.files.voicemail
        self._sites_boxes = {f"{one.key}@{one.section}" for one in (voicemail.settings if voicemail else ())}

    def meaning(self, name: str) -> Meaning:
        """Everything of this name, and what belongs to it."""
        found = [one for one in (*self._owners, *self._others, *self._evidence.named.unselected) if one.number == name]
        owned = [*filter(None, map(self.owned_by, found)), *self._recorded_as(name)]
        owned += [of_group for one in found for of_group in self._of_its_group(one)]
        keys = dict.fromkeys([*(one.mailbox for one in owned), *self._named_keys(name)])
        names = dict.fromkeys([*(one.subscription for one in owned), *self._named_subscriptions(name)])
        for subscription, mailbox in self._pairs():
            if subscription in names:
                keys[mailbox] = None
            elif mailbox in keys:
                names[subscription] = None
        objects = {(one.kind, one.dbid): one for one in (*found, *self._owners_of(keys, names))}
        return Meaning(tuple(objects.values()), tuple(self._of_the_record(keys)), tuple(keys), tuple(names))

    def nearest(self, name: str) -> tuple[str, ...]:
        """The names most like one that has no meaning, the likest first."""
        return nearest_names(name, frozenset(self._every_name()))

    def subscription_of(self, key: str, names: Iterable[str]) -> str:
        """Which of the subscriptions is for a mailbox; empty where none is."""
        present = self._evidence.sink.present.subscriptions
        watching = {owned.subscription for owned in self._of_owner.values() if owned.mailbox == key}
        watching |= {name for name in names if name in present and present[name].mailbox == key}
        return next((name for name in names if name in watching), "")

    def owned_by(self, one: ConfigObject) -> Owned | None:
        """What an object has, or keeps while its values are refused."""
        return self._of_owner.get(_identity(one))

    def _owned(self) -> Iterator[tuple[Identity, Owned]]:
        """The record first: what Configuration Server says now wins."""
        if not self._is_current:
            yield from self._record.items()
        elif refused := {(one.kind, one.dbid) for one in self._evidence.wanted.refused}:
            yield from ((identity, owned) for identity, owned in self._record.items() if identity in refused)
        for kind, of_kind in self._evidence.wanted.owners.items():
            for dbid, one in of_kind.items():
                yield (kind, dbid), Owned(one.box, one.context, one.name, "")

    @cached_property
    def _record(self) -> dict[Identity, Owned]:
        return read_owners(self._evidence.records.owners)

    @cached_property
    def _is_current(self) -> bool:
        return any(map(self._evidence.configserver.answered, QUERIES[:3]))

    def _recorded_as(self, name: str) -> list[Owned]:
        """What the owner of this number or name had at the last sync, where Configuration Server cannot say."""
        return [] if self._is_current else [one for one in self._record.values() if one.label.endswith(f" {name}")]

    def _of_its_group(self, one: ConfigObject) -> Iterator[Owned]:
        """The group's mailbox that an agent login without one of its own hears of."""
        box = one.options.get("gvm_group_mailbox", "").strip()
        if box and one.kind == AGENT.element and self.owned_by(one) is None:
            yield from (owned for (kind, _), owned in self._of_owner.items() if kind == GROUP.kind and owned.box == box)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Each subscription with its mailbox, as it is wanted or as the sink has it."""
        yield from ((owned.subscription, owned.mailbox) for owned in self._of_owner.values())
        yield from ((name, one.mailbox) for name, one in self._evidence.sink.present.subscriptions.items())

    def _named_keys(self, name: str) -> Iterator[str]:
        """name: ``BOX`` or ``BOX@CONTEXT``."""
        box = name.partition("@")[0]
        yield from (one.mailbox for one in self._of_owner.values() if one.box == box and name in {box, one.mailbox})
        beginning = f"{name}@"
        for keys in (self._evidence.sink.present.mailboxes, self._sites_boxes):
            yield from (key for key in keys if key == name or key.startswith(beginning))

    def _named_subscriptions(self, name: str) -> Iterator[str]:
        if name.startswith(SUBSCRIPTION_PREFIX):
            known = {owned.subscription for owned in self._of_owner.values()}
            if name in known or name in self._evidence.sink.present.subscriptions:
                yield name

    def _owners_of(self, keys: Container[str], names: Container[str]) -> Iterator[ConfigObject]:
        """Who has one of these mailboxes or subscriptions."""
        owning = {
            identity
            for identity, owned in self._of_owner.items()
            if owned.subscription in names or owned.mailbox in keys
        }
        dbids = {dbid for _, dbid in owning}
        yield from (one for one in self._owners if one.dbid in dbids and _identity(one) in owning)

    def _of_the_record(self, keys: Iterable[str]) -> Iterator[Owned]:
        if not self._is_current:
            yield from (owned for owned in self._record.values() if owned.mailbox in keys)

    def _every_name(self) -> Iterator[str]:
        yield from (one.number for one in (*self._owners, *self._others) if one.number)
        for owned in self._of_owner.values():
            yield from (owned.box, owned.mailbox, owned.subscription)
        yield from self._sites_boxes
        yield from self._evidence.sink.present.subscriptions


def _identity(one: ConfigObject) -> Identity:
    role = BY_ELEMENT.get(one.kind)
    return (role.kind if role else one.kind, one.dbid)
