"""Asterisk's files read from the disk, through relative, absolute and starred includes."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from gvma.asterisk.conf.model import Conf
from gvma.asterisk.conf.reader import read_conf
from gvma.storage.asterisk.conf_files import content, included_files


def read(folder: Path, text: bytes) -> Conf:
    (folder / "main.conf").write_bytes(text)
    return read_conf("main.conf", partial(included_files, folder))


def test_what_is_included_counts_as_if_it_stood_there(tmp_path: Path) -> None:
    (tmp_path / "vm_general.inc").write_bytes(b"passwordlocation=spooldir\n")
    found = read(tmp_path, b"[general]\n#include vm_general.inc\n[default]\n1 => 2\n")
    included = str(tmp_path / "vm_general.inc")
    assert [(one.file, one.section, one.key) for one in found.settings] == [
        (included, "general", "passwordlocation"),
        (str(tmp_path / "main.conf"), "default", "1"),
    ]


def test_several_files_may_be_included_by_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "vm.d").mkdir()
    (tmp_path / "vm.d" / "b.conf").write_bytes(b"b=1")
    (tmp_path / "vm.d" / "a.conf").write_bytes(b"a=1")
    for pattern in ("vm.d/*.conf", tmp_path / "vm.d/*.conf"):
        assert [one.key for one in read(tmp_path, f'[x]\n#include "{pattern}"\n'.encode()).settings] == ["a", "b"]


def test_a_file_that_includes_itself_comes_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "round.conf").write_bytes(b"#include round.conf\nx=1\n")
    assert [one.key for one in read(tmp_path, b"[a]\n#include round.conf\n").settings] == ["x"]


def test_what_is_missing_or_would_be_run_counts_as_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, b"#tryinclude missing.conf\n#exec /bin/false\n[a]\n")
    assert ([section.name for section in found.sections], found.settings) == (["a"], [])


@pytest.mark.parametrize("kind", ["fifo", "folder", "nothing"])
def test_what_is_no_regular_file_is_never_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "voicemail.conf"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    assert content(path) is None
    assert list(included_files(tmp_path, "voicemail.conf")) == []
