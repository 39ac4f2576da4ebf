"""SIGTERM, SIGINT and SIGHUP while files are being changed: never in the middle of a step.

``stoppable`` turns a signal into ``Stopped``, so that whoever holds a transaction can put back;
``undisturbed`` holds signals off while a step on the disk runs, and lets them come at its end.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(SystemExit):
    """A signal asked us to end; as a SystemExit it passes event loops, and leaves with 128 + its number."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.signal = signal.Signals(number)


class _Latch:
    """How many steps hold signals off, and the signal that came meanwhile."""

    def __init__(self) -> None:
        self.depth = 0
        self.pending: int | None = None

    def arrive(self, number: int, _frame: FrameType | None) -> None:
        if self.depth:
            self.pending = number
        else:
            raise Stopped(number)

    def release(self) -> None:
        number, self.pending = self.pending, None
        if number is not None:
            raise Stopped(number)


_latch = _Latch()


@contextmanager
def stoppable() -> Iterator[None]:
    """While the block runs, a signal raises Stopped; outside the main thread, nothing is changed.

    Signals that the caller ignores (``nohup``) stay ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    _latch.pending = None
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN and handler is not None:
                signal.signal(number, _latch.arrive)
        yield
        _latch.release()
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Under ``stoppable``: the block ends before a signal counts. The block's own failure comes first."""
    _latch.depth += 1
    try:
        yield
    finally:
        _latch.depth -= 1
    if not _latch.depth:
        _latch.release()
