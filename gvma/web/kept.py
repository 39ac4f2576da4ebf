"""What was asked a moment ago and need not be asked again: a person who reloads a page asks nobody twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from gvma.errors import GvmaError

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

    error: why the last try gave none.
    """

    answer: T | None
    asking: bool
    error: Exception | None = None

    @property
    def problem(self) -> str:
        """The error as a page says it; empty where there is none."""
        if self.error is None:
            return ""
        return str(self.error if isinstance(self.error, GvmaError) else type(self.error).__name__)


class Background(Generic[T]):
    """One answer that takes long: asked for in a thread of its own, so that a page waits no longer than it wants."""

    def __init__(self, ask: Callable[[], T], seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._ask, self._seconds, self._clock = ask, seconds, clock
        self._lock = threading.Lock()
        self._answer: T | None = None
        self._error: Exception | None = None
        self._asked_at: float | None = None
        self._thread: threading.Thread | None = None

    def latest(self, patience: float = 0.0) -> Latest[T]:
        """What there is; a newer answer is asked for where this one is old, or where there is none.

        patience: for so many seconds the newer answer is waited for.
        """
        asking = self._begun()
        if asking is not None and patience > 0:
            asking.join(patience)
        return self._found()

    def wait(self) -> Latest[T]:
        """As ``latest``, once nothing is being asked."""
        asking = self._begun()
        if asking is not None:
            asking.join()
        return self._found()

    def _begun(self) -> threading.Thread | None:
        """The thread that asks now, begun where the answer is old; None where nothing is asked."""
        with self._lock:
            if self._thread is not None and not self._thread.is_alive():
                self._thread = None
            is_old = self._asked_at is None or self._clock() - self._asked_at > self._seconds
            if is_old and self._thread is None:
                self._asked_at = self._clock()
                self._thread = threading.Thread(target=self._run, name="asking", daemon=True)
                self._thread.start()
            return self._thread

    def _found(self) -> Latest[T]:
        with self._lock:
            is_asking = self._thread is not None and self._thread.is_alive()
            return Latest(self._answer, is_asking, self._error)

    def _run(self) -> None:
        try:
            answer: T | None = self._ask()
            error = None
        except Exception as raised:  # the thread has nobody to raise it to; the page says it
            answer, error = None, raised
        with self._lock:
            self._answer, self._error = answer if answer is not None else self._answer, error
