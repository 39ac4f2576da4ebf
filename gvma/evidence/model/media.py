"""What the media server says of its own calls. Pure."""

from __future__ import annotations

from typing import NamedTuple


class MediaMinute(NamedTuple):
    """Calls that ended in one minute. at: when it began, as Unix time."""

    at: float
    calls: int
    refused: int
    failed: int


class FailedMediaCall(NamedTuple):
    """A call that was refused or failed. time: Unix time of its end. outcome: ``refused`` or ``failed``.

    uri, call_id: empty where the server does not know them.
    """

    time: float
    route: str
    outcome: str
    call_id: str
    uri: str
    reason: str


_MINUTE = 60


class MediaFigures(NamedTuple):
    """Calls that are open now, the minutes of the last day with calls, and the last failures, oldest first."""

    open_calls: int
    minutes: tuple[MediaMinute, ...]
    failures: tuple[FailedMediaCall, ...]

    def since(self, begin: float) -> MediaMinute:
        """The sum of the minutes that began then or later; its ``at`` is ``begin``."""
        minutes = [minute for minute in self.minutes if minute.at >= begin]
        return MediaMinute(
            begin,
            sum(minute.calls for minute in minutes),
            sum(minute.refused for minute in minutes),
            sum(minute.failed for minute in minutes),
        )

    def as_json(self) -> dict[str, object]:
        return {
            "open_calls": self.open_calls,
            "minutes": [minute._asdict() for minute in self.minutes],
            "failures": [failure._asdict() for failure in self.failures],
        }

    def failures_since(self, begin: float) -> tuple[FailedMediaCall, ...]:
        """The last failures of the minutes that ``since`` sums."""
        return tuple(one for one in self.failures if one.time // _MINUTE * _MINUTE >= begin)
