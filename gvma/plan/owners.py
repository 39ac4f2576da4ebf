"""Who owns which mailbox and subscription, kept so that an owner with a bad value loses neither.

Pure. An owner whose values are refused keeps what it already has, even where the bad value is the box name
itself; then only the record of the last sync tells what it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gvma.asterisk.entries import AGENT_CONTEXT, DN_CONTEXT, GROUP_CONTEXT, Subscription
from gvma.mailboxes import RefusedOwner

Identity = tuple[str, int]
"""``("dn" | "agent" | "group", dbid)``."""

Holding = tuple[str, str, str]
"""Box, context, name of the subscription."""

CONTEXTS: Mapping[str, str] = {"dn": DN_CONTEXT, "agent": AGENT_CONTEXT, "group": GROUP_CONTEXT}
_TITLE = "gvma-owners 1"


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays for refused owners: ``box@context`` keys and subscription names, and the owners' records.

    unsure: refused owners of whom nobody knows what they have; for these, all unclaimed stays.
    """

    boxes: frozenset[str]
    subscriptions: frozenset[str]
    carried: Mapping[Identity, Holding]
    unsure: tuple[RefusedOwner, ...]


def keep_for_refused(
    refused: Iterable[RefusedOwner],
    record: Mapping[Identity, Holding],
    unclaimed_boxes: frozenset[str],
    unclaimed_subscriptions: Mapping[str, str],
) -> Kept:
    """Of what is in the blocks now and nobody else claims, what must stay.

    unclaimed_boxes: ``box@context`` of boxes in the block that the plan would remove.
    unclaimed_subscriptions: the same of subscriptions, name to ``box@context``.
    """
    boxes: set[str] = set()
    names: set[str] = set()
    carried: dict[Identity, Holding] = {}
    unsure: list[RefusedOwner] = []
    for owner in refused:
        identity = (owner.kind, owner.dbid)
        holding = record.get(identity)
        if holding is not None:
            carried[identity] = holding
            boxes.add(f"{holding[0]}@{holding[1]}")
            names.add(holding[2])
            continue
        mine = {name for name in unclaimed_subscriptions if kind_of(name) == owner.kind}
        own_context = CONTEXTS[owner.kind]
        if owner.box is not None:
            name = subscription_name(owner.kind, owner.box)
            box = f"{owner.box}@{owner.context or own_context}"
            if box in unclaimed_boxes or name in mine:
                boxes.add(box)
                names.add(name)
                continue
        candidates = {box for box in unclaimed_boxes if box.endswith(f"@{own_context}")}
        if candidates or mine:
            unsure.append(owner)
            boxes |= candidates
            names |= mine
    return Kept(
        boxes=frozenset(boxes & unclaimed_boxes),
        subscriptions=frozenset(names & unclaimed_subscriptions.keys()),
        carried=carried,
        unsure=tuple(unsure),
    )


def subscription_name(kind: str, box: str) -> str:
    """``gvm-1000``, ``gvm-a-1000`` or ``gvm-g-1000`` (the manual's lines 2402-2435)."""
    return {"dn": "gvm-", "agent": "gvm-a-", "group": "gvm-g-"}[kind] + box


def kind_of(subscription: str) -> str:
    """The kind of owner that a subscription's name tells; a DN whose box is ``a-1`` looks like an agent."""
    if subscription.startswith("gvm-a-"):
        return "agent"
    return "group" if subscription.startswith("gvm-g-") else "dn"


def kind_of_context(context: str) -> str:
    """The kind of owner whose boxes are in one of our contexts; empty for a foreign context."""
    return next((kind for kind, own in CONTEXTS.items() if own == context), "")


def write_owners(owners: Mapping[str, Mapping[int, Subscription]]) -> bytes:
    """The record as a text: one owner a line, in a fixed order. owners: DBIDs by kind, with what each has."""
    return _text(
        [
            f"{kind} {dbid} {one.box} {one.context} {one.name}\n"
            for kind, served in owners.items()
            for dbid, one in served.items()
        ]
    )


def with_carried(text: bytes, carried: Mapping[Identity, Holding]) -> bytes:
    """The record with refused owners' entries among the others."""
    if not carried:
        return text
    return _text([_line(entry) for entry in {**read_owners(text), **carried}.items()])


def _line(entry: tuple[Identity, Holding]) -> str:
    (kind, dbid), (box, context, name) = entry
    return f"{kind} {dbid} {box} {context} {name}\n"


def _text(lines: list[str]) -> bytes:
    lines.sort()
    return f"{_TITLE}\n{''.join(lines)}".encode()


def read_owners(text: bytes) -> dict[Identity, Holding]:
    """The record as it was written; empty where the text is no record (then the cautious way is taken)."""
    title, *lines = text.decode("utf-8", "replace").splitlines() or [""]
    if title != _TITLE:
        return {}
    owners: dict[Identity, Holding] = {}
    for line in lines:
        fields = line.split(" ")
        if len(fields) == 5 and all(fields) and fields[1].isdecimal():
            owners[(fields[0], int(fields[1]))] = (fields[2], fields[3], fields[4])
    return owners
