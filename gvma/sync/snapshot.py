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
_encode = json.JSONEncoder(separators=(",", ":")).encode


def snapshot(answers: Mapping[str, Sequence[ConfigObject]]) -> Iterator[bytes]:
    """The pieces of one JSON object: the answers by the name of their query, one object a line.

    An object has kind, dbid, number, type, state, owner and options (section ``TServer``).
    """
    yield b'{"gvma_snapshot_version":1,"answers":{'
    for at, (query, objects) in enumerate(answers.items()):
        yield f"{',' if at else ''}\n{_encode(query)}:[".encode()
        for start in range(0, len(objects), _PIECE):
            piece = objects[start : start + _PIECE]
            yield (("," if start else "") + "\n" + ",\n".join(map(_line, piece))).encode()
        yield b"]"
    yield b"}}\n"


def _line(found: ConfigObject) -> str:
    options = found.options
    return _encode(
        {
            "kind": found.kind,
            "dbid": found.dbid,
            "number": found.number,
            "type": found.type,
            "state": found.state,
            "owner": found.owner_dbid,
            "options": {key: MARK if "password" in key or "secret" in key else options[key] for key in options},
        }
    )
