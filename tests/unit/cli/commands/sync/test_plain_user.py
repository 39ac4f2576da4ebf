"""``gvma sync`` as a plain user: what it may write, and what it says where it may not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.command import Commands
from tests.harness.site import BEGIN, Site
from tests.unit.cli.commands.sync import OBJECTS

NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--")


@pytest.fixture
def as_nobody(folder_for_all: Path, commands: Commands) -> Iterator[Site]:
    """A site that belongs to a plain user; where the tests are a plain user's, to that one."""
    site = Site(folder_for_all / "site", OBJECTS, run=commands.run)
    if os.geteuid() == 0:
        for path in (site.folder, *site.folder.rglob("*")):
            os.chown(path, 65534, 65534)
    yield site
    for path in site.folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def plain_user() -> tuple[str, ...]:
    return NOBODY if os.geteuid() == 0 else ()


def test_a_plain_user_syncs_files_of_its_own(as_nobody: Site) -> None:
    done = as_nobody.gvma("sync", *as_nobody.from_tree, prefix=plain_user())
    assert done.status == 0, done.stderr
    status = (as_nobody.etc / "voicemail.conf").stat()
    assert stat.S_IMODE(status.st_mode) == 0o640
    assert stat.S_IMODE(as_nobody.backup_path.stat().st_mode) == 0o700
    for path in as_nobody.backup_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_file_that_may_not_be_read_is_refused_to_a_plain_user(as_nobody: Site) -> None:
    path = as_nobody.etc / "pjsip.conf"
    path.chmod(0)
    before = as_nobody.asterisk_files()
    done = as_nobody.gvma("sync", *as_nobody.from_tree, prefix=plain_user())
    assert done.status == 14
    assert f"{path}: it cannot be read or replaced: Permission denied" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert as_nobody.asterisk_files() == before


@pytest.mark.parametrize(("name", "status"), [("gvma_asterisk76.cfg", 78), ("objects.xml", 10)])
def test_settings_and_an_export_that_may_not_be_read_are_named_as_what_they_are(
    as_nobody: Site, name: str, status: int
) -> None:
    (as_nobody.folder / name).chmod(0)
    done = as_nobody.gvma("sync", *as_nobody.from_tree, prefix=plain_user())
    assert done.status == status, done.stderr
    assert name in done.stderr
    assert "cannot be read: Permission denied" in done.stderr


def test_a_folder_that_may_not_be_written_is_refused_to_a_plain_user_and_all_stays(as_nobody: Site) -> None:
    as_nobody.etc.chmod(0o555)
    before = as_nobody.asterisk_files()
    done = as_nobody.gvma("sync", *as_nobody.from_tree, prefix=plain_user())
    assert done.status == 14, done.stderr
    assert "Permission denied" in done.stderr
    assert str(as_nobody.etc) in done.stderr
    assert "Give this user the right to write the file and its folder" in done.stderr
    assert as_nobody.asterisk_files() == before
    assert not (as_nobody.backup_path / "state" / "first-pins").exists()
    as_nobody.etc.chmod(0o755)
    again = as_nobody.gvma("sync", *as_nobody.from_tree, prefix=plain_user())
    assert (again.status, "interrupted" in again.stderr) == (0, False), again.stderr


def test_a_read_only_file_in_a_folder_that_may_be_written_keeps_its_mode(as_nobody: Site) -> None:
    path = as_nobody.etc / "pjsip.conf"
    path.chmod(0o440)
    done = as_nobody.gvma("sync", *as_nobody.from_tree, prefix=plain_user())
    assert done.status == 0, done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    assert BEGIN in path.read_text()


def test_a_backup_path_that_may_not_be_written_is_named_before_anything_is_read(as_nobody: Site) -> None:
    as_nobody.backup_path.mkdir(mode=0o500)
    if os.geteuid() == 0:
        os.chown(as_nobody.backup_path, 65534, 65534)
    before = as_nobody.asterisk_files()
    done = as_nobody.gvma("sync", *as_nobody.from_tree, prefix=plain_user())
    assert done.status == 78
    assert "backup_path cannot be used: Permission denied" in done.stderr
    assert as_nobody.asterisk_files() == before
