"""The steps of a chapter's procedures, in the order in which a person does them. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Target = Literal["", "service", "trunk", "extension", "presence trunk", "mailbox trunks", "media", "mwi", "application"]
"""What ``gvma check`` can verify of a step: a kind of objects in Configuration Server; empty: nothing."""
Status = Literal["ok", "wrong", "missing", ""]
"""Of a target: as the tables say, not as they say, no such object, not verified."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. where: the tool or device. to_do: with ``{key}`` where a value of the site stands.

    lines: the manual's, first and last.
    """

    title: str
    where: str
    to_do: str
    lines: tuple[int, int]
    verifies: Target = ""

    def instruction(self, values: Mapping[str, str]) -> str:
        """What to do, with the values filled in; of a long list the first ones."""
        return self.to_do.format_map({key: _short(value) for key, value in values.items()})


def _short(value: str) -> str:
    if len(value) <= _LONGEST:
        return value
    return f"{value[:_LONGEST].rpartition(',')[0] or value[:_LONGEST]} ..."


@dataclass(frozen=True, slots=True)
class StepResult:
    """What ``gvma check`` says of a step's objects. message: of the first finding, or of what is missing."""

    status: Status
    message: str = ""
    findings: int = 0


NOT_VERIFIED = StepResult("")
_SIGNS: Mapping[Status, str] = {"ok": "[ok]", "wrong": "[!!]", "missing": "[--]", "": "[  ]"}
_INDENT = " " * 9
_LONGEST = 60


def checklist_lines(
    steps: Sequence[Step], values: Mapping[str, str], results: Mapping[Target, StepResult], width: int = 80
) -> Iterator[str]:
    """A block of lines for each step: result, number, title and place, then what to do, then what is wrong."""
    for number, step in enumerate(steps, start=1):
        result = results.get(step.verifies, NOT_VERIFIED)
        yield f"{_SIGNS[result.status]} {number:>2}  {step.title}"
        source = f"({step.where}; manual {step.lines[0]}-{step.lines[1]})"
        yield from textwrap.wrap(
            f"{step.instruction(values)} {source}",
            width,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        if result.message:
            more = f" (and {result.findings - 1} more)" if result.findings > 1 else ""
            yield f"{_INDENT}> {result.message}{more}"
        yield ""
