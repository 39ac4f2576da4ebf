"""Texts from elsewhere and long lists, fit to be shown: on a terminal and on a page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MASK = "****"
"""What is shown in place of a secret."""


def printable(text: str) -> str:
    """The text with control characters made visible: a name from elsewhere must not control a terminal,
    nor turn round the direction of the text beside it."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(
        char if char in "\n\t" or char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def first_names(names: Sequence[str], most: int = 5, *, between: str = ", ") -> str:
    """``1000, 1001 and 3 more``: the first of a list that may be long. between: ``; `` for what has commas itself."""
    rest = len(names) - most
    last = " and" if between == ", " else f"{between}and"
    return between.join(names[:most]) + (f"{last} {rest} more" if rest > 0 else "")


def shown_without(value: tuple[object, ...], *hidden: str) -> str:
    """The ``repr`` of a named tuple but for these fields: they hold PINs, or whole files in which there are some."""
    names: tuple[str, ...] = getattr(value, "_fields", ())
    shown = (f"{name}={one!r}" for name, one in zip(names, value, strict=True) if name not in hidden)
    return f"{type(value).__name__}({', '.join(shown)})"
