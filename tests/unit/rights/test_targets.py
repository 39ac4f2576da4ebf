"""What Asterisk's user can do with his own files and folders while root's gvma works in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gvma.storage import disk
from tests.fakes.faults import at_call
from tests.harness.site import BEGIN, VOICEMAIL, Site
from tests.unit.rights import ALICE, ASTERISK, by, give, ownership, relink


@pytest.fixture(autouse=True)
def nothing_of_roots_changes(roots: Path) -> Iterator[None]:
    before = ownership(roots)
    yield
    assert ownership(roots) == before


def refused(site: Site, *said: str) -> None:
    before = ownership(site.etc)
    done = site.try_sync()
    assert done.status == 14, str(done)
    for part in (*said, "Nothing was changed."):
        assert part in done.stderr
    assert ownership(site.etc) == before


def owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in folder.rglob("*")}


def test_a_sync_keeps_owner_and_mode_of_all_and_leaves_nothing_of_roots_behind(site: Site) -> None:
    (site.etc / "pjsip.conf").chmod(0o600)
    site.sync()
    assert BEGIN in site.text("voicemail.conf")
    assert owners(site.etc) == {ASTERISK}
    assert (site.etc / "pjsip.conf").stat().st_mode & 0o7777 == 0o600
    done = site.try_sync()
    assert (done.status, done.stdout, done.stderr) == (0, "", "")


def test_a_file_that_is_missing_is_made_as_asterisks_users(site: Site) -> None:
    (site.etc / "pjsip.conf").unlink()
    site.sync()
    status = (site.etc / "pjsip.conf").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (ASTERISK, ASTERISK, 0o640)


def test_a_folder_exchanged_for_a_link_to_roots_between_read_and_write_reaches_nothing(site: Site, roots: Path) -> None:
    sub = site.etc / "sub"

    def lay_out() -> None:
        sub.mkdir()
        (sub / "passwd").write_text(VOICEMAIL)
        (site.etc / "voicemail.conf").unlink()
        (site.etc / "voicemail.conf").symlink_to("sub/passwd")

    def exchange_it() -> None:
        sub.rename(site.etc / "aside")
        sub.symlink_to(roots)

    by(ASTERISK, lay_out)
    with disk.watch(at_call("open", ".new.tmp", lambda: by(ASTERISK, exchange_it))):
        site.try_sync()
    assert owners(site.etc) == {ASTERISK}


@pytest.mark.parametrize("target", ["passwd", "program"])
def test_a_link_to_a_file_of_roots_is_refused(site: Site, roots: Path, target: str) -> None:
    path = site.etc / "voicemail.conf"
    by(ASTERISK, lambda: relink(path, roots / target))
    refused(site, f"{path}: it belongs to root:root", "could not give to the new file", f"chown {ASTERISK}:{ASTERISK}")


def test_a_link_into_a_third_users_folder_is_refused(site: Site, host: Path) -> None:
    alices, path = host / "alice", site.etc / "voicemail.conf"
    alices.mkdir()
    (alices / "voicemail.conf").write_text(VOICEMAIL)
    give(ALICE, alices)
    by(ASTERISK, lambda: relink(path, alices / "voicemail.conf"))
    refused(site, f"the way to it leads from {ASTERISK}'s folder into {ALICE}'s, {alices}")
    assert owners(alices) == {ALICE}


def test_a_link_that_the_site_has_set_into_another_folder_of_asterisks_user_stays_and_is_followed(site: Site) -> None:
    checkout = site.folder / "checkout"
    checkout.mkdir()
    (checkout / "voicemail.conf").write_text(VOICEMAIL)
    give(ASTERISK, checkout)
    (site.etc / "voicemail.conf").unlink()
    (site.etc / "voicemail.conf").symlink_to("../checkout/voicemail.conf")
    site.sync()
    assert os.readlink(site.etc / "voicemail.conf") == "../checkout/voicemail.conf"
    assert BEGIN in (checkout / "voicemail.conf").read_text()
    assert owners(checkout) == {ASTERISK}


def test_late_content_in_the_replaced_file_gets_no_mode_of_what_a_link_in_its_place_leads_to(
    site: Site, roots: Path
) -> None:
    path = site.etc / "voicemail.conf"
    late = VOICEMAIL.replace("0815", "4711")
    with path.open("r+") as opened:

        def write_late_and_lay_a_link() -> None:
            opened.write(late)
            opened.flush()
            path.unlink()
            path.symlink_to(roots / "program")

        # Right after the exchange the folder is written to the disk.
        exchanged = at_call("exchange", "etc/voicemail.conf", lambda: synced.append(True))
        synced: list[bool] = []
        act = at_call("fsync", str(site.etc), lambda: None)

        def watcher(call: str, name: str) -> None:
            exchanged(call, name)
            if synced == [True] and call == "fsync" and name == str(site.etc):
                synced.append(True)
                by(ASTERISK, write_late_and_lay_a_link)
            act(call, name)

        with disk.watch(watcher):
            site.try_sync()
    assert len(synced) == 2, "the attack was not made"
    for found in site.etc.iterdir():
        status = found.lstat()
        assert status.st_uid == ASTERISK
        assert found.is_symlink() or status.st_mode & 0o7133 == 0, f"{found} is open with {status.st_mode:o}"


def test_a_setuid_bit_is_not_handed_on(site: Site) -> None:
    by(ASTERISK, lambda: (site.etc / "voicemail.conf").chmod(0o6755))
    site.sync()
    assert (site.etc / "voicemail.conf").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("link", ["secret.conf", "1000", "GVMA_DN"])
def test_a_reset_does_not_remove_what_a_link_in_the_spool_leads_to(site: Site, roots: Path, link: str) -> None:
    site.replace("voicemail.conf", "[general]\n", "[general]\npasswordlocation=spooldir\n")
    give(ASTERISK, site.etc)
    site.sync()
    (roots / "GVMA_DN/1000").mkdir(parents=True)
    (roots / "GVMA_DN/1000/secret.conf").write_text("[general]\npassword = 1\n")
    box = site.spool / "voicemail/GVMA_DN/1000"
    at, target = {
        "secret.conf": (box / "secret.conf", roots / "GVMA_DN/1000/secret.conf"),
        "1000": (box, roots / "GVMA_DN/1000"),
        "GVMA_DN": (box.parent, roots / "GVMA_DN"),
    }[link]
    by(ASTERISK, lambda: relink(at, target))
    done = site.try_sync("--reset-pin", "1000@GVMA_DN")
    assert done.status == 14, str(done)
    assert (roots / "GVMA_DN/1000/secret.conf").read_text() == "[general]\npassword = 1\n"
    (roots / "GVMA_DN/1000/secret.conf").unlink()
    (roots / "GVMA_DN/1000").rmdir()
    (roots / "GVMA_DN").rmdir()


def test_a_restore_through_a_link_writes_nothing_of_roots(site: Site, roots: Path) -> None:
    site.sync()
    path = site.etc / "voicemail.conf"
    by(ASTERISK, lambda: relink(path, roots / "passwd"))
    for words in ((), ("--whole-files", "--pins")):
        done = site.gvma("backup", "restore", "latest", "--no-reload", *words)
        assert done.status == 14, str(done)


def test_in_a_folder_of_roots_that_asterisks_group_may_write_the_files_owner_gives_the_rights(
    site: Site, roots: Path
) -> None:
    os.chown(site.etc, 0, ASTERISK)
    site.etc.chmod(0o775)
    site.sync()
    assert owners(site.etc) == {ASTERISK}
    path = site.etc / "voicemail.conf"
    by(ASTERISK, lambda: relink(path, roots / "passwd"))
    refused(site, f"{path}: it belongs to root:root")


def test_in_a_folder_of_roots_that_others_may_write_a_file_of_roots_is_refused(site: Site) -> None:
    os.chown(site.etc, 0, ASTERISK)
    site.etc.chmod(0o775)
    os.chown(site.etc / "pjsip.conf", 0, 0)
    refused(site, f"it belongs to root, in a folder that the group {ASTERISK} may write", "chmod g-w")


def test_a_file_of_roots_in_asterisks_folder_is_refused_and_the_way_out_is_said(site: Site) -> None:
    os.chown(site.etc / "extensions.conf", 0, 0)
    refused(site, "it belongs to root:root", f"chown {ASTERISK}:{ASTERISK} {site.etc / 'extensions.conf'}")


def test_check_finds_a_file_that_a_sync_refuses_for_its_owner(site: Site) -> None:
    os.chown(site.etc / "extensions.conf", 0, 0)
    found = [(one["where"], one["message"]) for one in site.check() if "belongs to root:root" in one["message"]]
    assert [where for where, _ in found] == ["extensions.conf"]


def test_where_asterisks_folder_is_roots_own_a_file_of_any_owner_keeps_it(site: Site) -> None:
    os.chown(site.etc, 0, 0)
    site.etc.chmod(0o755)
    os.chown(site.etc / "extensions.conf", 0, ALICE)
    site.sync()
    kept = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in site.etc.iterdir()}
    assert kept == {
        "voicemail.conf": (ASTERISK, ASTERISK),
        "pjsip.conf": (ASTERISK, ASTERISK),
        "extensions.conf": (0, ALICE),
    }
