"""WHEN: what is a moment in the past, and what is none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gvma.cli.values.when import local_time, moment

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _local_time_is_two_hours_ahead(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "EET-2")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-11-21T10:30:00"),
        ("3d", "2026-11-18T12:30:00"),
        ("1w", "2026-11-14T12:30:00"),
        ("0h", "2026-11-21T12:30:00"),
        ("2026-11-20", "2026-11-19T22:00:00"),
        ("2026-11-20T08:15", "2026-11-20T06:15:00"),
        ("2026-11-20 08:15:30", "2026-11-20T06:15:30"),
        ("2026-11-20T08:15:00Z", "2026-11-20T08:15:00"),
        ("2026-11-20T08:15:00-05:00", "2026-11-20T13:15:00"),
        ("20261120T081500Z", "2026-11-20T08:15:00"),
    ],
)
def test_a_moment_is_an_iso_time_or_an_age(text: str, expected: str) -> None:
    assert moment(text, NOW).isoformat() == f"{expected}+00:00"


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2", "h", "2m", "-2h", "2 h", "2H", "1.5d", "٢h", "2026-13-01", "12:00", "999999w", "0001-01-01"],
)
def test_what_is_no_moment_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="an ISO date or time such as"):
        moment(text, NOW)


@pytest.mark.parametrize("text", ["2026-11-21T12:30:01Z", "2026-11-22", "2026-11-21T14:31", "9999-12-31"])
def test_the_future_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="lies in the future"):
        moment(text, NOW)


def test_a_time_of_the_records_is_shown_in_local_time() -> None:
    assert local_time("2026-11-21T21:30:00Z") == "2026-11-21 23:30:00"
    assert local_time("yesterday") == "yesterday"
