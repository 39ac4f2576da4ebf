"""The history on the disk: one run a line, only ever added to, in two files of a bounded size.

A line is added by one write, so that runs which do not wait for each other keep theirs apart. One that was cut by a
kill, or changed by hand, is left out on reading, and counted; the others stay.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from gvma.storage import disk
from gvma.storage.history.model import PastRun, past_run
from gvma.storage.private import not_kept, private_folder, read_private
from gvma.storage.state import records

NAME, EARLIER = "history.jsonl", "history-earlier.jsonl"
"""The files under ``backup_path/state``."""
LARGEST = 8 * 1024 * 1024
"""Bytes at which a file becomes the earlier one, and a new one begins."""


class History(NamedTuple):
    """runs: newest first. damaged: how many lines are none."""

    runs: tuple[PastRun, ...] = ()
    damaged: int = 0


def add(backup_path: Path, run: PastRun, *, largest: int = LARGEST) -> None:
    """One more run. Raises BackupSetError where it cannot be written. largest: as LARGEST."""
    path = records.folder(backup_path) / NAME
    line = json.dumps(run.as_json(), separators=(",", ":")).encode("ascii") + b"\n"
    try:
        private_folder(path.parent)
        _make_room(path, largest)
        disk.append_line(path, line)
    except OSError as error:
        raise not_kept(path, error) from error


def read(backup_path: Path) -> History:
    """All that is left of both files. Raises BackupSetError where one is there and cannot be read."""
    runs: list[PastRun] = []
    damaged, after_restore = 0, False
    for name in (EARLIER, NAME):
        for line in (read_private(records.folder(backup_path) / name) or b"").splitlines():
            try:
                run = past_run(json.loads(line))
            except (ValueError, RecursionError):
                damaged += bool(line.strip())
                continue
            runs.append(run._replace(after_restore=after_restore))
            if run.changed:
                after_restore = bool(run.restored)
    return History(tuple(reversed(runs)), damaged)


def written_at(backup_path: Path) -> float | None:
    """Unix time, in fractions of a second, at which the newest run was added; None where there is none."""
    try:
        return (records.folder(backup_path) / NAME).stat().st_mtime
    except OSError:
        return None


def _make_room(path: Path, largest: int) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return
    if size >= largest:
        disk.rename(path, path.with_name(EARLIER))
