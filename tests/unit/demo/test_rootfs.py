"""Which Asterisk is taken, and what is said where none can be had."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gvma.demo import packages, rootfs
from gvma.demo.debian import NotObtainableError


@pytest.fixture(autouse=True)
def no_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, and no Debian packages."""

    def refuse(suite: str, *_: object) -> None:
        raise NotObtainableError(f"no asterisk in {suite}")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(packages, "architecture", lambda: "amd64")
    monkeypatch.setattr(packages, "unpack", refuse)


def test_another_version_on_path_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/asterisk"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho Asterisk 18.10.0\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NotObtainableError, match="no Asterisk 22 on PATH, and none from Debian packages") as raised:
        rootfs.obtain(22)
    assert "Install Asterisk 22" in raised.value.hint


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(NotObtainableError, match="16 and 22"):
        rootfs.obtain(13)
