"""What a libpq connection string says, without libpq. Pure.

Source: PostgreSQL's manual, "Connection Strings" (keyword/value and URI form).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

SECRET_WORDS = frozenset({"password", "sslpassword", "oauth_client_secret"})
_URI = ("postgresql://", "postgres://")
_PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|\Z)")


def dsn_words(dsn: str) -> Mapping[str, str]:
    """The connection string's words and values. Raises ValueError where it is none; no message repeats a value.

    >>> dsn_words("host=db user='my gvma'"), dsn_words("postgresql://gvma@db:5433/asterisk?sslmode=require")
    ({'host': 'db', 'user': 'my gvma'}, {'sslmode': 'require', 'user': 'gvma', 'host': 'db:5433', 'dbname': 'asterisk'})
    """
    return _of_uri(dsn) if dsn.startswith(_URI) else _of_pairs(dsn)


def _of_pairs(dsn: str) -> dict[str, str]:
    words, at = {}, 0
    while dsn[at:].strip():
        pair = _PAIR.match(dsn, at)
        if pair is None:
            raise ValueError("must be a connection string such as host=db dbname=asterisk user=gvma")
        value = pair[2][1:-1] if pair[2].startswith("'") else pair[2]
        words[pair[1]] = re.sub(r"\\(.)", r"\1", value)
        at = pair.end()
    return words


def _of_uri(dsn: str) -> dict[str, str]:
    try:
        parts = urlsplit(dsn)
    except ValueError:  # its text repeats what stands in brackets, or the whole account
        raise ValueError("must be a connection string such as postgresql://gvma@db:5433/asterisk") from None
    account, _, hosts = parts.netloc.rpartition("@")
    user, colon, _ = account.partition(":")
    words = dict(parse_qsl(parts.query, keep_blank_values=True))
    named = {"user": unquote(user), "host": hosts, "dbname": unquote(parts.path[1:])}
    return words | {word: value for word, value in named.items() if value} | ({"password": ""} if colon else {})
