"""Tables: drawn by rich on a terminal, plain columns elsewhere; this module prints nothing.

Plain columns are stable for scripts and never cut or wrapped. They serve long tables on a terminal too: rich needs
half a millisecond a row, a minute for 100,000 objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

MOST_DRAWN_ROWS = 1_000
_GAP = "  "


def plain(rows: Sequence[Sequence[str]], heading: Sequence[str] = ()) -> Iterator[str]:
    """The lines of a table. rows: of equal length.

    >>> list(plain([("1000", "Ann"), ("20", "")], ("NUMBER", "NAME")))
    ['NUMBER  NAME', '1000    Ann', '20']
    """
    shown = [heading, *rows] if heading else rows
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def drawn(rows: Sequence[Sequence[str]], heading: Sequence[str] = ()) -> Table:
    """A table for a terminal: long values are wrapped inside their column, never cut."""
    from rich.table import Table  # noqa: PLC0415  (only on a terminal)
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), show_header=bool(heading))
    for number in range(len(rows[0])):
        table.add_column(heading[number] if heading else "", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
