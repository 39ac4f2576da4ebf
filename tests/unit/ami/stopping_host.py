"""A stand-in for the module time."""

from __future__ import annotations


class StoppingHost:
    """A clock on a host that stops for ten minutes in each sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _seconds: float) -> None:
        self.now += 600
