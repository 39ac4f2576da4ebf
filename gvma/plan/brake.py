"""The safety brake: refuses a plan that removes more than anyone would remove on purpose.

Pure: it counts, it reads no file and asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gvma.errors import SafetyBrakeError

KINDS: Mapping[str, str] = {"dn": "DNs", "agent": "agent logins", "group": "agent groups"}
"""The three queries, by the word that the counts are kept under."""

_LOOK_ALIKE = "Objects that became invisible to the account of gvma (permissions) look the same as deleted objects."
_HINT = (
    "Nothing was changed. Look at the account's permissions and the three queries in [cfgserver] "
    "(`gvma confserv query` shows what they answer); if the objects are really gone, "
    "run `gvma sync --force` once."
)


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """What would go.

    present: mailboxes there now. removed: how many of them the plan removes.
    before: objects per kind at the last sync, empty where there is no record. now: the same of this answer.
    losing: kinds that would lose mailboxes or subscriptions by this plan.
    """

    present: int = 0
    removed: int = 0
    before: Mapping[str, int] = field(default_factory=dict)
    now: Mapping[str, int] = field(default_factory=dict)
    losing: frozenset[str] = frozenset()


def brake(shrinkage: Shrinkage, max_remove_percent: int) -> SafetyBrakeError | None:
    """Why this plan must not be applied without ``--force``, None where it may.

    max_remove_percent: 0 to 100; just so many per cent may still go.
    """
    emptied = [
        kind
        for kind in KINDS
        if not shrinkage.now.get(kind, 0) and (shrinkage.before.get(kind, 0) or kind in shrinkage.losing)
    ]
    reasons = [_emptied(kind, shrinkage) for kind in emptied]
    if shrinkage.removed * 100 > max_remove_percent * shrinkage.present:
        reasons.append(
            f"{shrinkage.removed} of {shrinkage.present} mailboxes would be removed "
            f"(max_remove_percent = {max_remove_percent})"
        )
    if not reasons:
        return None
    return SafetyBrakeError(
        f"the safety brake stopped this sync: {'; '.join(reasons)}. "
        f"Mailboxes before: {shrinkage.present}, after removal: {shrinkage.present - shrinkage.removed}; "
        f"{_counts(shrinkage)}. {_LOOK_ALIKE}",
        where="Configuration Server's answer",
        hint=_HINT,
    )


def _emptied(kind: str, shrinkage: Shrinkage) -> str:
    before = shrinkage.before.get(kind, 0)
    if before:
        return f"the query for {KINDS[kind]} answered with none, at the last sync there were {before}"
    return f"the query for {KINDS[kind]} answered with none, and their mailboxes or subscriptions would go"


def _counts(shrinkage: Shrinkage) -> str:
    def shown(counts: Mapping[str, int]) -> str:
        return ", ".join(f"{counts.get(kind, 0)} {name}" for kind, name in KINDS.items())

    before = shown(shrinkage.before) if shrinkage.before else "no record"
    return f"objects at the last sync: {before}; now: {shown(shrinkage.now)}"
