"""What was asked a moment ago and need not be asked again: a person who reloads a page asks nobody twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """One answer, asked for anew when it is older than so many seconds. Who comes meanwhile waits for the same one."""

    def __init__(self, ask: Callable[[], T], seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._ask, self._seconds, self._clock = ask, seconds, clock
        self._lock = threading.Lock()
        self._answer: tuple[float, T] | None = None

    def now(self) -> T:
        """The answer. Raises what asking raises; that is not kept."""
        with self._lock:
            if self._answer is None or self._clock() - self._answer[0] > self._seconds:
                self._answer = None  # not two of them in memory
                answer = self._ask()
                self._answer = (self._clock(), answer)
            return self._answer[1]


@dataclass(frozen=True, slots=True)
class Latest(Generic[T]):
    """The newest answer of a Background. answer: None before the first. asking: a newer one is on its way.

    problem: why the last try gave none.
    """

    answer: T | None
    asking: bool
    problem: str = ""


class Background(Generic[T]):
    """One answer that takes long: asked for in a thread of its own, so that no page waits for it."""

    def __init__(self, ask: Callable[[], T], seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._ask, self._seconds, self._clock = ask, seconds, clock
        self._lock = threading.Lock()
        self._answer: T | None = None
        self._problem = ""
        self._asked_at: float | None = None
        self._thread: threading.Thread | None = None

    def latest(self) -> Latest[T]:
        """What there is; a newer answer is asked for where this one is old, or where there is none."""
        with self._lock:
            old = self._asked_at is None or self._clock() - self._asked_at > self._seconds
            if old and (self._thread is None or not self._thread.is_alive()):
                self._asked_at = self._clock()
                self._thread = threading.Thread(target=self._run, name="check", daemon=True)
                self._thread.start()
            asking = self._thread is not None and self._thread.is_alive()
            return Latest(self._answer, asking, self._problem)

    def wait(self) -> Latest[T]:
        """As ``latest``, once nothing is being asked."""
        self.latest()
        thread = self._thread
        if thread is not None:
            thread.join()
        with self._lock:
            return Latest(self._answer, False, self._problem)

    def _run(self) -> None:
        try:
            answer: T | None = self._ask()
            problem = ""
        except Exception as error:  # the thread has nobody to raise it to; the page says it
            answer, problem = None, str(getattr(error, "message", "") or type(error).__name__)
        with self._lock:
            self._answer, self._problem = answer if answer is not None else self._answer, problem
