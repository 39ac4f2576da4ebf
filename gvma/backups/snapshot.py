"""What Configuration Server said, as a text for the backup set; no PIN and no password is in it.

Pure. A stream of pieces, since 100,000 objects in one text would cost the memory of a whole sync.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii as quoted

from gvma.configserver.objects import ConfigObject
from gvma.secrecy import MASK, is_secret, masked_option

_PIECE = 500


def snapshot(answers: Mapping[str, Sequence[ConfigObject]]) -> Iterator[bytes]:
    """The pieces of one JSON object: the answers by the name of their query, one object a line.

    An object has kind, dbid, number, type, state, owner and options (section ``TServer``).
    """
    yield b'{"gvma_snapshot_version":1,"answers":{'
    keys: dict[str, str] = {}
    for at, (query, objects) in enumerate(answers.items()):
        yield f"{',' if at else ''}\n{quoted(query)}:[".encode()
        for start in range(0, len(objects), _PIECE):
            lines = ",\n".join([_line(found, keys) for found in objects[start : start + _PIECE]])
            yield f"{',' if start else ''}\n{lines}".encode()
        yield b"]"
    yield b"}}\n"


def _line(found: ConfigObject, keys: dict[str, str]) -> str:
    """keys: of options, as JSON; those whose values are secret have the mask with them.

    Written by hand: the json module takes twice the time, and this is a tenth of a whole sync.
    """
    pairs = []
    for key, value in found.options.items():
        name = keys.get(key)
        if name is None:
            name = keys[key] = f'{quoted(key)}:"{MASK}"' if is_secret(key) else f"{quoted(key)}:"
        if name[-1] != ":":
            pairs.append(name)
        else:
            # Most values hold neither sign, and the call costs more than the look.
            pairs.append(name + quoted(masked_option(key, value) if "=" in value or ":" in value else value))
    return (
        f'{{"kind":{quoted(found.kind)},"dbid":{found.dbid},"number":{quoted(found.number)},'
        f'"type":{"null" if found.type is None else found.type},"state":{found.state},'
        f'"owner":{found.owner_dbid},"options":{{{",".join(pairs)}}}}}'
    )
