"""Rows of a table as a backup set keeps them: COPY's text format below a line with the columns' names. Pure.

Source: PostgreSQL's manual, COPY, "Text Format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gvma.printable import MASK
from gvma.secrecy import is_secret

_HEAD_LINES = 2
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

SavedRow = Mapping[str, str | None]
"""Column to its text; None for NULL."""


def saved_rows(content: bytes) -> Iterator[SavedRow]:
    r"""Every row.

    >>> list(saved_rows(b"context\tmailbox\temail\nGVMA_DN\t1000\t\\N\n"))
    [{'context': 'GVMA_DN', 'mailbox': '1000', 'email': None}]
    """
    head, *lines = content.decode("utf-8", "replace").removesuffix("\n").split("\n")
    columns = head.split("\t")
    for line in lines:
        yield dict(zip(columns, map(_field, line.split("\t")), strict=True))


def masked_rows_diff(name: str, old: bytes, new: bytes, *, pins: bool = True) -> str:
    """What differs, row by row, in the manner of a unified diff; PINs and secrets are ``****``, and columns that have
    nothing are left out. Empty where nothing differs. pins: whether another PIN of a row that is in both counts."""
    if old == new:
        return ""
    before, after = _by_key(old), _by_key(new)
    lines = [f"--- {name}\n", f"+++ {name}\n"]
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was == now or (not pins and was and now and {**was, "password": now.get("password")} == now):
            continue
        shown = [_shown(one) if one is not None else "" for one in (was, now)]
        lines += [f"{sign}{text}\n" for sign, text in zip("-+", shown, strict=True) if text]
        if shown[0] == shown[1]:
            lines.append(f"\\ 1 line differs in a masked value ({MASK}) alone\n")
    return "".join(lines) if len(lines) > _HEAD_LINES else ""


def _by_key(content: bytes) -> dict[tuple[str | None, ...], SavedRow]:
    return {(row.get("context"), row.get("mailbox"), row.get("id")) if "context" in row else (row.get("id"),): row
            for row in saved_rows(content)}  # fmt: skip


def _shown(row: SavedRow) -> str:
    return " ".join(
        f"{column}={MASK if is_secret(column) else _on_one_line(text)}"
        for column, text in row.items()
        if text is not None and column != "uniqueid"
    )


def _on_one_line(text: str) -> str:
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _field(text: str) -> str | None:
    if text == "\\N":
        return None
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code.isdigit() and code < "8":
        return chr(int(code, 8))
    return _SIGNS.get(code, code)
