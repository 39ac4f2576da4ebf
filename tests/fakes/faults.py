"""Stops or fails a piece of work at any one of its calls to the file system, by ``gvma.storage.disk``'s watch.

Used at small scale by the unit tests and at full scale by the soak tests.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

from gvma.storage import disk

Work = Callable[[], object]


@dataclass
class Counter:
    """Counts calls, and does something at one of them. calls: name and path of each, in order."""

    at: int = -1
    strike: Callable[[str], None] = lambda path: None
    calls: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, call: str, path: str) -> None:
        self.calls.append((call, path))
        if len(self.calls) - 1 == self.at:
            self.strike(path)


def calls_of(work: Work) -> list[tuple[str, str]]:
    """Every call that the work makes."""
    counter = Counter()
    with disk.watch(counter):
        work()
    return counter.calls


def killed_at(number: int, work: Work) -> bool:
    """Does the work in a child that SIGKILL ends right before its call ``number`` (from 0).

    False where the work ended before that call; the child's failure is ours.
    """
    return _killed(Counter(number, lambda path: os.kill(os.getpid(), signal.SIGKILL)), work)


def at_call(call: str, ending: str, act: Work) -> disk.Watcher:
    """Acts right before the first call of this name whose path ends so."""
    done: list[str] = []

    def watcher(name: str, path: str) -> None:
        if name == call and path.endswith(ending) and not done:
            done.append(path)
            act()

    return watcher


def killed_before(call: str, ending: str, work: Work, *, time: int = 1) -> bool:
    """As ``killed_at``, right before a call of this name with a path that ends so. time: the first such, or a later."""
    left = time

    def strike(name: str, path: str) -> None:
        nonlocal left
        if name == call and path.endswith(ending):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    return _killed(strike, work)


def _killed(watcher: disk.Watcher, work: Work) -> bool:
    child = os.fork()
    if child == 0:
        status = 70
        try:
            with disk.watch(watcher):
                work()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        assert os.WTERMSIG(ended) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(ended) == 0, "the work failed in the child"
    return False


def failing_at(number: int, error: int, work: Work) -> list[tuple[str, str]]:
    """Does the work with its call ``number`` (from 0) failing once with an errno; the calls that it made."""

    def fail(path: str) -> None:
        raise OSError(error, os.strerror(error), path)

    counter = Counter(number, fail)
    with disk.watch(counter):
        work()
    return counter.calls


def signalled_at(number: int, which: signal.Signals, work: Work) -> None:
    """Does the work with a signal to ourselves right before its call ``number`` (from 0)."""
    with disk.watch(Counter(number, lambda path: signal.raise_signal(which))):
        work()
