"""What file systems can do beside owner and mode: ACLs, append-only folders, files that are mounts of their own."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.command import in_this_process
from tests.harness.site import BEGIN, Site

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
OWNER, USER, GROUP, MASK, OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
NOBODY_IN_PARTICULAR = 0xFFFFFFFF


def acl(user: int, rights: int) -> bytes:
    """An ACL that gives a further user these rights (linux/posix_acl_xattr.h)."""
    entries = (
        (OWNER, 6, NOBODY_IN_PARTICULAR),
        (USER, rights, user),
        (GROUP, 4, NOBODY_IN_PARTICULAR),
        (MASK, 6, NOBODY_IN_PARTICULAR),
        (OTHERS, 0, NOBODY_IN_PARTICULAR),
    )
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, run=in_this_process)


def test_a_file_without_an_acl_does_not_gain_the_folders_default(site: Site) -> None:
    os.setxattr(site.etc, DEFAULT, acl(33, 6))
    site.sync()
    for name in ("voicemail.conf", "pjsip.conf", "extensions.conf"):
        assert ACCESS not in os.listxattr(site.etc / name), name
        assert (site.etc / name).stat().st_mode & 0o777 == 0o640


def test_a_file_with_an_acl_keeps_it(site: Site) -> None:
    os.setxattr(site.etc, DEFAULT, acl(33, 6))
    os.setxattr(site.etc / "pjsip.conf", ACCESS, acl(34, 4))
    site.sync()
    assert os.getxattr(site.etc / "pjsip.conf", ACCESS) == acl(34, 4)


@pytest.fixture
def append_only(site: Site, as_root: None) -> Iterator[Path]:
    subprocess.run(["chattr", "+a", str(site.etc)], check=True)
    yield site.etc
    subprocess.run(["chattr", "-a", str(site.etc)], check=True)


def test_no_copy_with_pins_is_left_in_a_folder_from_which_nothing_can_be_removed(site: Site, append_only: Path) -> None:
    before = site.everything(append_only)
    done = site.try_sync()
    assert done.status == 14, str(done)
    assert "its folder is append-only or immutable" in done.stderr
    assert "`chattr` takes that off" in done.stderr
    assert site.everything(append_only) == before


@pytest.mark.usefixtures("as_root")
def test_a_file_that_is_a_mount_of_its_own_is_refused_and_the_way_out_is_said(site: Site) -> None:
    outside = site.folder / "outside.conf"
    outside.write_text("[udp]\ntype=transport\n")
    os.utime(outside, (1_700_000_000, 1_700_000_000))
    mount = f'mount --bind {outside} {site.etc / "pjsip.conf"} && exec "$@"'
    done = site.gvma("sync", *site.from_tree, prefix=("unshare", "--mount", "sh", "-c", mount, "sh"))
    assert done.status == 14, str(done)
    assert "mount its folder, not the file" in done.stderr
    assert BEGIN not in outside.read_text() + site.text("voicemail.conf")
    assert sorted(path.name for path in site.etc.iterdir()) == ["extensions.conf", "pjsip.conf", "voicemail.conf"]


@pytest.mark.usefixtures("as_root")
def test_a_read_only_folder_that_a_link_leads_to_is_named(site: Site) -> None:
    """As FreePBX's links, and the systemd unit's ProtectSystem=."""
    module = site.folder / "module"
    module.mkdir()
    (site.etc / "extensions.conf").rename(module / "extensions.conf")
    (site.etc / "extensions.conf").symlink_to(module / "extensions.conf")
    mount = f'mount --bind {module} {module} && mount -o remount,ro,bind {module} && exec "$@"'
    done = site.gvma("sync", *site.from_tree, prefix=("unshare", "--mount", "sh", "-c", mount, "sh"))
    assert done.status == 14, str(done)
    assert f"It is a link to {module / 'extensions.conf'}." in done.stderr
    assert "ReadWritePaths= of the systemd unit" in done.stderr
    assert BEGIN not in site.text("voicemail.conf")
