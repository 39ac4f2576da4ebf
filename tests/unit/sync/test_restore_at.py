"""``gvma backup restore --at WHEN``, and the list that helps to choose, after whole syncs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from gvma.backups.sets import BackupSets
from gvma.storage.state.pause import read_pause
from tests.harness.site import Site
from tests.unit.sync import OWN_FILES, state


def times(site: Site) -> list[datetime]:
    return [one.time for one in BackupSets(site.backup_path).all()]


def restore(site: Site, when: datetime | str, *words: str) -> dict[str, object]:
    text = when if isinstance(when, str) else when.isoformat()
    return site.answer("backup", "restore", "--at", text, "--no-reload", *words)


def renamed(site: Site, name: str) -> None:
    site.layer.dns["1001"]["gvm_name"] = name
    site.sync()


def test_the_state_of_a_moment_comes_back(site: Site) -> None:
    site.sync()
    then = site.block("voicemail.conf")
    renamed(site, "Rob")
    answer = restore(site, times(site)[0])
    assert answer["restored"] == BackupSets(site.backup_path).all()[1].id
    assert site.block("voicemail.conf") == then
    assert read_pause(site.backup_path) is not None


def test_the_state_before_gvma_is_the_one_before_the_first_set(site: Site) -> None:
    site.sync()
    renamed(site, "Rob")
    restore(site, times(site)[0] - timedelta(seconds=1))
    assert {name: (site.etc / name).read_bytes() for name in OWN_FILES} == OWN_FILES


def test_where_nothing_has_changed_since_nothing_is_done(site: Site) -> None:
    site.sync()
    before = state(site)
    answer = restore(site, "0h")
    assert (answer["exit_code"], answer["status"], answer["restored"]) == (0, "ok", None)
    done = site.gvma("backup", "restore", "--at", "0h")
    assert re.fullmatch(r"Nothing has changed since \S+ \S+; there is nothing to restore\.\n", done.stdout)
    assert state(site) == before
    assert read_pause(site.backup_path) is None


def test_a_dry_run_shows_the_way_and_changes_nothing(site: Site) -> None:
    site.sync()
    renamed(site, "Rob")
    before = state(site)
    done = site.gvma("backup", "restore", "--at", times(site)[0].isoformat(), "--dry-run")
    assert done.stdout.startswith("~ mailbox 1001@GVMA_DN (DN 1001): name\n")
    assert state(site) == before


def test_a_damaged_set_of_that_moment_is_17(site: Site) -> None:
    site.sync()
    (site.backup_path / BackupSets(site.backup_path).all()[0].id / "manifest.json").write_text("{")
    before = state(site)
    done = site.gvma("backup", "restore", "--at", "1h", "--no-reload")
    assert (done.status, "is damaged" in done.stderr) == (17, True)
    assert state(site) == before


def test_an_id_and_a_moment_exclude_each_other(site: Site) -> None:
    assert "ID and --at WHEN cannot be used together" in site.gvma("backup", "restore", "latest", "--at", "2h").stderr


@pytest.mark.parametrize(
    "words", [[], ["latest", "--at", "1h"], ["--at", "9999-01-01"], ["--at", "soon"], ["--at", ""]]
)
def test_wrong_usage_is_64(site: Site, words: list[str]) -> None:
    site.sync()
    before = state(site)
    assert site.gvma("backup", "restore", *words, "--no-reload").status == 64
    assert state(site) == before


def test_the_list_has_age_and_counts_of_each_set(site: Site) -> None:
    site.sync()
    site.layer.dns["1003"] = {}
    renamed(site, "Rob")
    lines = site.gvma("backup", "list").stdout.splitlines()
    shown = [re.split(r"  +", line) for line in lines]
    assert [columns[2:] for columns in shown] == [
        ["+10 ~0 -0", "sync: 3 files [first]"],
        ["+2 ~1 -0", "sync: voicemail.conf, pjsip.conf"],
    ]
    assert all(re.fullmatch(r"\d+ s", columns[1]) for columns in shown)
    assert max(map(len, lines)) <= 80
    sets = site.answer("backup", "list")["sets"]
    assert [one["changes"] for one in sets] == [
        {"add": 10, "change": 0, "remove": 0},
        {"add": 2, "change": 1, "remove": 0},
    ]
    assert all(0 <= one["age_seconds"] < 60 for one in sets)


def test_a_set_whose_run_nobody_knows_any_more_has_no_counts(site: Site) -> None:
    site.sync()
    (site.backup_path / "state" / "history.jsonl").unlink()
    assert site.answer("backup", "list")["sets"][0]["changes"] is None
    assert re.search(r" s +sync: 3 files \[first\]$", site.gvma("backup", "list").stdout.rstrip("\n"))
