"""What the benchmarks of whole commands share: CPU time and memory of a child, and rows with their limits."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

TREE = Path(__file__).parents[2]
"""The checkout that this benchmark belongs to."""


class Cost(NamedTuple):
    """What one child took. seconds: CPU time of user and system together. mib: its peak memory."""

    seconds: float
    mib: float


class Row(NamedTuple):
    """A figure of every round, and what its median must not exceed; limit 0: shown only."""

    name: str
    rounds: Sequence[float]
    limit: float = 0
    unit: str = "times"


class Installation:
    """gvma of a checkout, run as from an installation: bytecode is kept, and Python does not look for the editable
    package of a checkout at each start. The libraries are those of this benchmark's environment.
    """

    def __init__(self, folder: Path, tree: Path = TREE) -> None:
        """folder: for what it makes."""
        venv.create(folder / "venv", symlinks=True)
        self._python = folder / "venv" / "bin" / "python"
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._environ = environ | {
            "PYTHONPATH": f"{tree}:{sysconfig.get_path('purelib')}",
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        }
        self.tree = tree

    def python(self, *arguments: str, exits: Sequence[int] = (0,)) -> Cost:
        """What a run of Python costs. exits: what is a success."""
        child = subprocess.Popen(
            [str(self._python), *arguments], cwd=self.tree, env=self._environ, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode in exits, (arguments, child.returncode)
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """A run of Python that goes on, with its stdout as text."""
        command = [str(self._python), *arguments]
        return subprocess.Popen(command, cwd=self.tree, env=self._environ, stdout=subprocess.PIPE, text=True)

    def gvma(self, settings: Path, *arguments: str, exits: Sequence[int] = (0,)) -> Cost:
        """What a command costs, with ``-q``."""
        return self.python("-m", "gvma", "-q", "--config", str(settings), *arguments, exits=exits)


def seconds_with_children(pid: int) -> float:
    """CPU seconds of a process and its children, those that have ended included."""
    while True:
        own = _ticks(pid)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ticks = sum(own) + sum(sum(_ticks(int(child))[:2]) for child in children)
        if _ticks(pid)[2:] == own[2:]:  # no child has ended between the looks
            return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> list[int]:
    """Of user and system; the same of children that have ended. None of a process that has ended meanwhile."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return [0, 0, 0, 0]
    return [int(field) for field in fields[11:15]]


def ratios(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    """Ours to theirs, round by round."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def within_limits(rows: Iterable[Row]) -> bool:
    """Prints a line for each row, and whether every median keeps its limit."""
    kept = True
    for name, rounds, limit, unit in rows:
        middle = median(rounds)
        bound = f"(limit {limit:g})" if limit else ""
        print(f"{name:52} {middle:8.2f} {unit:6} {bound:12} {min(rounds):.2f} to {max(rounds):.2f}")
        kept = kept and (not limit or middle <= limit)
    print("all limits kept" if kept else "A LIMIT IS BROKEN")
    return kept
