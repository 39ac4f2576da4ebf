"""Ends what a command has left running, also what left its session or its process group behind. Linux only.

The kernel gives the orphans among our descendants to us while we are their subreaper (prctl(2)), so that none is lost.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SET_CHILD_SUBREAPER, _GET_CHILD_SUBREAPER = 36, 37
_POLL_SECONDS = 0.01
# Five seconds of looking, and not of the clock: a host that stops meanwhile takes none of them away.
_LOOKS = 500


@contextmanager
def none_left() -> Iterator[None]:
    """Kills and reaps, behind the block, every descendant of ours that was not there before it.

    A process of another user (``sudo``) may stay. The block reaps what it has started itself.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    was_subreaper = ctypes.c_int(0)
    libc.prctl(_GET_CHILD_SUBREAPER, ctypes.byref(was_subreaper), 0, 0, 0)
    before = _children()
    libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        _end_children(before)
        libc.prctl(_SET_CHILD_SUBREAPER, was_subreaper.value, 0, 0, 0)


def _end_children(spared: set[int]) -> None:
    """The children of one that is killed become ours, and are next.

    Only children are killed: the number of one that we have not reaped is nobody else's.
    """
    looks = _LOOKS
    while looks and (left := _children() - spared):
        for child in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
        ended = []
        for child in left:
            with suppress(ChildProcessError):
                ended.append(os.waitpid(child, os.WNOHANG)[0])
        if not any(ended):
            looks -= 1
            time.sleep(_POLL_SECONDS)


def _children() -> set[int]:
    ours = os.getpid()
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _parent(entry) == ours}


def _parent(entry: Path) -> int | None:
    """None where the process is gone."""
    try:
        # The name of the program, in brackets, may have blanks and brackets of its own.
        return int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except OSError:
        return None
