"""One of Asterisk's configuration files with everything that it includes, as ``reader.py`` reads it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple


class EndlessInclude(Exception):
    """What ``reader.Read`` raises where an ``#include`` names more files than anyone looks for."""


class Setting(NamedTuple):
    """``key = value`` or ``key => value``. number: from 1. ours: between the markers of the managed block."""

    file: str
    number: int
    section: str
    key: str
    value: str
    ours: bool

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"

    @property
    def mailbox(self) -> str:
        """``box@context``, where this is a line of voicemail.conf."""
        return f"{self.key}@{self.section}"

    def __repr__(self) -> str:
        """Without the value, which may have a PIN or a secret."""
        return f"Setting({self.where}: [{self.section}] {self.key})"


@dataclass(slots=True)
class Section:
    """A section with its settings; several may have one name, and ``[name](+)`` goes on in the first of them.

    ``[name](+type=aor)`` goes on in the first whose settings meet this filter.

    inherited: the settings of its templates. append: ``(+)`` although no section of its name stands above it.
    """

    file: str
    number: int
    name: str
    ours: bool
    template: bool = False
    append: bool = False
    inherited: tuple[Setting, ...] = field(default=(), repr=False)
    settings: list[Setting] = field(default_factory=list, repr=False)

    @property
    def all(self) -> Iterator[Setting]:
        """Its settings, the inherited ones first."""
        yield from self.inherited
        yield from self.settings

    def values(self, key: str) -> list[str]:
        """Every value of a key, the inherited ones first."""
        return [one.value for one in self.all if one.key.lower() == key]

    def value(self, key: str) -> str:
        """The last value of a key, which counts for endpoints and peers; empty where there is none."""
        for some in (self.settings, self.inherited):
            for one in reversed(some):
                if one.key == key or one.key.lower() == key:
                    return one.value
        return ""

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"


class Directive(NamedTuple):
    """An ``#include``, ``#tryinclude`` or ``#exec``. problem: empty, ``missing``, ``cycle`` or ``limit``.

    A section is one of kind ``section`` where the lines that it inherits are beyond the limit.
    """

    file: str
    number: int
    kind: str
    target: str
    problem: str = ""

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"


@dataclass
class Conf:
    """One file and all that it includes, in the order in which Asterisk reads.

    refusals: (file and line, reason) of lines for which Asterisk throws the whole away.
    """

    name: str
    exists: bool = True
    sections: list[Section] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)

    @property
    def executes(self) -> bool:
        """True where an ``#exec`` may say more than is known here."""
        return any(directive.kind == "exec" for directive in self.directives)

    @property
    def cut(self) -> Directive | None:
        """Where reading stopped, because there was too much of it."""
        return next((one for one in self.directives if one.problem == "limit"), None)

    @property
    def included(self) -> list[str]:
        """The names that its ``#include`` and ``#tryinclude`` lines give, as they are written."""
        return [directive.target for directive in self.directives if directive.kind != "exec"]

    @cached_property
    def objects(self) -> list[Section]:
        """The sections that are no templates: endpoints, peers, contexts."""
        return [section for section in self.sections if not section.template]

    @cached_property
    def settings(self) -> list[Setting]:
        """What every section has for Asterisk, the settings of templates in those that are based on them."""
        found: list[Setting] = []
        for section in self.objects:
            found += section.inherited
            found += section.settings
        return found

    @cached_property
    def by_type(self) -> dict[str, list[Section]]:
        """The objects by their ``type``, in lower case; those without one by an empty text."""
        found: dict[str, list[Section]] = {}
        for section in self.objects:
            found.setdefault(section.value("type").lower(), []).append(section)
        return found

    @cached_property
    def _by_key(self) -> dict[str, list[Setting]]:
        found: dict[str, list[Setting]] = {}
        as_written: dict[str, list[Setting]] = {}
        for one in self.settings:
            same = as_written.get(one.key)
            if same is None:
                same = as_written[one.key] = found.setdefault(one.key.lower(), [])
            same.append(one)
        return found

    def with_key(self, *keys: str) -> list[Setting]:
        """The settings of these keys, lower case, of every section."""
        return [one for key in keys for one in self._by_key.get(key, ())]

    def values(self, section: str, key: str) -> list[str]:
        """Every value of a key, lower case, in the sections of this name."""
        return [one.value for one in self.with_key(key) if one.section == section]
