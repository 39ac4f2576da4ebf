"""What Configuration Server said, as a text for the backup set; no PIN and no password is in it.

Pure. A stream of pieces, since 100,000 objects in one text would cost the memory of a whole sync.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii as quoted

from gvma.configserver.objects import ConfigObject
from gvma.printable import MASK
from gvma.secrecy import is_secret, masked_option

_PIECE = 500
_FORMS = 1_000


def snapshot(answers: Mapping[str, Sequence[ConfigObject]]) -> Iterator[bytes]:
    """The pieces of one JSON object: the answers by the name of their query, one object a line.

    An object has kind, dbid, number, type, state, owner and options (section ``TServer``).
    """
    yield b'{"gvma_snapshot_version":1,"answers":{'
    forms = _Forms()
    for at, (query, objects) in enumerate(answers.items()):
        yield f"{',' if at else ''}\n{quoted(query)}:[".encode()
        for start in range(0, len(objects), _PIECE):
            lines = ",\n".join([_line(found, forms) for found in objects[start : start + _PIECE]])
            yield f"{',' if start else ''}\n{lines}".encode()
        yield b"]"
    yield b"}}\n"


class _Forms(dict[tuple[str, ...], str]):
    """By the keys of its options, the text that an object's options are put into; most objects have the same keys."""

    def __missing__(self, keys: tuple[str, ...]) -> str:
        # What `%.0s` is given is not written: the mask stands for it.
        signs = (f'"{MASK}"%.0s' if is_secret(key) else "%s" for key in keys)
        form = ",".join(f"{quoted(key).replace('%', '%%')}:{sign}" for key, sign in zip(keys, signs, strict=True))
        if len(self) < _FORMS:
            self[keys] = form
        return form


def _line(found: ConfigObject, forms: _Forms) -> str:
    """Written by hand: the json module takes twice the time, and this is a tenth of a whole sync."""
    keys, values = found.pairs()
    # Most values hold neither sign, and the call costs more than the look.
    shown = [
        quoted(masked_option(key, value) if "=" in value or ":" in value else value)
        for key, value in zip(keys, values, strict=True)
    ]
    return (
        f'{{"kind":{quoted(found.kind)},"dbid":{found.dbid},"number":{quoted(found.number)},'
        f'"type":{"null" if found.type is None else found.type},"state":{found.state},'
        f'"owner":{found.owner_dbid},"options":{{{forms[keys] % tuple(shown)}}}}}'
    )
