"""Objects of the Configuration Layer, as the rules use them; nothing here reads XML or a socket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol


class DnType(IntEnum):
    """The DN types that gvma asks for (``CfgDN/@type``)."""

    EXTENSION = 1
    ROUTING_POINT = 4
    TRUNK = 14
    VOIP_SERVICE = 29


ENABLED, DISABLED, DELETED = 1, 2, 3


@dataclass(slots=True)
class ConfigObject:
    """One DN, agent login, agent group, application or other object. Nobody changes one.

    It is not frozen, because 100,000 of them are made in a run, and a frozen one takes five times as long.

    kind: the element's local name, ``CfgDN`` and so on.
    number: DN number, login code, or name; empty if the object has none.
    type: ``@type`` as a number, None if it is missing or not a number (``odd_type`` then has its text).
    options: section ``TServer`` of annex (and, for an Application, of its Options tab), keys in lower case,
    values unchanged; not in the repr, because ``gvm_password`` is one of them. repeated: keys that occur more than
    once (the first value counts).
    owner_dbid: the switch (DN, login) or tenant (group).
    """

    kind: str
    dbid: int
    number: str
    type: int | None = None
    state: int = ENABLED
    owner_dbid: int = 0
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    repeated: tuple[str, ...] = ()
    odd_type: str = ""

    @property
    def option_names(self) -> tuple[str, ...]:
        return tuple(self.options)

    def values_of(self, keys: tuple[str, ...]) -> Sequence[str]:
        """The values of these options, two or more, each empty where it is not set."""
        get = self.options.get
        return [get(key, "") for key in keys]

    def pairs(self) -> tuple[tuple[str, ...], Sequence[str]]:
        """The keys of its options, and their values in the same order."""
        return tuple(self.options), tuple(self.options.values())


def having(objects: Collection[ConfigObject], *names: str) -> list[ConfigObject]:
    """Those that have one of these options, in their order. Of 20,000 DNs most have options of the same names."""
    wanted = frozenset(names)
    found = {each for each in {one.option_names for one in objects} if not wanted.isdisjoint(each)}
    return [one for one in objects if one.option_names in found] if found else []


def names_of_options(objects: Iterable[ConfigObject]) -> frozenset[str]:
    """The names of all their options."""
    return frozenset().union(*{one.option_names for one in objects})


class Store(Protocol):
    """Keeps the bytes of one answer until they are read."""

    def fill(self, chunks: Iterable[bytes]) -> None: ...
    def chunks(self) -> Iterator[bytes]: ...


class ObjectSource(Protocol):
    """Configuration Server, or an export file instead of it."""

    def query(self, xpath: str) -> list[ConfigObject]:
        """The objects that ``xpath`` selects; an empty list if none matches.

        Raises ConfigServerError or CredentialsError.
        """
        ...
