"""A new file has its owner, mode and ACL before it has a content."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gvma.storage import disk
from gvma.storage.atomic import Rights, stage


def stage_like(source: Path, path: Path) -> None:
    with source.open("rb") as opened:
        stage(path, b"x", Rights(os.geteuid(), os.getegid(), 0o640), like=opened.fileno())


def test_an_acl_stays(tmp_path: Path) -> None:
    """An extended attribute stands for it where the file system of the tests has no ACL."""
    (tmp_path / "a.conf").write_bytes(b"")
    os.setxattr(tmp_path / "a.conf", "user.note", b"kept")
    stage_like(tmp_path / "a.conf", tmp_path / "new")
    assert os.getxattr(tmp_path / "new", "user.note") == b"kept"


def test_an_acl_that_cannot_be_kept_is_an_error_and_no_wider_access(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.conf").write_bytes(b"")
    monkeypatch.setattr(os, "listxattr", lambda path: ["system.posix_acl_access"])
    monkeypatch.setattr(os, "getxattr", lambda path, name: b"")

    def refuse(call: str, which: str) -> None:
        if call == "setxattr":
            raise PermissionError(1, "Operation not permitted", which)

    with disk.watch(refuse), pytest.raises(PermissionError):
        stage_like(tmp_path / "a.conf", tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_an_owner_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    def refuse(call: str, which: str) -> None:
        if call == "chown":
            raise PermissionError(1, "Operation not permitted", which)

    with disk.watch(refuse), pytest.raises(PermissionError):
        stage(tmp_path / "new", b"x", Rights(os.geteuid() + 1, os.getegid(), 0o640))
    assert (tmp_path / "new").read_bytes() == b""
