"""The known name that a name was probably meant to be; nothing here knows what the names are for. Pure."""

from __future__ import annotations

from functools import cache


@cache
def nearest(name: str, known: frozenset[str], likeness: float) -> str:
    """The known name most like ``name``; empty where none is like enough (0 to 1), or it is one itself.

    Kept for the next object: a hundred thousand of them have the same few names.
    """
    if name in known:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415  (start-up: nearly no run meets a misspelt name)

    return next(iter(get_close_matches(name, sorted(known), 1, likeness)), "")


def nearest_names(name: str, known: frozenset[str], most: int = 3, likeness: float = 0.6) -> tuple[str, ...]:
    """The known names most like ``name``, the likest first."""
    from difflib import get_close_matches  # noqa: PLC0415  (as above)

    return tuple(get_close_matches(name, sorted(known), most, likeness))
