"""What another user can do where gvma keeps its own files: nothing, since gvma refuses to keep them there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gvma.backups.manifest import _seal, copy_name, read_manifest
from tests.fakes.faults import killed_before
from tests.harness.command import in_this_process
from tests.harness.site import Site
from tests.unit.rights import ASTERISK, SETUID_ROOT, by, give, ownership, relink

COMMANDS = (
    ("sync",),
    ("sync", "--dry-run"),
    ("backup", "list"),
    ("backup", "show", "latest"),
    ("backup", "diff", "latest"),
    ("backup", "verify"),
    ("backup", "restore", "latest", "--no-reload"),
    ("backup", "forget", "--keep-last", "1"),
    ("config", "check"),
    ("remove", "--no-reload"),
    ("remove", "--dry-run"),
    ("history",),
    ("backup", "restore", "--at", "2h", "--no-reload"),
)


@pytest.fixture(autouse=True)
def nothing_of_roots_changes(roots: Path) -> Iterator[None]:
    before = ownership(roots)
    yield
    assert ownership(roots) == before


def refused(site: Site, *words: str, said: str, where: str) -> None:
    """The command leaves with 78, and nothing below the site has changed."""
    site.lay_out()
    before = ownership(site.folder)
    if words[0] == "sync":
        words = (*words, *site.from_tree)
    done = site.gvma(*words)
    assert done.status == 78, str(done)
    assert said in done.stderr
    assert where in done.stderr
    assert "Nothing was changed." in done.stderr
    assert ownership(site.folder) == before


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_backup_path_in_another_users_folder_is_refused(site: Site, words: tuple[str, ...]) -> None:
    site.settings["backup_path"] = site.spool / "gvma"
    said = f"it is not safe to use: {site.spool} belongs to {ASTERISK}"
    refused(site, *words, said=said, where=f"backup_path {site.spool / 'gvma'}")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_backup_path_that_another_user_has_exchanged_for_a_link_is_refused(
    site: Site, roots: Path, words: tuple[str, ...]
) -> None:
    site.settings["backup_path"] = site.spool / "gvma"
    by(ASTERISK, lambda: relink(site.spool / "gvma", roots))
    refused(site, *words, said=f"{site.spool} belongs to {ASTERISK}", where="backup_path")


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_backup_path_that_others_may_write_is_refused(site: Site, mode: int) -> None:
    site.backup_path.mkdir()
    os.chown(site.backup_path, 0, ASTERISK)
    site.backup_path.chmod(mode)
    who = "everybody" if mode == 0o777 else f"the group {ASTERISK}"
    refused(site, "sync", said=f"{who} may write {site.backup_path}", where="backup_path")


def test_below_a_sticky_folder_as_tmp_is_backup_path_may_lie(site: Site) -> None:
    above = site.folder / "tmp"
    above.mkdir()
    above.chmod(0o1777)
    site.settings["backup_path"] = above / "gvma"
    site.sync()
    assert (above / "gvma").stat().st_mode & 0o7777 == 0o700


def test_an_account_without_roots_rights_keeps_its_files_in_its_own_folders(site: Site) -> None:
    give(ASTERISK, site.folder)
    by(ASTERISK, site.sync)
    assert {path.lstat().st_uid for path in site.backup_path.rglob("*")} == {ASTERISK}
    done = site.gvma("backup", "list")
    assert done.status == 78
    assert "or run gvma as the user who owns them" in done.stderr


def test_a_journal_that_names_another_file_is_not_carried_out(site: Site, roots: Path) -> None:
    """As one that somebody has laid there before backup_path was root's own."""
    assert killed_before("exchange", "etc/pjsip.conf", site.sync)
    path = site.backup_path / "state/transaction/journal.json"
    journal = json.loads(path.read_text())
    (file,) = [file for file in journal["files"] if file["path"].endswith("pjsip.conf")]
    for name in ("target", "path"):
        file[name] = str(roots / "program")
    file["old_copy"] = copy_name(roots / "program")
    file["new_rights"] = [0, 0, SETUID_ROOT]
    path.write_text(json.dumps(journal))
    done = site.try_sync()
    assert (done.status, f"{roots / 'program'}: " in done.stderr) == (14, True), str(done)
    assert "the settings do not name it" in done.stderr


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("staged", "../../roots/passwd"),
        ("kept", "/etc/passwd"),
        ("new_copy", "../../../roots/passwd"),
        ("old_copy", "../../roots/passwd"),
    ],
)
def test_a_journal_that_names_a_copy_elsewhere_is_damaged(site: Site, key: str, value: str) -> None:
    assert killed_before("exchange", "etc/pjsip.conf", site.sync)
    path = site.backup_path / "state/transaction/journal.json"
    journal = json.loads(path.read_text())
    journal["files"][0][key] = value
    path.write_text(json.dumps(journal))
    done = site.try_sync()
    assert (done.status, "the journal of an interrupted run is damaged" in done.stderr) == (17, True), str(done)


def test_a_link_that_was_set_since_the_run_was_interrupted_is_not_followed(site: Site, roots: Path) -> None:
    assert killed_before("exchange", "etc/pjsip.conf", site.sync)
    by(ASTERISK, lambda: relink(site.etc / "pjsip.conf", roots / "passwd"))
    done = site.try_sync()
    assert done.status == 14, str(done)
    assert f"it leads to {roots / 'passwd'} now, and led to {site.etc / 'pjsip.conf'} then" in done.stderr


def forged_set(site: Site, target: Path) -> str:
    """The newest set, saying of its first file that it is another one; sealed anew. Its id."""
    folder = next(path for path in sorted(site.backup_path.iterdir(), reverse=True) if "Z-" in path.name)
    text = (folder / "manifest.json").read_text()
    manifest = read_manifest(text.encode())
    first = manifest.files[0]
    (folder / copy_name(target)).parent.mkdir(parents=True, exist_ok=True)
    (folder / first.copy).rename(folder / copy_name(target))
    forged = text.replace(str(first.path), str(target)).encode()
    content = json.loads(forged)
    del content["seal"]
    content["seal"] = _seal(content)
    (folder / "manifest.json").write_text(json.dumps(content, indent=2) + "\n")
    return folder.name


@pytest.mark.parametrize("words", [("verify",), ("restore", "latest", "--no-reload", "--whole-files")])
def test_a_set_that_names_another_file_is_not_sound_and_is_not_restored(
    site: Site, roots: Path, words: tuple[str, ...]
) -> None:
    site.sync()
    forged_set(site, roots / "passwd")
    done = site.gvma("backup", *words)
    assert done.status == 17, str(done)
    assert f"it names {roots / 'passwd'}, which these settings do not" in done.stdout + done.stderr


@pytest.mark.parametrize("key", ["log_file", "metrics_file"])
def test_a_log_or_metrics_file_in_another_users_folder_is_refused(site: Site, roots: Path, key: str) -> None:
    place = site.spool / "log"
    site.settings[key] = place
    by(ASTERISK, lambda: relink(place, roots / "passwd"))
    for words in (("sync",), ("config", "check")):
        refused(site, *words, said=f"{site.spool} belongs to {ASTERISK}", where=f"{key} {place}")


@pytest.mark.parametrize("key", ["log_file", "metrics_file"])
def test_a_log_or_metrics_file_that_is_a_fifo_is_not_waited_for(site: Site, key: str) -> None:
    place = site.folder / "fifo"
    os.mkfifo(place)
    site.settings[key] = place
    done = site.try_sync()
    if key == "log_file":
        assert done.status == 78, str(done)
    else:
        assert (done.status, f"{place}: it cannot be written: it is a fifo" in done.stderr) == (0, True), str(done)


def test_nobody_else_may_write_log_and_metrics_whatever_the_umask_is(site: Site) -> None:
    site.settings |= {"log_file": site.folder / "gvma.log", "metrics_file": site.folder / "gvma.prom"}
    before = os.umask(0)
    try:
        site.sync()
    finally:
        os.umask(before)
    modes = {name: (site.folder / name).stat().st_mode & 0o777 for name in ("gvma.log", "gvma.prom")}
    assert modes == {"gvma.log": 0o640, "gvma.prom": 0o644}


@pytest.mark.parametrize("words", [("sync",), ("config", "check"), ("config", "show"), ("check",), ("backup", "list")])
def test_a_settings_file_that_another_user_may_change_is_refused(site: Site, words: tuple[str, ...]) -> None:
    site.lay_out()
    os.chown(site.config, ASTERISK, ASTERISK)
    done = site.gvma(*words, *(site.from_tree if words == ("sync",) else ()))
    assert done.status in {1, 78}, str(done)
    assert f"{site.config} belongs to {ASTERISK}" in done.stdout + done.stderr
    assert not site.backup_path.exists()


def test_root_does_not_take_a_settings_file_that_another_user_has_laid_into_the_folder(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.folder)
    monkeypatch.delenv("GVMA_CONFIG", raising=False)
    words = ("sync", *site.from_tree, "--dry-run")
    assert in_this_process(*words).status == 0
    os.chown(site.config, ASTERISK, ASTERISK)
    done = in_this_process(*words)
    assert done.status == 78
    assert "no settings file" in done.stderr
