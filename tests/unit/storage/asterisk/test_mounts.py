"""Files that are mounts of their own, here and for an Asterisk in a container."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gvma.settings.model import GvmaSettings
from gvma.storage.asterisk.mounts import mount_points, mount_points_of_asterisk
from gvma.sync.reasons import likely_reason
from tests.harness.children import child_process


@pytest.fixture
def mounted(tmp_path: Path, mount_namespace: tuple[str, ...]) -> Iterator[Path]:
    """voicemail.conf, which a process by the name of asterisk has mounted by itself, as containers do it."""
    path = tmp_path / "voicemail conf"
    path.write_text("[general]\n")
    cat = shutil.which("cat")
    assert cat is not None
    asterisk = shutil.copy(cat, tmp_path / "asterisk")
    mount = 'mount --bind "$1" "$1" && echo ready && exec "$2"'
    command = [*mount_namespace, "sh", "-c", mount, "sh", str(path), asterisk]
    with child_process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        running.stdin.write(b"up\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"up\n"  # it is asterisk by now
        yield path
        running.stdin.close()


def test_a_file_that_asterisk_alone_has_mounted_is_found_and_is_the_likeliest_reason(mounted: Path) -> None:
    assert mounted not in mount_points()
    assert mounted in mount_points_of_asterisk()
    settings = GvmaSettings(asterisk_cfg_path=mounted.parent)
    said = likely_reason(settings, None, [mounted])
    assert said.startswith(f"Asterisk has {mounted} mounted by itself")
    assert likely_reason(settings, None, [mounted.with_name("pjsip.conf")]) == ""


def test_an_asterisk_that_shares_our_mounts_has_none_of_its_own(tmp_path: Path) -> None:
    cat = shutil.which("cat")
    assert cat is not None
    with child_process([shutil.copy(cat, tmp_path / "asterisk")], stdin=subprocess.PIPE) as running:
        assert Path("/proc") not in mount_points_of_asterisk()
        assert running.stdin is not None
        running.stdin.close()
