"""How a value stands in a column, so that Asterisk has what Configuration Server said. Pure.

Asterisk's drivers end a value at ``;``, and take ``^`` with two hex digits for the byte that these name
(``ast_unescape_semicolon`` and ``decode_chunk``); ODBC takes upper-case digits alone.
"""

from __future__ import annotations

_ENCODED = {"^3B": ";", "^5E": "^"}


def encoded(text: str) -> str:
    """
    >>> encoded("Zoë; X^2")
    'Zoë^3B X^5E2'
    """
    return text.replace("^", "^5E").replace(";", "^3B") if ";" in text or "^" in text else text


def decoded(text: str) -> str:
    """What Asterisk has for a column's text; other codes than ours stay as they are.

    >>> decoded("Zoë^3B X^5E2"), decoded("^41")
    ('Zoë; X^2', '^41')
    """
    if "^" not in text:
        return text
    first, *rest = text.split("^")
    return first + "".join(_after_sign(part) for part in rest)


def _after_sign(part: str) -> str:
    sign = _ENCODED.get(f"^{part[:2]}")
    return f"^{part}" if sign is None else sign + part[2:]


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
