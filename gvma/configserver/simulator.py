"""A Configuration Server of our own, for the demo, for rehearsals and for tests; it never leaves this host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAMPLE = Path(__file__).with_name("sample.xml")
SHAPES = ("a", "a-ids", "b")
FAILURES = ("refuse", "401", "fault", "truncate", "delay", "empty", "malformed", "500")


class Simulator:
    """Answers queries from an XML tree file, which is read again whenever it changes.

    path: the tree; the packaged sample where it is None.
    username, password: Basic credentials that are wanted; without username anyone may ask.
    shape: ``a`` (bare numbers), ``a-ids`` (id strings), ``b``.
    fail: one of FAILURES or None; may be set at any time, also while serving.
    delay: seconds that ``fail = "delay"`` waits before the answer.
    received: the queries so far, as they came.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        username: str = "",
        password: str = "",
        shape: str = "a",
        fail: str | None = None,
        delay: float = 60.0,
    ) -> None:
        self.path = path or SAMPLE
        self.shape = shape
        self.fail = fail
        self.delay = delay
        self.received: list[str] = []
        self._credentials = (username, password)

    @contextmanager
    def serve(self, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
        """Serve in a thread until the block is left; gives the URL. Port 0: any free port."""
        raise NotImplementedError
        yield ""
