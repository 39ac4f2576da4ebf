"""The items of a plan as lines: every one of a small plan, the first of each action of a large one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gvma.plan.items import SIGNS, Item
from gvma.printable import printable

_ALL = 50
_FIRST = 10


def item_lines(items: Iterable[Item], *, everything: bool, most: int = _ALL) -> Iterator[str]:
    """The lines of ``items``. everything: of all of them, however many there are; else of up to ``most``."""
    shown = list(items)
    if everything or len(shown) <= most:
        yield from map(item_line, shown)
        return
    for action, sign in SIGNS.items():
        of_action = [item for item in shown if item.action == action]
        yield from map(item_line, of_action[:_FIRST])
        if len(of_action) > _FIRST:
            yield f"{sign} ... and {len(of_action) - _FIRST} more to {action} (-v shows all)"


def item_line(item: Item) -> str:
    return printable(str(item))
