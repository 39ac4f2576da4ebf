"""Answers a question in a process of its own.

What a large site takes for a moment, 150 MiB for 50,000 mailboxes, goes back to the system with that process, and a
page that needs no answer does not wait for the interpreter meanwhile.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from gvma.errors import GvmaError

T = TypeVar("T")

# Every source has limits of its own; this one ends what none of them has ended.
_LONGEST_SECONDS = 300.0
# Each question that waits keeps one of the server's threads; the others serve the pages that ask nobody.
_MOST_WAITING = 8
# __main__: where Debian's package says where the modules are, it is there that it says so.
_MODULES = [
    "__main__",
    "gvma.check.catalogue",
    "gvma.evidence.at_a_glance",
    "gvma.evidence.by_name",
    "gvma.explain.verdict",
]


class Apart:
    """Asks one question at a time, so that no two of them need memory at once."""

    def __init__(self, seconds: float = _LONGEST_SECONDS) -> None:
        """seconds: after so many a question is given up."""
        self._seconds = seconds
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(_MODULES)
        self._turn = threading.Lock()
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)

    def ask_at_once(self, question: Callable[..., T], *values: object) -> T:
        """As ``ask``; where too many wait already, a GvmaError says so in place of an answer."""
        if not self._waiting.acquire(blocking=False):
            raise GvmaError("too many questions wait for their answer", hint="Load the page again in a moment.")
        try:
            return self.ask(question, *values)
        finally:
            self._waiting.release()

    def ask(self, question: Callable[..., T], *values: object) -> T:
        """What the question returns. question: a function of a module; values: what it takes.

        Raises the GvmaError that it raises, and one of its own where no answer comes.
        """
        with self._turn:
            ours, theirs = self._processes.Pipe(duplex=False)
            with ours:
                child = self._processes.Process(target=_answer, args=(theirs, question, values), daemon=True)
                with theirs:
                    child.start()
                try:
                    answer, failure = ours.recv() if ours.poll(self._seconds) else (None, _silence("in time"))
                except (EOFError, OSError):  # an OSError where it was killed while it answered
                    answer, failure = None, _silence("before its process ended")
                finally:
                    child.kill()
                    child.join()
                    child.close()
        if failure is not None:
            raise failure
        return cast(T, answer)


def _silence(when: str) -> GvmaError:
    return GvmaError(f"no answer came {when}", hint="Load the page again; the log of gvma web has the reason.")


def _answer(pipe: Connection, question: Callable[..., Any], values: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, which ends this
    gc.disable()  # the process ends before it would pay
    answer: tuple[object, GvmaError | None]
    try:
        answer = (question(*values), None)
    except GvmaError as failure:
        answer = (None, failure)
    with suppress(BrokenPipeError):  # the server has ended meanwhile
        pipe.send(answer)
