"""The manual's option tables for six switches, from ``options.json``; nothing here knows an object.

A table has the options that one kind of object needs with this switch, each with the manual's line.
"""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple


class TableOption(NamedTuple):
    """One row of a table. allowed: values, as the table prints them."""

    name: str
    allowed: str
    required: bool
    line: int


class Table(NamedTuple):
    """The options of one kind of object: ``DN`` or ``Application``, and its type."""

    object: str
    type: str
    options: tuple[TableOption, ...]

    def line_of(self, name: str) -> int:
        """The manual's line that has an option of the table."""
        return next(option.line for option in self.options if option.name == name)


class Switch(NamedTuple):
    """One chapter of the manual."""

    id: str
    name: str
    tables: tuple[Table, ...]

    def table(self, kind: str, type_name: str) -> Table | None:
        """The table whose object is ``kind`` and whose type begins with ``type_name``."""
        return next((one for one in self.tables if one.object == kind and one.type.startswith(type_name)), None)


@cache
def switches() -> dict[str, Switch]:
    """Every switch of the manual by its id."""
    from importlib.resources import files  # noqa: PLC0415  (start-up: a check needs the names of this file alone)

    text = files("gvma.switches").joinpath("options.json").read_text("utf-8")
    return {entry["id"]: _switch(entry) for entry in json.loads(text)["systems"]}


def _switch(entry: dict[str, object]) -> Switch:
    tables = tuple(
        Table(
            table["object"].split(" |")[0],
            table["type"],
            tuple(
                TableOption(row["option"], row.get("allowed", row["value"]), row["required"], row["line"])
                for row in table["options"]
            ),
        )
        for table in entry["objects"]  # type: ignore[attr-defined]
    )
    return Switch(str(entry["id"]), str(entry["name"]), tables)
