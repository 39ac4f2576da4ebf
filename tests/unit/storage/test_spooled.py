"""An answer that is read once more: it holds PINs, and leaves nothing behind."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path

from gvma.storage.spooled import IN_MEMORY, Spooled

LINE = b"<CfgDN number='1000' pin='86420'/>\n"


def _opened_here(folder: Path) -> list[os.stat_result]:
    """The files of this folder that this process has open, with or without a name."""
    links = [Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd")]
    targets = {link: os.readlink(link) for link in links if link.is_symlink()}
    return [os.stat(link) for link, target in targets.items() if target.startswith(f"{folder}/")]


def test_much_of_it_stands_in_a_file_that_has_no_name_and_that_nobody_else_may_read(tmp_path: Path) -> None:
    pieces = [LINE] * (3 * IN_MEMORY // len(LINE))
    with closing(Spooled(tmp_path)) as spooled:
        spooled.fill(pieces)
        (file,) = _opened_here(tmp_path)
        assert (stat.S_IMODE(file.st_mode), file.st_nlink) == (0o600, 0)
        assert list(tmp_path.iterdir()) == []
        assert b"".join(spooled.chunks()) == b"".join(pieces)
        assert b"".join(spooled.chunks()) == b"".join(pieces)
    assert _opened_here(tmp_path) == []


def test_little_of_it_stays_in_memory(tmp_path: Path) -> None:
    with closing(Spooled(tmp_path)) as spooled:
        spooled.fill([LINE, LINE])
        assert _opened_here(tmp_path) == []
        assert b"".join(spooled.chunks()) == LINE + LINE


def test_where_the_folder_takes_no_file_all_of_it_stays_in_memory(tmp_path: Path) -> None:
    pieces = [LINE] * (3 * IN_MEMORY // len(LINE))
    with closing(Spooled(tmp_path / "missing")) as spooled:
        spooled.fill(pieces)
        assert b"".join(spooled.chunks()) == b"".join(pieces)
