"""When a sync last ended well."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gvma.storage.disk import watch
from gvma.storage.state import last_success


def test_a_success_is_remembered_by_the_time_of_a_file_and_by_no_content(tmp_path: Path) -> None:
    assert last_success.read(tmp_path) is None
    last_success.leave(tmp_path)
    path = tmp_path / "state" / last_success.NAME
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert last_success.read(tmp_path) == 1_700_000_000
    inode = path.stat().st_ino
    last_success.leave(tmp_path)
    again = last_success.read(tmp_path)
    assert again is not None
    assert again > 1_700_000_000
    assert (path.stat().st_ino, path.read_bytes()) == (inode, b"")


def test_a_time_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    last_success.leave(tmp_path)

    def refuse(call: str, path: str) -> None:
        if call == "utime":
            raise OSError(30, "Read-only file system", path)

    with watch(refuse), pytest.raises(Exception, match="Read-only file system"):
        last_success.leave(tmp_path)
