"""Mailboxes whose block goes, and which rows of a database serve from then on: what is otherwise there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gvma.asterisk.entries import GvmaWarning
from gvma.plan.present import Present
from gvma.printable import first_names

_NAMED = 10
_WHERE = "realtime_dsn"


def served_by_rows(present: Present, pins_of_rows: Mapping[str, str]) -> Iterator[GvmaWarning]:
    """A warning for mailboxes without a row, and for those that have another PIN there.

    pins_of_rows: by ``box@context``; empty where the site has no such rows.
    """
    if not pins_of_rows:
        return
    without = [key for key in present.mailboxes if key not in pins_of_rows]
    if without:
        named = first_names(without, _NAMED)
        message = f"the database has no row for {named}, and nobody serves these without the block"
        yield GvmaWarning("row-missing", message, _WHERE)
    others = [key for key, one in present.mailboxes.items() if pins_of_rows.get(key, one.pin) != one.pin]
    if others:
        named = first_names(others, _NAMED)
        message = f"the database has other PINs than the block for {named}: without the block these are in force"
        yield GvmaWarning("row-other-pin", message, _WHERE)
