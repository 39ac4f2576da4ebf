"""Notes that a site has accepted: ``check_ignore`` mutes them by their code, and they stay visible as a count. Pure.

An error or a warning cannot be muted. Both make the exit status 1, and whoever reads the status alone must be able to
rely on it: what is right for a site in spite of a warning is a fault of the rule, and not a matter of taste.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from gvma.check.finding import Check, Finding, Rule
from gvma.evidence.model import Evidence
from gvma.nearest import nearest

REFUSED = Rule(
    "settings-check-ignore", "warning", "check_ignore names a code that is no note's",
    "Notes alone can be muted. An error or a warning stays, since the exit status has to tell it.",
    "Remove the code from check_ignore, or correct it; docs/checks.md lists the notes.",
)  # fmt: skip
RULES = (REFUSED,)
CHECKS: tuple[Check, ...] = ()

_LIKENESS = 0.7


def refused(evidence: Evidence, severities: Mapping[str, str]) -> Iterator[Finding]:
    """Codes of ``check_ignore`` that mute nothing. severities: by the code of every rule."""
    for code in evidence.settings.gvma.check_ignore:
        if code not in severities:
            meant = nearest(code, frozenset(severities), _LIKENESS)
            yield REFUSED.at("check_ignore", f"no check has the code {code}{f', but {meant}' if meant else ''}")
        elif severities[code] != "info":
            yield REFUSED.at("check_ignore", f"{code} is {_ARTICLES[severities[code]]}, and is shown all the same")


_ARTICLES = {"error": "an error", "warning": "a warning"}


def without_muted(found: Iterable[Finding], ignored: Collection[str]) -> tuple[list[Finding], dict[str, int]]:
    """What is shown, and how many notes of each code are not."""
    shown: list[Finding] = []
    muted: Counter[str] = Counter()
    for one in found:
        if one.severity == "info" and one.code in ignored:
            muted[one.code] += 1
        else:
            shown.append(one)
    return shown, dict(muted)
