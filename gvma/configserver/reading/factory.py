"""From the fields of an element to a ConfigObject; no XML is read here.

There may be a million objects, so numbers and references that occur again and again are remembered.
"""

from __future__ import annotations

from types import MappingProxyType

from gvma.configserver.kinds import (
    NUMBER_FIELD,
    OF_A_SWITCH,
    OWNER_FIELDS_OF_SWITCH,
    OWNER_FIELDS_OF_TENANT,
    reference,
)
from gvma.configserver.objects import ENABLED, ConfigObject

REMEMBERED = 4_096
_NO_OPTIONS: MappingProxyType[str, str] = MappingProxyType({})
# The fields with number and owner that are tried first.
_USUAL_FIELDS = "name", "tenantDBID"
_FIELDS_OF = {kind: (NUMBER_FIELD[kind], "ownerDBID") for kind in OF_A_SWITCH}


class OpenObject:
    """An object whose end tag is still to come. container: the element between it and ``parent``."""

    __slots__ = ("container", "depth", "fields", "kind", "options", "parent", "repeated")

    def __init__(
        self, kind: str, depth: int, fields: dict[str, str], parent: OpenObject | None, container: str
    ) -> None:
        self.kind = kind
        self.depth = depth
        self.fields = fields
        self.parent = parent
        self.container = container
        self.options: dict[str, str] | None = None
        self.repeated: tuple[str, ...] = ()


class ObjectFactory:
    """Builds the objects of one document, and remembers its numbers and references."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._references: dict[str | None, int] = {}

    def build(self, ended: OpenObject) -> ConfigObject:
        """The finished object."""
        kind = ended.kind
        field = ended.fields.get
        number_field, owner_field = _FIELDS_OF.get(kind, _USUAL_FIELDS)
        type_ = field("type", "")
        state = field("state", "")
        number = self._numbers.get(type_) or self._number(type_)
        return ConfigObject(
            kind,
            reference(field("DBID") or field("id")),
            field(number_field) or field("name", ""),
            number,
            self._numbers.get(state) or self._number(state) or ENABLED,
            self._references.get(field(owner_field)) or self._owner(ended),
            ended.options or _NO_OPTIONS,
            ended.repeated,
            "" if number is not None else type_,
        )

    def _owner(self, ended: OpenObject) -> int:
        for name in OWNER_FIELDS_OF_SWITCH if ended.kind in OF_A_SWITCH else OWNER_FIELDS_OF_TENANT:
            text = ended.fields.get(name)
            if text:
                dbid = reference(text)
                if len(self._references) < REMEMBERED:
                    self._references[text] = dbid
                return dbid
        parent = ended.parent
        while parent is not None and parent.kind == "CfgFolder":
            parent = parent.parent
        return reference(parent.fields.get("DBID") or parent.fields.get("id")) if parent else 0

    def _number(self, text: str) -> int | None:
        number = self._numbers.get(text)
        if number is None and text.strip().isdecimal() and len(text) < 10:
            number = int(text)
            if len(self._numbers) < REMEMBERED:
                self._numbers[text] = number
        return number
