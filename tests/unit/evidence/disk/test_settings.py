"""Paths of the settings as this account sees them."""

from __future__ import annotations

from pathlib import Path

from gvma.evidence.disk.settings import unreachable
from gvma.settings import Settings
from tests.unit.evidence.site import settings


def test_paths_that_are_not_there(tmp_path: Path) -> None:
    gone = settings(tmp_path / "gone", backup_path=tmp_path / "made/by/the/sync", log_file=tmp_path / "no/log")
    found = unreachable(Settings(gvma=gone))
    assert [key for key, _ in found] == ["asterisk_cfg_path", "asterisk_spool_path", "log_file"]
    (tmp_path / "file").touch()
    blocked = settings(tmp_path, asterisk_spool_path=tmp_path, backup_path=tmp_path / "file/below")
    assert [key for key, _ in unreachable(Settings(gvma=blocked))] == ["backup_path"]
    right = settings(tmp_path, asterisk_spool_path=tmp_path)
    assert list(unreachable(Settings(gvma=right))) == []


def test_a_host_that_writes_into_a_database_needs_no_folder_of_asterisks(tmp_path: Path) -> None:
    elsewhere = settings(tmp_path / "gone", sink="realtime", backup_path=tmp_path / "kept")
    assert list(unreachable(Settings(gvma=elsewhere))) == []
