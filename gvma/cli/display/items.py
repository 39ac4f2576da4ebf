"""The items of a plan as lines: every one of a small plan, the first of each action of a large one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gvma.plan.items import Item
from gvma.printable import printable

_ALL = 50
_FIRST = 10
_SIGNS = {"add": "+", "change": "~", "remove": "-"}


def item_lines(items: Iterable[Item], *, everything: bool, most: int = _ALL) -> Iterator[str]:
    """``~ mailbox 1000@GVMA_DN (DN 1000): name, pin``. everything: however many there are; else up to ``most``."""
    shown = list(items)
    if everything or len(shown) <= most:
        yield from map(item_line, shown)
        return
    for action, sign in _SIGNS.items():
        of_action = [item for item in shown if item.action == action]
        yield from map(item_line, of_action[:_FIRST])
        if len(of_action) > _FIRST:
            yield f"{sign} ... and {len(of_action) - _FIRST} more to {action} (-v shows all)"


def item_line(item: Item) -> str:
    owner = f" ({item.owner})" if item.owner else ""
    fields = f": {', '.join(item.fields)}" if item.fields else ""
    return printable(f"{_SIGNS[item.action]} {item.kind} {item.name}{owner}{fields}")
