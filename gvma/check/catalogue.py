"""Every chapter with its rules and checks, in the order in which they are run and documented. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import ModuleType

from gvma.check import configserver, database, media, muting, presence, routing, runs, settings, sync
from gvma.check.asterisk import ami, files, identify, nodes, subscribe
from gvma.check.finding import SEVERITIES, Check, Finding, Rule
from gvma.check.switch import mwi, placeholders, sipserver, tables, trunks
from gvma.check.voicemail import dialplan, mailboxes, no_answer, options, pins, probe
from gvma.evidence.model import Evidence
from gvma.evidence.parts import ALL, Part

_OBJECTS = frozenset({Part.CONFIGSERVER})
_ASTERISK = _OBJECTS | {Part.ASTERISK}


@dataclass(frozen=True, slots=True)
class Chapter:
    """A group of rules, as ``--only`` takes them. rooms: the modules that have its ``RULES`` and ``CHECKS``.

    needs: the parts of the evidence that they look at. sources: those rules that say that a part could not be had.
    """

    group: str
    title: str
    rooms: tuple[ModuleType, ...]
    needs: frozenset[Part]
    sources: tuple[Rule, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for room in self.rooms for rule in room.RULES)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for room in self.rooms for check in room.CHECKS)


CHAPTERS = (
    Chapter("settings", "Settings", (settings, muting), frozenset()),
    Chapter(
        "configserver", "Configuration Server", (configserver,), _OBJECTS,
        (configserver.QUERY_FAILED, configserver.CREDENTIALS, configserver.NOT_ASKED),
    ),
    Chapter(
        "voicemail", "Mailboxes and message waiting", (options, mailboxes, pins, no_answer, dialplan, probe), _ASTERISK
    ),
    Chapter("routing", "Business call routing", (routing, presence), _ASTERISK),
    Chapter("media", "Media server", (media,), _ASTERISK | {Part.MEDIA}),
    Chapter("switch", "SIP Server and the switch", (mwi, sipserver, trunks, tables, placeholders), _OBJECTS),
    Chapter(
        "asterisk", "Asterisk", (files, ami, identify, subscribe, nodes), _ASTERISK,
        (ami.UNREACHABLE, ami.CREDENTIALS, ami.IN_USE, ami.PERMISSION),
    ),
    Chapter("sync", "What a sync stands on", (sync, runs, database), ALL),
)  # fmt: skip
GROUPS = tuple(chapter.group for chapter in CHAPTERS)


def parts_of(groups: Collection[str] = GROUPS) -> frozenset[Part]:
    """The parts of the evidence that these groups look at."""
    return frozenset().union(*(chapter.needs for chapter in CHAPTERS if chapter.group in groups))


def findings(evidence: Evidence, groups: Collection[str] = GROUPS) -> list[Finding]:
    """What the checks of these groups find, each once: errors, then warnings, then notes.

    Beside these: what says that a part which a group looks at could not be had, since nothing would be found then.
    """
    found = dict.fromkeys(one._replace(group=chapter.group) for chapter, one in _found(evidence, groups))
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def _found(evidence: Evidence, groups: Collection[str]) -> Iterator[tuple[Chapter, Finding]]:
    needed = parts_of(groups)
    for chapter in CHAPTERS:
        sources = {rule.code for rule in chapter.sources}
        wanted = chapter.group in groups
        if wanted or (sources and chapter.needs <= needed):
            for check in chapter.checks:
                yield from ((chapter, one) for one in check(evidence) if wanted or one.code in sources)
    if "settings" in groups:
        severities = {rule.code: rule.severity for chapter in CHAPTERS for rule in chapter.rules}
        yield from ((CHAPTERS[0], one) for one in muting.refused(evidence, severities))


_TITLES = {"error": "Error", "warning": "Warning", "info": "Note"}


def as_markdown() -> str:
    """``docs/checks.md``."""
    parts = [
        "# What `gvma check` finds\n",
        "Made from the checks themselves (`make docs`); a test keeps it complete. Errors and warnings make the exit "
        "status 1; notes alone leave it 0. With `--nagios`: 0 all well, 1 warnings, 2 errors, 3 the check itself "
        "failed. `gvma check --only switch` looks at one group alone; `check_ignore` mutes notes by their code.\n",
    ]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.title}\nGroup `{chapter.group}`.\n")
        for rule in chapter.rules:
            parts.append(
                f"### {rule.code}\n{_TITLES[rule.severity]}: {rule.finds}.\n\n"
                f"*Why it matters.* {rule.why}\n\n*What to do.* {rule.remedy}\n"
            )
    return "\n".join(parts)
