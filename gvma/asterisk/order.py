"""The order of numbers, which is that of mailboxes, subscriptions and extensions wherever gvma writes them. Pure."""

from __future__ import annotations

BOX_CHARACTERS = 73
"""So many a mailbox's name may have, since PJSIP cuts its subscription's name at 79. No number is longer."""


def by_number(text: str) -> tuple[bool, int, str]:
    """A sort key: numbers by their value, then all other texts.

    >>> sorted(["10", "x", "9", "010"], key=by_number)
    ['9', '010', '10', 'x']
    """
    if is_number(text):
        return False, int(text), text
    return True, 0, text


def is_number(text: str) -> bool:
    """Whether it is digits alone, and not too many for the name of a mailbox."""
    return text.isdecimal() and text.isascii() and len(text) <= BOX_CHARACTERS
