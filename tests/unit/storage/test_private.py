"""Files of gvma's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.errors import BackupSetError
from gvma.storage.private import remove_private, write_private


def test_a_file_is_private_and_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "state" / "note"
    write_private(path, b"1")
    write_private(path, b"2")
    assert path.read_bytes() == b"2"
    assert [entry.name for entry in path.parent.iterdir()] == ["note"]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_file_that_cannot_be_looked_at_is_not_taken_for_removed(tmp_path: Path) -> None:
    with pytest.raises(BackupSetError, match="File name too long"):
        remove_private(tmp_path / ("x" * 300))
