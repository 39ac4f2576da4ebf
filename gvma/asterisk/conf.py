"""Asterisk's configuration files with everything that they ``#include``, for looking only. Pure.

Text comes through the ``read`` that the caller gives; nothing here opens a file, runs an ``#exec``, or is ever
used to write one. Line syntax: ``gvma.asterisk.lines``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

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
    """A section with its lines; one name may stand several times, and ``[name](+)`` goes on in the first.

    inherited: the lines of its templates.
    """

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
        return any(directive.word == "exec" for directive in self.directives)

    @property
    def included(self) -> list[str]:
        """The names that its ``#include`` and ``#tryinclude`` lines give, as they are written."""
        return [directive.target for directive in self.directives if directive.word != "exec"]

    @property
    def lines(self) -> list[Line]:
        """What every section has for Asterisk, templates' lines in those that are based on them."""
        sections = (section for section in self.sections if not section.template)
        return [line for section in sections for line in (*section.inherited, *section.lines)]

    def of(self, section: str) -> list[Line]:
        """The lines of every section of this name."""
        return [line for line in self.lines if line.section == section]

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
    """One file and its includes on their way into ``conf``.

    first, last: sections by name, which Asterisk compares without case here; first without templates.
    """

    conf: Conf
    read: Read
    markers: tuple[str, str]
    first: dict[str, Section] = field(default_factory=dict)
    last: dict[str, Section] = field(default_factory=dict)

    def add(self, file: str, text: bytes, above: tuple[str, ...]) -> None:
        """The facts of one file. It begins in the section that was opened last, and goes on in its own after an
        include, whatever sections that one opened."""
        ours = _lines_between(text, self.markers)
        for number, reason in syntax.refused(text.removeprefix(syntax.BOM), in_section=bool(self.conf.sections)):
            self.conf.refusals.append((f"{file}, line {number}", reason))
        current = self.conf.sections[-1] if self.conf.sections else None
        for fact in syntax.read(text.removeprefix(syntax.BOM)):
            if isinstance(fact, syntax.Section):
                current = self.section(file, fact, ours=fact.number in ours)
            elif isinstance(fact, syntax.Directive):
                self.follow(fact, (*above, file))
            elif current is not None:
                key, value = syntax.unescaped(fact.key), syntax.unescaped(fact.value)
                current.lines.append(Line(file, fact.number, current.name, key, value, fact.number in ours))

    def section(self, file: str, fact: syntax.Section, *, ours: bool) -> Section:
        """A new section, or the first of its name where the line says ``(+)``."""
        name = syntax.unescaped(fact.name)
        if fact.append and name.lower() in self.first:
            return self.first[name.lower()]
        bases = [syntax.unescaped(base) for base in fact.bases]
        missing = [base for base in bases if base.lower() not in self.last]
        if (missing or fact.append) and not self.conf.executes:
            reason = f"[{name}] goes on with, or is based on, [{(missing or [name])[0]}], which does not stand above it"
            self.conf.refusals.append((f"{file}, line {fact.number}", reason))
        inherited = tuple(replace(line, section=name, ours=ours) for base in bases for line in self.lines_of(base))
        made = Section(file, fact.number, name, ours, fact.template, inherited)
        self.conf.sections.append(made)
        self.last[name.lower()] = made
        if not made.template:
            self.first.setdefault(name.lower(), made)
        return made

    def lines_of(self, base: str) -> tuple[Line, ...]:
        """What a section has that another one is based on: the nearest of that name above."""
        found = self.last.get(base.lower())
        return (*found.inherited, *found.lines) if found else ()

    def follow(self, directive: syntax.Directive, above: tuple[str, ...]) -> None:
        target = syntax.unescaped(directive.argument)
        found = [] if directive.kind == "exec" else self.read(target)
        cycle = len(above) >= _DEEPEST or any(file in above for file, _ in found)
        missing = directive.kind == "include" and not found  # with wildcards too: Asterisk wants one file at least
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
