"""``gvma sync`` on links, missing files and whatever else stands where a target file should."""

from __future__ import annotations

import os
import stat

import pytest

from tests.harness.site import BEGIN, VOICEMAIL, Site
from tests.unit.cli.commands.sync import refused


def test_a_symbolic_link_stays_and_what_it_points_to_is_replaced(site: Site) -> None:
    real = site.folder / "elsewhere" / "vm.conf"
    real.parent.mkdir()
    path = site.etc / "voicemail.conf"
    path.rename(real)
    path.symlink_to("../elsewhere/vm.conf")
    site.sync()
    assert os.readlink(path) == "../elsewhere/vm.conf"
    assert real.read_text().startswith(f"{VOICEMAIL}{BEGIN}\n")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(entry.name for entry in real.parent.iterdir()) == ["vm.conf"]


def test_a_dangling_symbolic_link_stays_and_its_target_is_created_and_said(site: Site) -> None:
    path = site.etc / "voicemail.conf"
    path.unlink()
    path.symlink_to("vm-real.conf")
    done = site.sync()
    assert os.readlink(path) == "vm-real.conf"
    assert (site.etc / "vm-real.conf").read_text().startswith(f"{BEGIN}\n")
    assert f"{path} is missing and will be created, mode 0640" in done.stderr


def test_a_symbolic_link_into_a_missing_folder_or_to_itself_is_refused(site: Site) -> None:
    path = site.etc / "voicemail.conf"
    path.unlink()
    path.symlink_to("nowhere/vm.conf")
    refused(site, 14, "its folder is missing", path, "then run the command again")
    path.unlink()
    path.symlink_to("voicemail.conf")
    refused(site, 14, "cannot be read or replaced", path, "then run the command again")


@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_what_is_no_regular_file_is_refused(site: Site, kind: str) -> None:
    path = site.etc / "pjsip.conf"
    path.unlink()
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    refused(site, 14, f"it is a {kind}, not a regular file", path, "Put a regular file")


def test_a_missing_file_is_created_with_the_rights_of_its_siblings_and_said(site: Site) -> None:
    path = site.etc / "extensions.conf"
    path.unlink()
    (site.etc / "pjsip.conf").chmod(0o600)
    (site.etc / "voicemail.conf").chmod(0o600)
    done = site.sync()
    assert f"{path} is missing and will be created, mode 0600" in done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith(f"{BEGIN}\n")


def test_a_missing_folder_is_refused_and_not_made(site: Site) -> None:
    site.settings.update(asterisk_cfg_path=site.folder / "no" / "such")
    before = site.everything(site.etc)
    done = site.gvma("sync", *site.from_tree)
    assert done.status == 14, done.stderr
    assert "its folder is missing" in done.stderr
    assert str(site.folder / "no" / "such" / "voicemail.conf") in done.stderr
    assert "Nothing was changed." in done.stderr
    assert not (site.folder / "no").exists()
    assert site.everything(site.etc) == before


def test_owner_and_mode_of_a_file_stay(site: Site) -> None:
    path = site.etc / "voicemail.conf"
    path.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(path, 12345, 23456)
    before = path.stat()
    site.sync()
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_no_temporary_file_is_left_and_none_would_be_included(site: Site) -> None:
    site.sync()
    assert sorted(os.listdir(site.etc)) == ["extensions.conf", "pjsip.conf", "voicemail.conf"]
