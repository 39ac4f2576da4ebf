"""What ``dialplan show`` prints, as values. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_CONTEXT = re.compile(r"\[ Context '([^']+)'")
_PATTERN = re.compile(r"\s+'([^']+)' =>")
_INCLUDE = re.compile(r"\s+Include =>\s+'([^',|]+)[^']*'\s+\[([^\]]+)\]")


def patterns_shown(lines: Iterable[str]) -> dict[str, set[str]]:
    """Contexts with their patterns, extensions and hints alike."""
    found: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in lines:
        if pattern := _PATTERN.match(line):
            current.add(pattern[1])
        elif context := _CONTEXT.match(line):
            current = found.setdefault(context[1], set())
    return found


def includes_shown(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Context, included context and registrar of each include."""
    current = ""
    for line in lines:
        if context := _CONTEXT.match(line):
            current = context[1]
        elif include := _INCLUDE.match(line):
            yield current, include[1], include[2]
