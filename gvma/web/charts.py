"""Bar charts as values: what the template draws as SVG, with the same numbers in a table behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from gvma.evidence.model.media import MediaFigures
from gvma.storage.history.model import TIME, PastRun

WIDTH, HEIGHT = 720, 160
_GAP = 0.2
_DAYS = 14
_HOURS = 3
_STEP = 300


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar, in pixels. kind: its class in the style sheet."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """kinds: class and name of each part, the lowest first. rows: the numbers of each bar, in the order of kinds."""

    title: str
    kinds: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def highest(self) -> int:
        """The sum of the highest bar."""
        return max((sum(numbers) for _, numbers in self.rows), default=0)

    @property
    def parts(self) -> list[Part]:
        """The parts of all bars; none of a part that is 0."""
        if not self.highest:
            return []
        step = WIDTH / len(self.rows)
        drawn = []
        for number, (_, numbers) in enumerate(self.rows):
            top = float(HEIGHT)
            for (kind, _), value in zip(self.kinds, numbers, strict=True):
                height = HEIGHT * value / self.highest
                top -= height
                if value:
                    x = step * (number + _GAP / 2)
                    drawn.append(Part(kind, round(x, 1), round(top, 1), round(step * (1 - _GAP), 1), round(height, 1)))
        return drawn


def runs_by_day(runs: Iterable[PastRun], now: datetime) -> Chart:
    """Runs that changed something and runs that failed, on each of the last days.

    now: with a time zone, or in the host's own, whose clocks may have changed within these days.
    """
    days = [(now - timedelta(days=ago)).date() for ago in range(_DAYS - 1, -1, -1)]
    counts = {day: [0, 0] for day in days}
    for run in runs:
        day = _local(run.at, now.tzinfo).date()
        if day in counts:
            counts[day][bool(run.exit_code)] += 1
    rows = tuple((f"{day:%d %b}", (changed, failed)) for day, (changed, failed) in counts.items())
    kinds = (("changed", "changed something"), ("failed", "failed"))
    return Chart(f"Runs on each of the last {_DAYS} days", kinds, rows)


def calls_by_time(figures: MediaFigures, now: datetime) -> Chart:
    """Calls of the last hours in steps of five minutes: served, refused, failed. now: as of ``runs_by_day``."""
    end = int(now.timestamp()) // _STEP * _STEP + _STEP
    begin = end - _HOURS * 3600
    counts = {at: [0, 0, 0] for at in range(begin, end, _STEP)}
    for minute in figures.minutes:
        at = int(minute.at) // _STEP * _STEP
        if at in counts:
            _add(counts[at], (minute.calls - minute.refused - minute.failed, minute.refused, minute.failed))
    rows = tuple(
        (f"{datetime.fromtimestamp(at, now.tzinfo):%H:%M}", (served, refused, failed))
        for at, (served, refused, failed) in counts.items()
    )
    kinds = (("changed", "served"), ("refused", "refused"), ("failed", "failed"))
    return Chart(f"Calls that ended in the last {_HOURS} hours, in steps of five minutes", kinds, rows)


def _add(into: list[int], numbers: Sequence[int]) -> None:
    for place, number in enumerate(numbers):
        into[place] += number


def _local(at: str, zone: tzinfo | None) -> datetime:
    return datetime.strptime(at, TIME).replace(tzinfo=UTC).astimezone(zone)
