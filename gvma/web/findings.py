"""What the first page says needs a person: the troubles of a status and the findings of a check, as one list. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from gvma.check.finding import Finding


@dataclass(frozen=True, slots=True)
class Found:
    """problems: errors, then warnings. notes: what needs nobody."""

    problems: tuple[Finding, ...]
    notes: tuple[Finding, ...]


def found_of(troubles: Iterable[Finding], checked: Iterable[Finding]) -> Found:
    """Each fault once, a status' before a check's: the status is the newer one, and names a file with its folders."""
    said = list(dict.fromkeys(one._replace(group="") for one in troubles))
    known = {_without_folders(one) for one in said}
    further = dict.fromkeys(one._replace(group="") for one in checked)
    unique = [*said, *(one for one in further if _without_folders(one) not in known)]
    by_severity = {
        severity: [one for one in unique if one.severity == severity] for severity in ("error", "warning", "info")
    }
    return Found((*by_severity["error"], *by_severity["warning"]), tuple(by_severity["info"]))


def _without_folders(one: Finding) -> Finding:
    return one._replace(where=PurePath(one.where).name)
