"""An export file instead of Configuration Server; it is read once and never written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from gvma.configserver.kinds import FIELDS, KINDS, NUMBER_FIELD, OF_A_SWITCH
from gvma.configserver.objects import DELETED, DISABLED, ConfigObject
from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.factory import OpenObject
from gvma.configserver.reading.inflating import CHUNK, inflated
from gvma.configserver.reading.reader import read_answer
from gvma.configserver.regular_file import NotAFileError, open_regular
from gvma.configserver.tree import Node, attach_to_owners
from gvma.configserver.xpath import Query, kind_asked, parse
from gvma.errors import ConfigServerError, ConfigServerQueryError, ExportFileError

# 100,000 objects are 60 MB.
_LARGEST = 2 * 2**30
_GZIP = b"\x1f\x8b"
_HINT = "Nothing was written. Export the objects again, or check the file that --from names."
_QUERY_HINT = "Nothing was written. Write the query as the manual does, such as CfgDN[(@ownerDBID=101) and (@type=1)]."
# Attributes that every object has; the text of others is kept only if a query needs it.
_ALWAYS_KNOWN = frozenset({"DBID", "number", "name", "loginCode", "type", "state", "ownerDBID", "switchDBID"})


class ExportFile:
    """An export in shape A or B, gzipped or not, nested or flat; read at the first query.

    In a flat file the steps of a query follow the owner references: a DN is below the switch that its
    ``ownerDBID`` or ``switchDBID`` names, a group below the tenant of its ``tenantDBID``. Folders are ignored.
    include_disabled: keep objects of state 2.
    """

    def __init__(self, path: Path, include_disabled: bool = True) -> None:
        self._path = path
        self._dropped = (DELETED,) if include_disabled else (DELETED, DISABLED)
        self._kept: frozenset[str] = frozenset()
        self._nodes: list[_ObjectNode] | None = None

    def query(self, xpath: str) -> list[ConfigObject]:
        """The objects that ``xpath`` selects, as the server would select them.

        Raises ExportFileError if the file cannot be opened, ConfigServerQueryError for a query outside
        the grammar of ``xpath``, and what ``read_answer`` raises.
        """
        try:
            query = parse(xpath)
            nodes = self._objects(_attributes_to_keep(query, kind_asked(xpath)))
            self._refuse_missing_owners(query, nodes)
            selected = [node.built for node in query.select(nodes)]
        except ConfigServerError as error:
            error.where = error.where or str(self._path)
            error.hint = error.hint or (_QUERY_HINT if isinstance(error, ConfigServerQueryError) else _HINT)
            raise
        return [built for built in selected if built.state not in self._dropped]

    def _objects(self, attributes: frozenset[str]) -> list[_ObjectNode]:
        """All objects. The file is read once, and again only if a later query needs a field that was not kept."""
        if self._nodes is None or not attributes <= self._kept:
            self._nodes = None
            self._kept |= attributes
            nodes: list[_ObjectNode] = []
            read_answer(_chunks(self._path), partial(_TreeBuilder, nodes, self._kept))
            attach_to_owners(nodes)
            self._nodes = nodes
        return self._nodes

    def _refuse_missing_owners(self, query: Query, nodes: list[_ObjectNode]) -> None:
        """A query through an owner that is not in the file selects nothing, and that would look like no objects."""
        kinds = {node.name for node in nodes}
        last = query.steps[-1].name
        for step in query.steps[:-1]:
            if last in kinds and step.name in KINDS and step.name not in kinds:
                raise ConfigServerQueryError(
                    f"the query goes through {step.name}, but the file has {last} and no {step.name}",
                    hint=f"Nothing was written. Export the owners too, or ask by reference: {last}[@ownerDBID=<DBID>].",
                )


class _ObjectNode(Node):
    """An object of the file. kept: further fields, only those that a query needs."""

    __slots__ = ("built", "kept")
    built: ConfigObject
    kept: dict[str, str] | None

    def scalar(self, name: str) -> str | None:
        if self.kept is not None and name in self.kept:
            return self.kept[name]
        read = _FIELDS.get(name)
        if read is not None:
            return read(self.built)
        if name == NUMBER_FIELD.get(self.name, "name"):
            return self.built.number or None
        own = "switchDBID" if self.name in OF_A_SWITCH else "tenantDBID"
        return _owner(self.built) if name == own else None


def _owner(built: ConfigObject) -> str | None:
    return str(built.owner_dbid) if built.owner_dbid else None


def _type(built: ConfigObject) -> str | None:
    return built.odd_type or None if built.type is None else str(built.type)


# Fields that have the same name in every kind.
_FIELDS: dict[str, Callable[[ConfigObject], str | None]] = {
    "type": _type,
    "ownerDBID": _owner,
    "DBID": lambda built: str(built.dbid),
    "state": lambda built: str(built.state),
}


class _TreeBuilder(ObjectBuilder):
    """Builds every object with its place in the tree.

    An inner object ends before its owner does; the owner's node is made early then, and waits for its object.
    """

    def __init__(self, nodes: list[_ObjectNode], kept: frozenset[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, fields=FIELDS | kept, **kwargs)
        self._nodes = nodes
        self._kept = kept
        self._early: dict[OpenObject, _ObjectNode] = {}
        self._lists: dict[tuple[int, str], Node] = {}

    def emit(self, ended: OpenObject) -> None:
        if ended.parent is None and not self._early:
            node = _ObjectNode(ended.kind, None)
        else:
            early = self._early.pop(ended, None)
            node = early if early is not None else self._node(ended)
        node.built = built = self.build(ended)
        fields = ended.fields
        kept = {name: fields[name] for name in self._kept if name in fields} if self._kept else {}
        if NUMBER_FIELD.get(ended.kind) in fields and fields.get("name", built.number) != built.number:
            kept["name"] = fields["name"]
        node.kept = kept or None
        self._nodes.append(node)

    def _node(self, opened: OpenObject) -> _ObjectNode:
        placed = opened  # or the outermost folder around it
        while placed.parent is not None and placed.parent.kind == "CfgFolder":
            placed = placed.parent
        if placed.parent is None:
            return _ObjectNode(opened.kind, None)
        owner = self._early.get(placed.parent) or self._node(placed.parent)
        self._early[placed.parent] = owner
        if not placed.container:
            return _ObjectNode(opened.kind, owner)
        key = id(owner), placed.container
        if key not in self._lists:
            self._lists[key] = Node(placed.container, owner)
        return _ObjectNode(opened.kind, self._lists[key])


def _attributes_to_keep(query: Query, kind: str | None) -> frozenset[str]:
    known = _ALWAYS_KNOWN if kind in OF_A_SWITCH else _ALWAYS_KNOWN | {"tenantDBID"}
    return query.attributes - known


def _chunks(path: Path) -> Iterator[bytes]:
    """The file's bytes, decompressed if they are gzip. Raises ExportFileError."""
    pieces = _pieces(path)
    first = next(pieces, b"")
    whole = _resumed(first, pieces)
    return inflated(whole) if first.startswith(_GZIP) else whole


def _resumed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > _LARGEST:
                raise ExportFileError(f"the export file is larger than {_LARGEST >> 30} GiB")
            while piece := file.read(CHUNK):
                yield piece
    except FileNotFoundError:
        raise ExportFileError("there is no such export file") from None
    except NotAFileError:
        kind = "a folder" if path.is_dir() else "a device, pipe or socket"
        raise ExportFileError(f"this is {kind}, not an export file") from None
    except OSError as error:
        raise ExportFileError(f"the export file cannot be read: {error.strerror}") from None
