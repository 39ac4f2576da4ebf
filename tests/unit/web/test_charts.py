"""The numbers of a chart, and where its bars stand."""

from __future__ import annotations

from datetime import UTC, datetime

from gvma.evidence.model.media import MediaFigures, MediaMinute
from gvma.plan.counts import Counts
from gvma.storage.history.model import PastRun, Starter
from gvma.web.charts import HEIGHT, Chart, calls_by_time, runs_by_day

NOW = datetime(2026, 11, 28, 1, 3, tzinfo=UTC)


def run(at: str, exit_code: int = 0) -> PastRun:
    return PastRun("r", at, "sync", exit_code, Starter(), Counts(1, 0, 0))


def test_runs_are_counted_on_the_day_on_which_they_began() -> None:
    runs = [
        run("2026-11-28T00:59:00Z"),
        run("2026-11-27T23:59:59Z", 16),
        run("2026-11-27T00:00:00Z"),
        run("2026-11-01T00:00:00Z"),
    ]
    chart = runs_by_day(runs, NOW)
    assert len(chart.rows) == 14
    assert chart.rows[-2:] == (("27 Nov", (1, 1)), ("28 Nov", (1, 0)))
    assert sum(sum(numbers) for _, numbers in chart.rows) == 3


def test_calls_are_counted_in_steps_of_five_minutes() -> None:
    minutes = (MediaMinute(NOW.timestamp() - 60, 5, 1, 2), MediaMinute(NOW.timestamp() - 4 * 3600, 9, 0, 0))
    chart = calls_by_time(MediaFigures(0, minutes, ()), NOW)
    assert chart.rows[-1] == ("01:00", (2, 1, 2))
    assert sum(sum(numbers) for _, numbers in chart.rows) == 5


def test_the_highest_bar_fills_the_chart_and_its_parts_stand_on_each_other() -> None:
    chart = Chart("t", (("a", "A"), ("b", "B")), (("x", (3, 1)), ("y", (2, 0))))
    first, second, third = chart.parts
    assert (first.y, first.height, second.y, second.height) == (HEIGHT / 4, HEIGHT * 3 / 4, 0, HEIGHT / 4)
    assert (third.y, third.height) == (HEIGHT / 2, HEIGHT / 2)
    assert first.x == second.x < third.x


def test_a_chart_of_nothing_has_no_bars() -> None:
    assert Chart("t", (("a", "A"),), (("x", (0,)),)).parts == []
