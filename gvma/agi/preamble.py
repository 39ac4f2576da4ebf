"""AGI's preamble, what Asterisk says about a call, as values; and how AGI's bytes are read as text.

Pure. It reads a complete preamble; protocol.py finds its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, overload

from gvma.treatments.commands import Call

Other = TypeVar("Other")


def as_text(received: bytes | bytearray) -> str:
    """Text from UTF-8. Other bytes become surrogates (``surrogateescape``), so that they can be sent as they came."""
    return received.decode("utf-8", "surrogateescape")


class Variables(Mapping[str, str]):
    """The preamble's values by name, names without ``agi_``.

    A value is looked up in the text when it is needed, since a call flow uses a few of some thirty. Where a
    name stands twice, the first counts: Asterisk writes its own lines above those that a caller could forge by
    a name with a line end in it. A line that does not begin with ``agi_`` belongs to the value above it."""

    __slots__ = ("_lines",)

    def __init__(self, lines: bytes) -> None:
        self._lines = "\n" + as_text(lines)

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    @overload
    def get(self, name: str, /) -> str | None: ...

    @overload
    def get(self, name: str, /, default: str) -> str: ...

    @overload
    def get(self, name: str, /, default: Other) -> str | Other: ...

    def get(self, name: str, /, default: object = None) -> object:
        lines = self._lines
        line_begin = f"\nagi_{name}:"
        start = lines.find(line_begin)
        if start < 0 or ":" in name:
            return default
        start += len(line_begin)
        end = lines.find("\nagi_", start)
        return (lines[start:] if end < 0 else lines[start:end]).removeprefix(" ").replace("\r", "")

    def __iter__(self) -> Iterator[str]:
        entries = self._lines.split("\nagi_")[1:]
        return iter(dict.fromkeys(entry.partition(":")[0] for entry in entries if ":" in entry))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Variables({dict(self)!r})"


def read_call(lines: bytes) -> Call:
    """The Call of a preamble. lines: the preamble without the empty line at its end."""
    variables = Variables(lines)
    arguments: list[str] = []
    while (argument := variables.get(f"arg_{len(arguments) + 1}")) is not None:
        arguments.append(argument)
    route = variables.get("network_script", "").partition("?")[0].strip("/")
    return Call(variables, tuple(arguments), route)
