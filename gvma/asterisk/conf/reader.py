"""A configuration file of Asterisk's and all that it includes into sections, as Asterisk reads them. Pure.

Texts come through the ``read`` that the caller gives; nothing here opens a file, runs an ``#exec``, or is ever
used to write one. Templates, ``(+)`` and includes follow main/config.c. Line syntax: ``lines.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from gvma.asterisk.conf import lines as syntax
from gvma.asterisk.conf.model import Conf, Directive, EndlessInclude, Lines, Section

Read = Callable[[str], Iterable[tuple[str, bytes]]]
"""The files for one name of an ``#include`` (relative to Asterisk's folder, wildcards allowed), as name and text;
empty where there is none."""

# As deep as Asterisk follows includes (MAX_INCLUDE_LEVEL, main/config.c).
_DEEPEST = 10
# Asterisk has no such limits: files that include each other several times are 60 million at that depth, and templates
# that are based on each other twice have more lines than any memory.
_MOST_FILES = 10_000
_MOST_BYTES = 256 * 2**20
_MOST_LINES = 3_000_000


def read_conf(
    name: str, read: Read, markers: tuple[str, str] | None = None, earlier: Iterable[tuple[str, str]] = ()
) -> Conf:
    """``name`` and what it includes. markers: begin and end of the managed block, where there may be one. earlier:
    those that it may have as well, since the settings named them before."""
    reading = _Reading(Conf(name), read, (markers, *earlier) if markers else ())
    first = next(iter(read(name)), None)
    reading.conf.exists = first is not None
    if first is not None:
        reading.add(*first, above=())
    return reading.conf


class _Reading:
    """One file and its includes on their way into ``conf``.

    opened: the section that any of the files opened last. named, first: sections by name, which Asterisk compares
    without case here; named without templates, first the one above all others of its name. indexed: so many sections
    are in them. files, size, lines: of all that was included, inherited lines too. is_cut: it is beyond a limit.
    """

    def __init__(self, conf: Conf, read: Read, markers: tuple[tuple[str, str], ...]) -> None:
        self.conf = conf
        self.read = read
        self.markers = markers
        self.opened: Section | None = None
        self.named: dict[str, list[Section]] = {}
        self.first: dict[str, Section] = {}
        self.indexed = self.files = self.size = self.lines = 0
        self.is_cut = False

    def add(self, file: str, text: bytes, above: tuple[str, ...]) -> None:
        """The content of one file. It begins in the section that was opened last, and goes on in its own after an
        include, whatever sections that one opened."""
        if self.is_cut:
            return
        self.lines += text.count(b"\n")
        ours = _lines_of_block(text, self.markers)
        for number, reason in syntax.refused(text.removeprefix(syntax.BOM), in_section=bool(self.conf.sections)):
            self.conf.refusals.append((f"{file}, line {number}", reason))
        plain = syntax.plain(text)
        self.conf.texts.append(plain.lower())
        current, number = self.opened, 0
        for part in syntax.parts(plain):
            number += 1
            first, goes_on, below = part.partition("\n")
            rest = syntax.rest_of(first)
            if rest[:1] == "[":
                if opened := syntax.section_line(rest):
                    current = self.opened = self.section(Section(file, number, opened.name, number in ours), opened)
            elif rest[:1] == "#":
                self.follow(rest, number, (*above, file))
            else:  # a file may begin with other lines
                goes_on, below, number = "\n", part, 0
            if self.is_cut:
                return
            if goes_on:
                lines = Lines(file, number + 1, number + 1 in ours, below)
                number += below.count("\n") + 1
                if current is not None:
                    has_edge = lines.first < ours.start <= number or lines.first < ours.stop <= number
                    current.lines += _parted(lines, ours) if has_edge else [lines]

    def section(self, new: Section, line: syntax.SectionLine) -> Section:
        """The new section, or the first of its name that a line with ``(+)`` may mean."""
        if line.append or line.bases:
            self.index()
            for earlier in self.named.get(new.name.lower(), ()) if line.append else ():
                if syntax.meets(line.filter, (one[3:5] for one in earlier.settings)):
                    return earlier
            self.inherit(new, line)
        new.template, new.append = line.template, line.append
        self.conf.sections.append(new)
        return new

    def index(self) -> None:
        """Brings ``named`` and ``first`` up to the sections that were opened since: most files ask for neither."""
        for section in self.conf.sections[self.indexed :]:
            folded = section.name.lower()
            self.first.setdefault(folded, section)
            if not section.template:
                self.named.setdefault(folded, []).append(section)
        self.indexed = len(self.conf.sections)

    def inherit(self, new: Section, line: syntax.SectionLine) -> None:
        """Gives a section what its bases have, and refuses a line whose bases do not stand above it."""
        missing = [base for base in line.bases if base.lower() not in self.first]
        if (missing or line.append) and not self.conf.executes:
            base = (missing or [new.name])[0]
            reason = f"[{new.name}] goes on with, or is based on, [{base}], which does not stand above it"
            self.conf.refusals.append((new.where, reason))
        bases = [self.first[base.lower()] for base in line.bases if base not in missing]
        for lines in (lines for base in bases for lines in base.lines):
            self.lines += lines.text.count("\n") + 1
            if self.lines > _MOST_LINES:
                self.cut(Directive(new.file, new.number, "section", f"[{new.name}]", "limit"))
                return
            new.lines.append(lines if lines.ours == new.ours else lines._replace(ours=new.ours))

    def follow(self, rest: str, number: int, above: tuple[str, ...]) -> None:
        """What a directive includes. above: the files that the line is included through, its own last."""
        directive = syntax.directive_line(rest)
        if directive is None:
            return
        kind, target = directive
        try:
            found = [] if kind == "exec" else list(self.within_limits(self.read(target)))
        except EndlessInclude:
            self.cut(Directive(above[-1], number, kind, target, "limit"))
            return
        cycle = len(above) >= _DEEPEST or any(file in above for file, _ in found)
        missing = kind == "include" and not found  # with wildcards too: Asterisk wants one file at least
        problem = "cycle" if cycle else "missing" if missing else ""
        self.conf.directives.append(Directive(above[-1], number, kind, target, problem))
        for file, text in [] if cycle else found:
            self.add(file, text, above)

    def within_limits(self, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        """The files one by one, none of which is read beyond a limit. To look for a file that is missing counts too."""
        self.files += 1
        for number, (file, text) in enumerate(files):
            self.files += min(number, 1)
            self.size += len(text)
            if self.files > _MOST_FILES or self.size > _MOST_BYTES or self.lines + text.count(b"\n") > _MOST_LINES:
                raise EndlessInclude
            yield file, text

    def cut(self, directive: Directive) -> None:
        """Nothing more is read."""
        self.conf.directives.append(directive)
        self.is_cut = True


def _parted(lines: Lines, ours: range) -> list[Lines]:
    """The lines above our block, in it, and below it."""
    each = lines.text.split("\n")
    end = lines.first + len(each)
    places = (lines.first, *(edge for edge in (ours.start, ours.stop) if lines.first < edge < end), end)
    return [
        Lines(lines.file, first, first in ours, "\n".join(each[first - lines.first : stop - lines.first]))
        for first, stop in pairwise(places)
    ]


def _lines_of_block(text: bytes, pairs: Iterable[tuple[str, str]]) -> range:
    """The numbers of the lines between the first pair of markers that is whole; to the end of the file where there is
    none, and an end marker is lost."""
    without_end = range(0)
    for begin, end in ((begin.encode(), end.encode()) for begin, end in pairs):
        first = _place_of(begin, text)
        if first is None:
            continue
        number = text.count(b"\n", 0, first) + 1
        last = _place_of(end, text, first + len(begin))
        if last is not None:
            return range(number, number + text.count(b"\n", first, last))
        without_end = without_end or range(number, text.count(b"\n") + 2)
    return without_end


def _place_of(marker: bytes, text: bytes, start: int = 0) -> int | None:
    """The offset of the first marker, from ``start`` on, that has its line to itself, blanks aside."""
    at = text.find(marker, start)
    while at >= 0:
        end = text.find(b"\n", at) + 1 or len(text)
        if text[text.rfind(b"\n", 0, at) + 1 : end].strip() == marker:
            return at
        at = text.find(marker, end)
    return None
