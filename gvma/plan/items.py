"""A plan as its reader sees it: one item for each mailbox, subscription, hint, extension or endpoint. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gvma.asterisk.entries import Endpoint, Extension
    from gvma.plan.model import Plan

SIGNS = {"add": "+", "change": "~", "remove": "-"}
"""What stands before an item, by its action."""

_FIRST_NAMES = 1_000


class Item(NamedTuple):
    """One change.

    action: ``add``, ``change`` or ``remove``. kind: ``mailbox``, ``subscription``, ``hint``, ``extension`` or
    ``endpoint``. name: of a mailbox ``box@context``. owner: such as ``DN 1000``, empty where nobody knows it.
    fields: what changes of it. As text: ``~ mailbox 1000@GVMA_DN (DN 1000): name, pin``.
    """

    action: str
    kind: str
    name: str
    owner: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        owner = f" ({self.owner})" if self.owner else ""
        fields = f": {', '.join(self.fields)}" if self.fields else ""
        return f"{SIGNS[self.action]} {self.kind} {self.name}{owner}{fields}"

    def as_json(self) -> dict[str, object]:
        return {
            "action": self.action,
            "kind": self.kind,
            "name": self.name,
            "owner": self.owner,
            "fields": list(self.fields),
        }


def items_of(plan: Plan) -> Iterator[Item]:
    """All items, kind by kind, each kind in the order in which it is written; what is removed comes last in it."""
    if plan.unchanged:
        return
    from gvma.plan.owners import OwnerNames  # noqa: PLC0415  (start-up: who reads the history needs Item alone)

    owners = OwnerNames(plan.owners, plan.owners_before)
    differences, present = plan.differences, plan.present
    boxes = ((one.key, differences.mailboxes.get(one.key, ())) for one in plan.mailboxes)
    yield from _items("mailbox", boxes, present.mailboxes, differences.removed_mailboxes, owners.of_mailboxes)
    names = ((one.name, differences.subscriptions.get(one.name, ())) for one in plan.subscriptions)
    removed = differences.removed_subscriptions
    yield from _items("subscription", names, present.subscriptions, removed, owners.of_subscriptions)
    hints = {one.extension: (one, f"DN {one.extension}") for one in plan.hints}
    yield from _values("hint", hints, present.hints)
    extensions = {one.pattern: (one, _owner_of_extension(one, hints)) for one in plan.extensions}
    yield from _values("extension", extensions, present.extensions)
    endpoints = {one.name: (plan.endpoint_lines[one.name], _owner_of_endpoint(one)) for one in plan.endpoints}
    yield from _values("endpoint", endpoints, present.endpoints)


def named(
    kind: str,
    changes: Iterable[tuple[str, str, tuple[str, ...]]],
    labels_of: Callable[[Collection[str]], Mapping[str, str]],
) -> Iterator[Item]:
    """The items of changes: action, name and changed fields. labels_of: the owners of names, those that are known.

    It is asked for more names each time, since a reader of the first items should not wait for those of all.
    """
    rest, size = iter(changes), _FIRST_NAMES
    while batch := list(islice(rest, size)):
        labels = labels_of({name for _, name, _ in batch})
        for action, name, fields in batch:
            yield Item(action, kind, name, labels.get(name, ""), fields)
        size *= 10


def _items(
    kind: str,
    wanted: Iterable[tuple[str, tuple[str, ...]]],
    present: Mapping[str, object],
    removed: Iterable[str],
    labels_of: Callable[[Collection[str]], Mapping[str, str]],
) -> Iterator[Item]:
    """wanted: each name with its changed fields."""
    changed = (
        ("change" if fields else "add", name, fields) for name, fields in wanted if fields or name not in present
    )
    return named(kind, chain(changed, (("remove", name, ()) for name in removed)), labels_of)


def _values(kind: str, wanted: Mapping[str, tuple[object, str]], present: Mapping[str, object]) -> Iterator[Item]:
    """wanted: name to value and owner. These are compared whole, so that a change names no field."""
    for name, (value, owner) in wanted.items():
        if name not in present:
            yield Item("add", kind, name, owner)
        elif present[name] != value:
            yield Item("change", kind, name, owner)
    for name in present:
        if name not in wanted:
            yield Item("remove", kind, name, "")


def _owner_of_extension(extension: Extension, hints: Collection[str]) -> str:
    """A phone's number has a hint, or one step alone; a service number has two, and a pattern is the way out."""
    if extension.pattern.startswith("_"):
        return "gateway"
    is_phone = extension.pattern in hints or len(extension.steps) == 1
    return f"{'DN' if is_phone else 'Routing Point'} {extension.pattern}"


def _owner_of_endpoint(endpoint: Endpoint) -> str:
    if endpoint.role == "phone":
        return f"DN {endpoint.name}"
    return "gateway" if endpoint.role == "gateway" else "SIP Server"
