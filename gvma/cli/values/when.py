"""WHEN on the command line: a moment in the past, as an ISO date or time, or as an age such as ``2h``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_AGE = re.compile(r"(\d{1,6})([hdw])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_FORMS = "an ISO date or time such as 2026-11-21 or 2026-11-21T21:30, or an age such as 2h, 3d or 1w"


def moment(text: str, now: datetime) -> datetime:
    """The moment in UTC. now: aware. A time without zone is local; a date is its first moment.

    Raises ValueError, with a sentence, where the text is none of the forms or lies in the future.

    >>> moment("3d", datetime(2026, 11, 21, 12, tzinfo=UTC)).isoformat()
    '2026-11-18T12:00:00+00:00'
    """
    age = _AGE.fullmatch(text)
    try:
        if age is not None:
            found = now - timedelta(hours=int(age[1]) * _HOURS[age[2]])
        else:
            found = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is neither {_FORMS}.") from None
    if found > now:
        raise ValueError(f"{text!r} lies in the future.")
    return found


def local_time(at: str) -> str:
    """A time of our records, as the clock on the wall had it; as it stands where it is none."""
    try:
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return at


class When(click.ParamType[datetime]):
    """A moment in the past, as an aware ``datetime`` in UTC."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return moment(value, datetime.now(UTC))
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)
