"""The safety brake: refuses a plan that removes more than anyone would remove on purpose.

Pure: it counts, it reads no file and asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gvma.asterisk.roles import ROLES, Role
from gvma.errors import SafetyBrakeError
from gvma.printable import first_names

_NAMED = 10
_LOOK_ALIKE = "Objects that became invisible to the account of gvma (permissions) look the same as deleted objects."
_HINT = (
    "Nothing was changed. Look at the account's permissions and the three queries in [cfgserver] "
    "(`gvma confserv query` shows what they answer); if the objects are really gone, "
    "run `gvma sync --allow-remove` once."
)


class Shrinkage(NamedTuple):
    """What would go.

    present: how many mailboxes are there now. removed: those that the plan removes, ``box@context``.
    before: objects per kind at the last sync, empty where there is no record. now: the same of this answer.
    losing: kinds that would lose mailboxes or subscriptions by this plan.
    """

    present: int = 0
    removed: tuple[str, ...] = ()
    before: Mapping[str, int] = {}
    now: Mapping[str, int] = {}
    losing: frozenset[str] = frozenset()


def brake(shrinkage: Shrinkage, max_remove_percent: int) -> SafetyBrakeError | None:
    """Why this plan must not be applied without ``--allow-remove``, None where it may.

    max_remove_percent: 0 to 100; just so many per cent may still go.
    """
    reasons = [_emptied(role, shrinkage) for role in ROLES if _is_emptied(role.kind, shrinkage)]
    removed = len(shrinkage.removed)
    if removed * 100 > max_remove_percent * shrinkage.present:
        reasons.append(
            f"{removed} of {shrinkage.present} mailboxes would be removed (max_remove_percent = {max_remove_percent}): "
            f"{first_names(shrinkage.removed, _NAMED)}"
        )
    if not reasons:
        return None
    return SafetyBrakeError(
        f"the safety brake stopped this sync: {'; '.join(reasons)}. "
        f"Mailboxes before: {shrinkage.present}, after removal: {shrinkage.present - removed}; "
        f"{_counts(shrinkage)}. {_LOOK_ALIKE}",
        where="Configuration Server's answer",
        hint=_HINT,
    )


def _is_emptied(kind: str, shrinkage: Shrinkage) -> bool:
    """Whether a query answered with nothing although its objects have been there, or still have mailboxes."""
    return not shrinkage.now.get(kind, 0) and bool(shrinkage.before.get(kind, 0) or kind in shrinkage.losing)


def _emptied(role: Role, shrinkage: Shrinkage) -> str:
    before = shrinkage.before.get(role.kind, 0)
    if before:
        return f"the query for {role.plural} answered with none, at the last sync there were {before}"
    return f"the query for {role.plural} answered with none, and their mailboxes or subscriptions would go"


def _counts(shrinkage: Shrinkage) -> str:
    def shown(counts: Mapping[str, int]) -> str:
        return ", ".join(f"{counts.get(role.kind, 0)} {role.plural}" for role in ROLES)

    before = shown(shrinkage.before) if shrinkage.before else "no record"
    return f"objects at the last sync: {before}; now: {shown(shrinkage.now)}"
