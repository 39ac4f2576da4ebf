"""Texts from elsewhere, fit to be shown: on a terminal and on a page. Pure."""

from __future__ import annotations

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


def shown_without(value: tuple[object, ...], *hidden: str) -> str:
    """The ``repr`` of a named tuple but for these fields: they hold PINs, or whole files in which there are some."""
    names: tuple[str, ...] = getattr(value, "_fields", ())
    shown = (f"{name}={one!r}" for name, one in zip(names, value, strict=True) if name not in hidden)
    return f"{type(value).__name__}({', '.join(shown)})"
