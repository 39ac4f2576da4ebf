"""How a value stands in a column, so that Asterisk has what Configuration Server said. Pure.

Asterisk's drivers end a value at ``;``, and take ``^`` with two hex digits for the byte that these name
(``ast_unescape_semicolon`` and ``decode_chunk``); ODBC takes upper-case digits alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_LINES = 2000

NOT_OURS = "\x01"
"""Stands before a text that gvma would not have written so, and for NULL: no wanted value begins with it."""


def encoded(text: str) -> str:
    """The text as it stands in a row: ``^`` and two hex digits in place of ``;`` and of ``^``.

    >>> encoded("Zoë; X^2")
    'Zoë^3B X^5E2'
    """
    return text.replace("^", "^5E").replace(";", "^3B") if ";" in text or "^" in text else text


def decoded(stored: str) -> str:
    """The value that gvma would write as this text; else the text itself behind NOT_OURS.

    >>> decoded("Zoë^3B X^5E2"), decoded("^41"), decoded("Zoë; X")
    ('Zoë; X^2', '\\x01^41', '\\x01Zoë; X')
    """
    if "^" not in stored and ";" not in stored:
        return stored
    text = stored.replace("^3B", ";").replace("^5E", "^")
    return text if encoded(text) == stored else NOT_OURS + stored


def copy_line(*fields: str | None) -> str:
    r"""One row in the text format of COPY.

    >>> copy_line("a\\b", None)
    'a\\\\b\t\\N\n'
    """
    return "\t".join(["\\N" if field is None else _escaped(field) for field in fields]) + "\n"


def _escaped(field: str) -> str:
    if field.isprintable() and "\\" not in field:
        return field
    return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def blocks(lines: Iterable[str]) -> Iterator[str]:
    """Lines of COPY's text format, many at once: encoded and escaped, which touches neither a tab nor a line end.

    lines: values joined by tabs; none has a control character in it, and NOT_OURS stands for NULL.
    """
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == _LINES:
            yield _block(block)
            block.clear()
    if block:
        yield _block(block)


def _block(lines: list[str]) -> str:
    lines.append("")
    text = "\n".join(lines)
    if "^" in text or ";" in text:
        text = text.replace("^", "^5E").replace(";", "^3B")
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace(NOT_OURS, "\\N") if NOT_OURS in text else text
