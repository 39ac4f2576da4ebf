"""Which backup sets are kept, and for which reason; it removes no set that has one.

The rules are restic's: of the newest sets ``last``; of each of the newest days, and months, that have a set,
the newest one. The first set ever made is kept for good: it is the configuration before gvma.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from gvma.backups.backup_set import BackupSet
from gvma.backups.sets import BackupSets
from gvma.errors import UsageError
from gvma.settings.model import GvmaSettings
from gvma.storage.state.pause import read_pause


class Policy(NamedTuple):
    """How many sets are kept for each rule: numbers, zero or more."""

    last: int = 0
    daily: int = 0
    monthly: int = 0


class Verdict(NamedTuple):
    """One set and why it is kept; without a reason it is to be removed."""

    backup_set: BackupSet
    reasons: tuple[str, ...]


def policy_of(settings: GvmaSettings) -> Policy:
    """``keep_last``, ``keep_daily`` and ``keep_monthly``."""
    return Policy(settings.keep_last, settings.keep_daily, settings.keep_monthly)


def apply_policy(backup_path: Path, policy: Policy, in_use: Collection[str] = ()) -> list[Verdict]:
    """Removes the sets that ``policy`` does not keep, under the lock. Returns the verdict on every set.

    in_use: ids of sets that an interrupted run needs. Raises UsageError where the policy keeps nothing,
    BackupSetError where a set cannot be removed.
    """
    sets = BackupSets(backup_path)
    verdicts = review(backup_path, policy, in_use)
    for verdict in verdicts:
        if not verdict.reasons:
            sets.remove(verdict.backup_set)
    return verdicts


def review(backup_path: Path, policy: Policy, in_use: Collection[str] = ()) -> list[Verdict]:
    """The verdict on every set, oldest first; removes nothing. in_use: as for ``apply_policy``."""
    restored = read_pause(backup_path)
    return judge(BackupSets(backup_path).all(), policy, {*in_use, *([restored.backup_set] if restored else [])})


def judge(sets: Sequence[BackupSet], policy: Policy, in_use: Collection[str] = ()) -> list[Verdict]:
    """A verdict for each set, in the given order.

    in_use: ids that an interrupted run or a restored state needs. A set whose manifest cannot be read is
    kept: nobody can say what it holds. Raises UsageError where the policy keeps nothing.
    """
    if min(policy.last, policy.daily, policy.monthly) < 0:
        raise UsageError(
            "a number of sets to keep cannot be negative",
            where="backup forget",
            hint="Nothing was removed. Give numbers of zero or more.",
        )
    if not (policy.last or policy.daily or policy.monthly):
        raise UsageError(
            "this policy would keep nothing",
            where="backup forget",
            hint="Nothing was removed. Give --keep-last, --keep-daily or --keep-monthly a number above zero.",
        )
    reasons: dict[str, list[str]] = {one.id: [] for one in sets}
    for one in sets:
        if one.first:
            reasons[one.id].append("first set ever made")
        if one.manifest is None:
            reasons[one.id].append("manifest unreadable")
        if one.id in in_use:
            reasons[one.id].append("in use")
    newest_first = sorted(sets, key=lambda one: one.id, reverse=True)
    for one in newest_first[: policy.last]:
        reasons[one.id].append("last")
    _newest_of_each(newest_first, policy.daily, lambda one: _clock(one)[:10], "daily", reasons)
    _newest_of_each(newest_first, policy.monthly, lambda one: _clock(one)[:7], "monthly", reasons)
    return [Verdict(one, tuple(reasons[one.id])) for one in sets]


def _clock(one: BackupSet) -> str:
    """The day by the machine's clock: a set's own time stays ahead for long where the clock once was wrong."""
    return one.manifest.clock if one.manifest else f"{one.time:%Y-%m-%d}"


def _newest_of_each(
    newest_first: Sequence[BackupSet],
    number: int,
    period: Callable[[BackupSet], str],
    reason: str,
    reasons: dict[str, list[str]],
) -> None:
    seen: set[str] = set()
    for one in newest_first:
        if len(seen) >= number:
            return
        if period(one) not in seen:
            seen.add(period(one))
            reasons[one.id].append(reason)
