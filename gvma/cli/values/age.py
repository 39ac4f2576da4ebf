"""How old something is, for a reader. Pure."""

from __future__ import annotations

_STEPS = ((60, 1, "s"), (3_600, 60, "min"), (48 * 3_600, 3_600, "h"))
_DAY = 86_400


def shown_age(seconds: int) -> str:
    """In the largest unit that still says something.

    >>> shown_age(59), shown_age(3_599), shown_age(100_000), shown_age(200_000)
    ('59 s', '59 min', '27 h', '2 d')
    """
    for below, size, unit in _STEPS:
        if seconds < below:
            return f"{seconds // size} {unit}"
    return f"{seconds // _DAY} d"
