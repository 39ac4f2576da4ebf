"""An object of a form that is known: its options stay one text until somebody asks, which takes a third of the room.

There may be a million of them, and those who read their options ask for few: what is not there costs no look at the
text.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from gvma.configserver.objects import ConfigObject


class UsualObject(ConfigObject):
    """Equal to the ConfigObject with the same fields."""

    __slots__ = ("_keys", "_values")

    def __init__(self, values: tuple[Any, ...], keys: tuple[str, ...], texts: str) -> None:
        """values: kind, DBID, number, type, state and owner's DBID. texts: those of the keys, joined by NUL."""
        self.kind, self.dbid, self.number, self.type, self.state, self.owner_dbid = values
        self.repeated = ()
        self.odd_type = ""
        self._keys = keys
        self._values = texts

    @property
    def options(self) -> Mapping[str, str]:  # type: ignore[override]
        return _Options(self._keys, self._values)

    @property
    def option_names(self) -> tuple[str, ...]:
        return self._keys

    def values_of(self, keys: tuple[str, ...]) -> Sequence[str]:
        return _picker(self._keys, keys)([*self._values.split("\0"), ""])

    def pairs(self) -> tuple[tuple[str, ...], Sequence[str]]:
        return self._keys, self._values.split("\0") if self._keys else ()

    def __eq__(self, other: object) -> bool:
        names = ConfigObject.__slots__
        return isinstance(other, ConfigObject) and all(getattr(self, one) == getattr(other, one) for one in names)

    __hash__ = None  # type: ignore[assignment]


class _Options(Mapping[str, str]):
    """keys: of a form. texts: their values, joined by NUL."""

    __slots__ = ("_keys", "_texts")

    def __init__(self, keys: tuple[str, ...], texts: str) -> None:
        self._keys = keys
        self._texts = texts

    def __getitem__(self, key: str) -> str:
        try:
            place = self._keys.index(key)
        except ValueError:
            raise KeyError(key) from None
        return self._texts.split("\0")[place]

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self._keys else default

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def keys(self) -> KeysView[str]:
        return dict.fromkeys(self._keys).keys()

    def items(self) -> ItemsView[str, str]:
        return dict(zip(self._keys, self._texts.split("\0"), strict=False)).items()


@lru_cache(maxsize=256)
def _picker(keys: tuple[str, ...], wanted: tuple[str, ...]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Takes the wanted values, two or more, out of all values of an object and an empty text behind them."""
    return itemgetter(*(keys.index(key) if key in keys else -1 for key in wanted))
