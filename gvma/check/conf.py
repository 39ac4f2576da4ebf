"""Asterisk's configuration files with everything that they ``#include``, for looking only.

Text comes through the ``read`` that the caller gives; nothing here opens a file, runs an ``#exec``, or is ever
used to write one. Line syntax: ``gvma.asterisk.lines``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gvma.asterisk import lines as syntax

# Files for one name as it stands in an ``#include`` (relative to Asterisk's folder, wildcards allowed), with
# their bytes; empty where there is none or it cannot be read.
Read = Callable[[str], list[tuple[str, bytes]]]

# As deep as Asterisk itself follows includes (MAX_INCLUDE_LEVEL, main/config.c).
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Line:
    """``key = value`` or ``key => value``. number: from 1. ours: between our markers."""

    file: str
    number: int
    section: str
    key: str
    value: str
    ours: bool

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its lines; one name may stand several times. inherited: the lines of its templates."""

    file: str
    number: int
    name: str
    ours: bool
    template: bool = False
    inherited: tuple[Line, ...] = ()
    lines: list[Line] = field(default_factory=list)

    def value(self, key: str) -> str:
        """The last value of a key, its own or inherited; empty where there is none."""
        lines = (*self.inherited, *self.lines)
        return next((line.value for line in reversed(lines) if line.key.lower() == key), "")

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"


@dataclass(frozen=True, slots=True)
class Directive:
    """An ``#include``, ``#tryinclude`` or ``#exec``. problem: empty, ``missing`` or ``cycle``."""

    file: str
    number: int
    word: str
    target: str
    problem: str = ""

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"


@dataclass(slots=True)
class Conf:
    """One file and all that it includes, in the order in which Asterisk reads."""

    name: str
    exists: bool = True
    sections: list[Section] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [line for section in self.sections for line in section.lines]

    def of(self, section: str) -> list[Line]:
        """The lines of every section of this name."""
        return [line for found in self.sections if found.name == section for line in found.lines]

    def value(self, section: str, key: str) -> str:
        """The last value of a key in a section; empty where there is none."""
        return next((line.value for line in reversed(self.of(section)) if line.key.lower() == key), "")


def read_conf(name: str, read: Read, markers: tuple[str, str]) -> Conf:
    """``name`` and what it includes. markers: begin and end of the managed block."""
    reading = _Reading(Conf(name), read, markers)
    found = read(name)
    reading.conf.exists = bool(found)
    for file, text in found[:1]:
        reading.add(file, text, above=())
    return reading.conf


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file and its includes on their way into ``conf``."""

    conf: Conf
    read: Read
    markers: tuple[str, str]

    def add(self, file: str, text: bytes, above: tuple[str, ...]) -> None:
        ours = _lines_between(text, self.markers)
        sections = self.conf.sections
        for fact in syntax.read(text.removeprefix(syntax.BOM)):
            if isinstance(fact, syntax.Section):
                name = syntax.unescaped(fact.name)
                inherited = tuple(line for base in fact.bases for line in self.lines_of(syntax.unescaped(base)))
                sections.append(Section(file, fact.number, name, fact.number in ours, fact.template, inherited))
            elif isinstance(fact, syntax.Directive):
                self.follow(fact, (*above, file))
            elif sections:  # Asterisk ignores what stands before the first section
                key, value = syntax.unescaped(fact.key), syntax.unescaped(fact.value)
                name = sections[-1].name
                sections[-1].lines.append(Line(file, fact.number, name, key, value, fact.number in ours))

    def lines_of(self, base: str) -> tuple[Line, ...]:
        """What a section has that another one is based on: the nearest of that name above."""
        found = next((section for section in reversed(self.conf.sections) if section.name == base), None)
        return (*found.inherited, *found.lines) if found else ()

    def follow(self, directive: syntax.Directive, above: tuple[str, ...]) -> None:
        target = syntax.unescaped(directive.argument)
        found = [] if directive.kind == "exec" else self.read(target)
        cycle = len(above) >= _DEEPEST or any(file in above for file, _ in found)
        missing = directive.kind == "include" and not found and not set("*?[") & set(target)
        problem = "cycle" if cycle else "missing" if missing else ""
        self.conf.directives.append(Directive(above[-1], directive.number, directive.kind, target, problem))
        for file, text in [] if cycle else found:
            self.add(file, text, above)


def _lines_between(text: bytes, markers: tuple[str, str]) -> range:
    """The numbers of the lines between the markers; to the end of the file where the end marker is lost."""
    begin, end = (marker.encode() for marker in markers)
    stripped = [line.strip() for line in text.split(b"\n")]
    if begin not in stripped:
        return range(0)
    first = stripped.index(begin) + 1
    last = stripped.index(end, first) + 1 if end in stripped[first:] else len(stripped) + 1
    return range(first, last)
