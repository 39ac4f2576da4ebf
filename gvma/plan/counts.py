"""How many mailboxes and subscriptions a run adds, changes and removes. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Counts(NamedTuple):
    """Mailboxes and subscriptions together; a new DN counts two."""

    add: int = 0
    change: int = 0
    remove: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(self.add + other.add, self.change + other.change, self.remove + other.remove)

    def __bool__(self) -> bool:
        return bool(self.add or self.change or self.remove)

    def as_json(self) -> dict[str, int]:
        return {"add": self.add, "change": self.change, "remove": self.remove}

    def __str__(self) -> str:
        return f"{self.add} to add, {self.change} to change, {self.remove} to remove"
