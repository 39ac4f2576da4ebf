"""Files of gvma's own."""

from __future__ import annotations

from pathlib import Path

from gvma.storage.private import write_private


def test_a_file_is_private_and_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "state" / "note"
    write_private(path, b"1")
    write_private(path, b"2")
    assert path.read_bytes() == b"2"
    assert [entry.name for entry in path.parent.iterdir()] == ["note"]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
