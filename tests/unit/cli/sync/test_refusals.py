"""Where ``gvma sync`` refuses to write: the safety brake, a held state, wrong usage, settings that lack something."""

from __future__ import annotations

import pytest

from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.site import Site
from tests.unit.cli.sync import FEWER


def test_the_brake_names_its_counts_and_force_goes_on(site: Site) -> None:
    site.sync()
    site.put(FEWER)
    before = site.everything(site.etc)
    done = site.gvma("sync", *site.from_tree)
    assert (done.status, done.stdout) == (13, "")
    assert "1 of 4 mailboxes would be removed (max_remove_percent = 20)" in done.stderr
    assert "objects at the last sync: 3 DNs, 2 agent logins, 1 agent groups; now: 1 DNs" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert "--force" in done.stderr
    assert site.everything(site.etc) == before
    assert len(list(site.backup_path.glob("2*"))) == 1
    assert site.sync("--force").stdout.startswith("sync: 0 added, 0 changed, 3 removed")


def test_an_empty_answer_where_boxes_are_is_refused_whatever_the_percentage(site: Site) -> None:
    site.sync()
    site.put(Layer())
    site.settings.update(max_remove_percent=100)
    done = site.gvma("sync", *site.from_tree)
    assert done.status == 13
    assert "the query for DNs answered with none, at the last sync there were 3" in done.stderr


def test_a_restored_state_is_held_until_forced_and_the_dry_run_says_so(site: Site) -> None:
    site.sync()
    restored = site.gvma("backup", "restore", "latest", "--no-reload")
    assert restored.status == 0, restored.stderr
    assert "BEGIN" not in (site.etc / "voicemail.conf").read_text()
    before = site.everything(site.etc)
    done = site.gvma("sync", *site.from_tree)
    assert (done.status, done.stdout) == (13, "")
    for part in ("Sync is paused: backup ", " was restored at ", "Nothing was changed.", "`gvma sync --force`"):
        assert part in done.stderr
    dry = site.sync("--dry-run")
    assert "Sync is paused: backup " in dry.stderr
    assert dry.stdout.endswith("Plan: 9 to add, 0 to change, 0 to remove.\n")
    assert site.everything(site.etc) == before
    site.sync("--force")
    assert site.sync().stdout == ""


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--detailed-exitcode",), "--detailed-exitcode needs --dry-run"),
        (("--reset-pin", "61001"), "--reset-pin needs BOX@CONTEXT, not '61001'"),
        (("--reset-pin", "@GVMA_DN"), "--reset-pin needs BOX@CONTEXT"),
        (("--wait", "soon"), "'soon' is not a valid float"),
        (("--wait", "-1"), "-1"),
        (("--splay", "nan"), "nan is no time"),
        (("--wait", "inf"), "inf is no time"),
        (("surplus",), "surplus"),
    ],
)
def test_wrong_usage_is_64_and_changes_nothing(site: Site, words: tuple[str, ...], what: str) -> None:
    before = site.everything()
    done = site.gvma("sync", *words, *site.from_tree)
    assert (done.status, done.stdout) == (64, "")
    assert what in done.stderr
    assert "Nothing was changed." in done.stderr
    assert site.everything() == before


def test_a_settings_file_that_is_missing_or_lacks_what_a_sync_needs_is_78(site: Site) -> None:
    assert in_this_process("--config", str(site.folder / "none.cfg"), "sync").status == 78
    del site.settings["siptserver_host"]
    before = site.everything()
    done = site.gvma("sync", *site.from_tree)
    assert done.status == 78
    assert "siptserver_host" in done.stderr
    assert site.everything() == before
