"""The words of a command line before click reads them: where our own options stand, and what is asked. Pure."""

from __future__ import annotations

import re

COMPLETION = "_GVMA_COMPLETE"
"""The environment variable in which the shell's function asks what comes behind TAB."""
# The four options that are taken before and after the command.
WITH_VALUE = ("--config", "--output")
_IN_FULL = {"q": "--quiet", "v": "--verbose"}
_SHORT = re.compile(r"-[qv]+")


def own_options_first(argv: list[str]) -> list[str]:
    """The options of ``gvma`` itself mean the same after the command as before it.

    Short ones are spelt out: click looks for names like an unknown one before it takes ``-q`` for a short one.
    """
    moved: list[str] = []
    kept: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            kept += [word, *words]
        elif word in WITH_VALUE:
            moved += [word, *[value for value in [next(words, None)] if value is not None]]
        elif _SHORT.fullmatch(word):
            moved += [_IN_FULL[letter] for letter in word[1:]]
        elif word in _IN_FULL.values() or word.startswith(tuple(f"{name}=" for name in WITH_VALUE)):
            moved.append(word)
        else:
            kept.append(word)
    return moved + kept


def wants_json(argv: list[str]) -> bool:
    """Whether ``--output json`` stands anywhere; known before click has read the line, and where it cannot."""
    return any(
        word == "--output=json" or (word == "json" and before == "--output")
        for before, word in zip(["", *argv], argv, strict=False)
    )
