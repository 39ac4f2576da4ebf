"""Every chapter with its rules and checks, in the order in which they are run and documented. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from gvma.check import configserver, media, routing, runs, settings, sync
from gvma.check.asterisk import ami, files, identify, subscribe
from gvma.check.finding import SEVERITIES, Check, Finding, Rule
from gvma.check.switch import mwi, sipserver, tables, trunks
from gvma.check.voicemail import dialplan, mailboxes, no_answer, options, probe
from gvma.evidence.model import Evidence


@dataclass(frozen=True, slots=True)
class Chapter:
    """A group of rules. rooms: the modules that have its ``RULES`` and ``CHECKS``."""

    group: str
    title: str
    rooms: tuple[ModuleType, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for room in self.rooms for rule in room.RULES)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for room in self.rooms for check in room.CHECKS)


CHAPTERS = (
    Chapter("settings", "Settings", (settings,)),
    Chapter("configserver", "Configuration Server", (configserver,)),
    Chapter("voicemail", "Mailboxes and message waiting", (options, mailboxes, no_answer, dialplan, probe)),
    Chapter("routing", "Business call routing", (routing,)),
    Chapter("media", "Media server", (media,)),
    Chapter("switch", "SIP Server and the switch", (mwi, sipserver, trunks, tables)),
    Chapter("asterisk", "Asterisk", (files, ami, identify, subscribe)),
    Chapter("sync", "What a sync stands on", (sync, runs)),
)


def findings(evidence: Evidence) -> list[Finding]:
    """Everything that every check finds, in the order of the catalogue, each once."""
    found = (finding for chapter in CHAPTERS for check in chapter.checks for finding in check(evidence))
    return list(dict.fromkeys(found))


def worst(found: Iterable[Finding]) -> str:
    """The gravest severity among them; empty where there is none."""
    severities = {finding.severity for finding in found}
    return next((severity for severity in SEVERITIES if severity in severities), "")


def as_markdown() -> str:
    """``docs/checks.md``."""
    parts = [
        "# What `gvma check` finds\n",
        "Made from the checks themselves (`make docs`); a test keeps it complete. Errors and warnings make the exit "
        "status 1; information alone leaves it 0. With `--nagios`: 0 all well, 1 warnings, 2 errors, 3 the check "
        "itself failed.\n",
    ]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.title}\n")
        for rule in chapter.rules:
            parts.append(
                f"### {rule.code}\n{rule.severity.capitalize()}: {rule.finds}.\n\n"
                f"*Why it matters.* {rule.why}\n\n*What to do.* {rule.remedy}\n"
            )
    return "\n".join(parts)
