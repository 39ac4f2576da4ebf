"""An account without root's rights, which may use a folder and not list its names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gvma.errors import UnsafeTargetError
from gvma.storage.asterisk.files import read_content, read_target
from tests.unit.rights import ASTERISK, by


@pytest.fixture
def folder(host: Path) -> Path:
    folder = host / "etc"
    folder.mkdir()
    (folder / "pjsip.conf").write_text("[udp]\n")
    os.utime(folder / "pjsip.conf", (1_700_000_000, 1_700_000_000))
    folder.chmod(0o711)
    return folder


def test_a_file_is_read_in_a_folder_whose_names_may_not_be_listed(folder: Path) -> None:
    def read() -> None:
        assert read_content(folder / "pjsip.conf") == b"[udp]\n"
        assert read_target(folder / "pjsip.conf").content == b"[udp]\n"

    by(ASTERISK, read)


def test_a_file_that_is_missing_there_is_refused(folder: Path) -> None:
    def read() -> None:
        with pytest.raises(UnsafeTargetError, match="Permission denied"):
            read_target(folder / "voicemail.conf")

    by(ASTERISK, read)
