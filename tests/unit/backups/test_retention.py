"""What restic's rules keep, and what is kept whatever they say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gvma.backups.backup_set import BackupSet
from gvma.backups.manifest import Manifest
from gvma.backups.retention import Policy, apply_policy, judge
from gvma.backups.sets import BackupSets
from gvma.errors import UsageError
from gvma.storage.state.pause import pause
from tests.fakes.asterisk_files import ChangedFiles


def a_set(time: str, *, first: bool = False, readable: bool = True, clock: str = "") -> BackupSet:
    one = f"{time}Z-0000000a"
    day = clock or f"{time[:4]}-{time[4:6]}-{time[6:8]}"
    manifest = Manifest(one, "", f"{day}T10:00:00Z", "", "", "sync", "", first, ())
    return BackupSet(one, Path(one), manifest if readable else None)


SETS = [
    a_set("20260901T100000", first=True),
    a_set("20261010T100000"),
    a_set("20261031T100000"),
    a_set("20261119T100000"),
    a_set("20261120T080000"),
    a_set("20261120T090000"),
    a_set("20261121T090000"),
]


def kept(policy: Policy) -> dict[str, tuple[str, ...]]:
    return {verdict.backup_set.id[:11]: verdict.reasons for verdict in judge(SETS, policy) if verdict.reasons}


def test_the_newest_and_the_first_are_kept() -> None:
    assert kept(Policy(last=2)) == {
        "20260901T10": ("first set ever made",),
        "20261120T09": ("last",),
        "20261121T09": ("last",),
    }


def test_days_and_months_are_those_of_the_clock_that_was_once_ahead() -> None:
    days = ("2026-11-18", "2027-06-01", "2026-11-19", "2026-11-19", "2026-11-20")
    sets = [a_set(f"20270601T10000{number}", clock=day) for number, day in enumerate(days)]
    reasons = [verdict.reasons for verdict in judge(sets, Policy(last=0, daily=2, monthly=2))]
    assert reasons == [(), ("monthly",), (), ("daily",), ("daily", "monthly")]


def test_of_each_day_and_month_the_newest_is_kept_with_every_reason() -> None:
    assert kept(Policy(last=1, daily=2, monthly=2)) == {
        "20260901T10": ("first set ever made",),
        "20261031T10": ("monthly",),
        "20261120T09": ("daily",),
        "20261121T09": ("last", "daily", "monthly"),
    }


@pytest.mark.parametrize("policy", [Policy(), Policy(last=-1)])
def test_a_policy_that_keeps_nothing_is_refused(policy: Policy) -> None:
    with pytest.raises(UsageError):
        judge(SETS, policy)


def test_a_set_that_is_in_use_or_unreadable_is_kept() -> None:
    unreadable = a_set("20260801T000000", readable=False)
    verdicts = judge([unreadable, *SETS], Policy(last=1), in_use={SETS[1].id})
    assert verdicts[0].reasons == ("manifest unreadable",)
    assert verdicts[2].reasons == ("in use",)


def test_what_has_no_reason_is_removed_and_the_set_of_a_pause_stays(tmp_path: Path) -> None:
    site = ChangedFiles(tmp_path)
    made = []
    for number in range(5):
        site.write("pjsip.conf", f"; {number}\n".encode())
        made.append(site.make_set().id)
    pause(site.kept, made[2])
    apply_policy(site.kept, Policy(last=1))
    assert [one.id for one in BackupSets(site.kept).all()] == [made[0], made[2], made[4]]
    assert sorted(os.listdir(site.kept)) == sorted([made[0], made[2], made[4], "state"])
