"""The tree that queries search: each object is below the list of its owner; nothing is read here.

In a nested file the place of an object gives its owner; in a flat one the object names its switch or tenant.
"""

from __future__ import annotations

from collections.abc import Sequence

from gvma.configserver.kinds import NUMBER_FIELD, OF_A_SWITCH, container_of, reference

_OWNING = frozenset({"CfgSwitch", "CfgTenant"})
_OWNERS = frozenset({"ownerDBID", "switchDBID", "tenantDBID"})


class Node:
    """An element in the tree: an object, or a list of objects, which has no attributes."""

    __slots__ = ("name", "parent")

    def __init__(self, name: str, parent: Node | None) -> None:
        self.name = name
        self.parent = parent

    def scalar(self, _name: str) -> str | None:
        """The value of a field in the file."""
        return None

    def attribute(self, name: str) -> str | None:
        """The value of a field under any of its names; the owner follows from the place if the object names none."""
        value = self.scalar(name)
        if value is not None:
            return value
        number = NUMBER_FIELD.get(self.name)
        if number is not None and name in (number, "name"):
            return self.scalar("name" if name == number else number)
        return self._owner(name) if name in _OWNERS else None

    def _owner(self, name: str) -> str | None:
        own = "switchDBID" if self.name in OF_A_SWITCH else "tenantDBID"
        if name in ("ownerDBID", own):
            value = self.scalar(own if name == "ownerDBID" else "ownerDBID")
            if value is not None:
                return value
        wanted = {"switchDBID": "CfgSwitch", "tenantDBID": "CfgTenant"}.get(name)
        above = self.parent
        while above is not None:
            dbid = above.scalar("DBID")
            if dbid is not None and wanted in (None, above.name):
                return dbid
            above = above.parent
        return None


def attach_to_owners(objects: Sequence[Node]) -> None:
    """Put each object of a flat file below the owner that it names, if the owner is in the file too."""
    owners = {(node.name, reference(node.scalar("DBID"))): node for node in objects if node.name in _OWNING}
    if not owners:
        return
    flat = [node for node in objects if node.parent is None or not _is_inside_an_object(node)]
    lists: dict[tuple[int, str], Node] = {}
    for node in flat:
        kind = "CfgSwitch" if node.name in OF_A_SWITCH else "CfgTenant"
        named = node.attribute("ownerDBID" if node.name in OF_A_SWITCH else "tenantDBID")
        owner = owners.get((kind, reference(named)))
        if owner is not None and owner is not node:
            key = id(owner), node.name
            if key not in lists:
                lists[key] = Node(container_of(node.name), owner)
            node.parent = lists[key]


def _is_inside_an_object(node: Node) -> bool:
    above = node.parent
    while above is not None:
        if above.scalar("DBID") is not None:
            return True
        above = above.parent
    return False
