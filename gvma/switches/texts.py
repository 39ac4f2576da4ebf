"""What all device texts have in common: who made them, and what of the manual is put right. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WIDTH = 78


@dataclass(frozen=True, slots=True)
class Correction:
    """An error of the manual. lines: where it stands. manual: what it says. right: what the text has instead."""

    lines: str
    manual: str
    right: str

    @property
    def sentence(self) -> str:
        return f"{self.manual}; {self.right} (manual {self.lines})"


def heading(sign: str, title: str, corrections: Sequence[Correction], to_do: Sequence[str] = ()) -> Iterator[str]:
    """Comment lines. sign: what begins a comment on the device. to_do: what a person must still do."""
    yield from _paragraph(sign, title)
    if corrections:
        yield sign
        yield from _paragraph(sign, "Errors of the manual that are put right here:")
        for one in corrections:
            yield from _paragraph(sign, one.sentence, "- ")
    if to_do:
        yield sign
        yield from _paragraph(sign, "What a person still does:")
        for line in to_do:
            yield from _paragraph(sign, line, "- ")


def _paragraph(sign: str, text: str, first: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"{sign} {first}",
        subsequent_indent=f"{sign} {' ' * len(first)}",
        break_long_words=False,
        break_on_hyphens=False,
    )
