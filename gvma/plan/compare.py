"""What lies between two states of a sink, item by item: for a restore, which has no plan of wanted values. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from gvma.plan.counts import Counts
from gvma.plan.items import Item, named
from gvma.plan.owners import OwnerNames
from gvma.plan.present import Present

_FIELDS = (("name", "name"), ("pin", "pin"), ("email", "email"), ("pager_email", "pager"), ("options", "options"))


def items_between(before: Present, after: Present, owners: OwnerNames) -> list[Item]:
    """Every item, kind by kind; in each kind what is changed or added in the order of ``after``, then what goes."""
    return [
        *_items("mailbox", before.mailboxes, after.mailboxes, owners.of_mailboxes, _changed_of_mailbox),
        *_items("subscription", before.subscriptions, after.subscriptions, owners.of_subscriptions, _changed_of_other),
        *_items("hint", before.hints, after.hints, lambda names: {name: f"DN {name}" for name in names}),
        *_items("extension", before.extensions, after.extensions),
        *_items("endpoint", before.endpoints, after.endpoints),
    ]


def counts_of(items: list[Item]) -> Counts:
    """Mailboxes and subscriptions together."""
    actions = [item.action for item in items if item.kind in {"mailbox", "subscription"}]
    return Counts(actions.count("add"), actions.count("change"), actions.count("remove"))


def _items(
    kind: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    labels_of: Callable[[Collection[str]], Mapping[str, str]] = lambda _: {},
    fields: Callable[[object, object], tuple[str, ...]] = lambda _before, _after: (),
) -> Iterator[Item]:
    return named(kind, _changes(before, after, fields), labels_of)


def _changes(
    before: Mapping[str, object],
    after: Mapping[str, object],
    fields: Callable[[object, object], tuple[str, ...]],
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name, value in after.items():
        if name not in before:
            yield "add", name, ()
        elif before[name] != value:
            yield "change", name, fields(before[name], value)
    for name in before:
        if name not in after:
            yield "remove", name, ()


def _changed_of_mailbox(before: object, after: object) -> tuple[str, ...]:
    return tuple(field for field, attribute in _FIELDS if getattr(before, attribute) != getattr(after, attribute))


def _changed_of_other(before: object, after: object) -> tuple[str, ...]:
    names = ("mailbox", "settings")
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
