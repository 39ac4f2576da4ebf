"""What Configuration Server said, as a text for the backup set; no PIN and no password is in it.

Pure. A stream of pieces, since 100,000 objects in one text would cost the memory of a whole sync.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from gvma.configserver.objects import ConfigObject

MARK = "****"
"""Stands for the value of an option that holds a PIN or a password."""

_PIECE = 500
_NEXT = '},{"kind":'
_NEXT_LINE = '},\n{"kind":'
_encode = json.JSONEncoder(separators=(",", ":")).encode


def snapshot(answers: Mapping[str, Sequence[ConfigObject]]) -> Iterator[bytes]:
    """The pieces of one JSON object: the answers by the name of their query, one object a line.

    An object has kind, dbid, number, type, state, owner and options (section ``TServer``).
    """
    yield b'{"gvma_snapshot_version":1,"answers":{'
    hidden: dict[str, bool] = {}
    for at, (query, objects) in enumerate(answers.items()):
        yield f"{',' if at else ''}\n{_encode(query)}:[".encode()
        for start in range(0, len(objects), _PIECE):
            text = _encode([_as_json(found, hidden) for found in objects[start : start + _PIECE]])[1:-1]
            # Inside a value the quote would stand behind a backslash, so this is where an object begins.
            yield f"{',' if start else ''}\n{text.replace(_NEXT, _NEXT_LINE)}".encode()
        yield b"]"
    yield b"}}\n"


def _as_json(found: ConfigObject, hidden: dict[str, bool]) -> dict[str, object]:
    """hidden: the keys met so far, and whether their values are secret."""
    options = found.options
    shown: dict[str, str] = {}
    for key in options:
        secret = hidden.get(key)
        if secret is None:
            secret = hidden[key] = "password" in key or "secret" in key
        shown[key] = MARK if secret else options[key]
    return {
        "kind": found.kind,
        "dbid": found.dbid,
        "number": found.number,
        "type": found.type,
        "state": found.state,
        "owner": found.owner_dbid,
        "options": shown,
    }
