"""A progress line on a terminal: it names the present step, as soon as that takes longer than a moment."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """The steps of a run, one after the other; short steps are not shown.

    after_seconds: how long a step may take before it is shown.
    """

    def __init__(self, console: Console, after_seconds: float) -> None:
        self._bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
        )
        self._task = self._bar.add_task("", total=None)
        self._after = after_seconds
        self._lock = threading.Lock()
        self._step = 0
        self._timer: threading.Timer | None = None
        self._shown = False

    def begin(self, step: str) -> None:
        """Begin the next step; the one before has ended."""
        self._hide()
        self._bar.reset(self._task, description=step, total=None)
        self._timer = threading.Timer(self._after, self._show, [self._step])
        self._timer.daemon = True
        self._timer.start()

    def _show(self, step: int) -> None:
        """step: which one it is for. The timer of one that has ended may be waiting for the lock already."""
        with self._lock:
            if step == self._step and not self._shown:
                self._bar.start()
                self._shown = True

    def _hide(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._step += 1
            if self._shown:
                self._bar.stop()
                self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hide()
