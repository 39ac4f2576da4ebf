"""One of Asterisk's configuration files with everything that it includes, as ``reader.py`` reads it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from gvma.asterisk.conf.lines import rest_of, setting_line
from gvma.printable import shown_without


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


class Lines(NamedTuple):
    """Lines of one file that stand one below the other in a section: text until somebody asks for their settings.

    first: the number of the first. ours: all stand between the markers of the managed block; else none does. text: as
    ``lines.plain`` gives it.
    """

    file: str
    first: int
    ours: bool
    text: str

    def __repr__(self) -> str:
        return shown_without(self, "text")

    def settings(self, section: str, word: str = "") -> Iterator[Setting]:
        """section: the name of theirs. word: lower case; the lines without it are left out."""
        if word not in self.text.lower():
            return
        for number, line in enumerate(self.text.split("\n"), self.first):
            if word in line.lower() and (assignment := setting_line(rest_of(line))):
                yield Setting(self.file, number, section, *assignment, self.ours)

    def value(self, key: str) -> str | None:
        """The last value of a key, lower case."""
        for line in reversed(self.text.split("\n")) if key in self.text.lower() else ():
            if key in line.lower() and (assignment := setting_line(rest_of(line))) and assignment[0].lower() == key:
                return assignment[1]
        return None


class Section:
    """A section with its settings; several may have one name, and ``[name](+)`` goes on in the first of them.

    ``[name](+type=aor)`` goes on in the first whose settings meet this filter.

    append: ``(+)`` although no section of its name stands above it. lines: those of its templates, then its own; a
    managed block may have 300,000 of them, of which nobody asks for most.
    """

    __slots__ = ("append", "file", "lines", "name", "number", "ours", "template")

    def __init__(self, file: str, number: int, name: str, ours: bool) -> None:
        self.file = file
        self.number = number
        self.name = name
        self.ours = ours
        self.template = False
        self.append = False
        self.lines: list[Lines] = []

    @property
    def settings(self) -> Iterator[Setting]:
        """Its settings, the inherited ones first."""
        return (one for lines in self.lines for one in lines.settings(self.name))

    @property
    def sites_own(self) -> list[Setting]:
        """Its settings outside the markers, the inherited ones first."""
        return [one for lines in self.lines if not lines.ours for one in lines.settings(self.name)]

    def mentions(self, word: str) -> bool:
        """False where no key and no value of its settings has a word, lower case; true where one may have it."""
        for lines in self.lines:  # noqa: SIM110  (any() takes twice as long, for 60,000 sections each time)
            if word in lines.text.lower():
                return True
        return False

    def with_key(self, key: str) -> list[Setting]:
        """Its settings of a key, lower case, the inherited ones first."""
        return [one for lines in self.lines for one in lines.settings(self.name, key) if one.key.lower() == key]

    def values(self, key: str) -> list[str]:
        """Every value of a key, lower case, the inherited ones first."""
        return [one.value for one in self.with_key(key)]

    def value(self, key: str) -> str:
        """The last value of a key, lower case, which counts for endpoints and peers; empty where there is none."""
        for lines in reversed(self.lines):
            if (value := lines.value(key)) is not None:
                return value
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


class Conf:
    """One file and all that it includes, in the order in which Asterisk reads.

    refusals: (file and line, reason) of lines for which Asterisk throws the whole away. texts: of its files, in lower
    case: what none of them has is not searched for.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.exists = True
        self.sections: list[Section] = []
        self.directives: list[Directive] = []
        self.refusals: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._by_key: dict[str, list[Setting]] = {}

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
        return [one for section in self.objects for one in section.settings]

    @cached_property
    def sites_own(self) -> list[Setting]:
        """As ``settings``, without what stands in our block."""
        return [one for section in self.objects for one in section.sites_own]

    def of_type(self, type_: str, having: str = "") -> list[Section]:
        """The objects of a ``type``, or without any. having: a key that they have. Both in lower case."""
        return [
            section
            for section in self._mentioning(type_, having)
            if section.value("type").lower() == type_ and (not having or section.values(having))
        ]

    def with_key(self, *keys: str) -> list[Setting]:
        """The settings of these keys, lower case, of every section."""
        return [one for key in keys for one in self._of_key(key)]

    def _of_key(self, key: str) -> list[Setting]:
        if key not in self._by_key:
            self._by_key[key] = [one for section in self._mentioning(key) for one in section.with_key(key)]
        return self._by_key[key]

    def _mentioning(self, *words: str) -> Iterable[Section]:
        """The objects that may have all of these words, lower case."""
        found: Iterable[Section] = self.objects
        for word in filter(None, words):
            is_there = any(word in text for text in self.texts)
            found = [section for section in found if section.mentions(word)] if is_there else ()
        return found

    def values(self, section: str, key: str) -> list[str]:
        """Every value of a key, lower case, in the sections of this name."""
        return [one.value for one in self.with_key(key) if one.section == section]
