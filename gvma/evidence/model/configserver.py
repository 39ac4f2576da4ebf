"""What Configuration Server answered, query by query, and what its objects are called. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gvma.asterisk.roles import ROLES

if TYPE_CHECKING:
    from gvma.configserver.objects import ConfigObject
    from gvma.errors import GvmaError

QUERIES = (
    "dnquery",
    "agentquery",
    "agentgroupquery",
    "routingpointquery",
    "trunkquery",
    "servicequery",
    "applicationquery",
)
"""The keys of ``[cfgserver]`` that hold a query, in the order in which they are asked."""

_LABELS = {**{role.element: role.label for role in ROLES}, "CfgApplication": "Application"}


class QueryAnswer(NamedTuple):
    """What one query of ``[cfgserver]`` gave: objects, or the error in their place."""

    query: str
    xpath: str
    objects: tuple[ConfigObject, ...] = ()
    error: GvmaError | None = None

    @property
    def types(self) -> dict[str, int]:
        """How many objects of each type, such as ``DN of type 1``, the most frequent first."""
        kinds = Counter((one.kind, one.type) for one in self.objects)
        types: Counter[str] = Counter()
        for (kind, type_), number in kinds.items():
            types[_type_name(kind, type_)] += number
        return dict(types.most_common())


class ConfigServerEvidence(NamedTuple):
    """What Configuration Server answered, one answer for each query that is set.

    not_asked: why it was not asked at all; empty where it was.
    """

    answers: Mapping[str, QueryAnswer] = {}
    not_asked: str = ""

    def objects(self, query: str) -> tuple[ConfigObject, ...]:
        """The objects of one query; empty where it failed or is not set."""
        answer = self.answers.get(query)
        return answer.objects if answer else ()

    def answered(self, query: str) -> bool:
        """True where the query is set and was answered."""
        answer = self.answers.get(query)
        return answer is not None and answer.error is None

    @property
    def dns(self) -> tuple[ConfigObject, ...]:
        return self.objects("dnquery")

    @property
    def agents(self) -> tuple[ConfigObject, ...]:
        return self.objects("agentquery")

    @property
    def groups(self) -> tuple[ConfigObject, ...]:
        return self.objects("agentgroupquery")

    @property
    def routing_points(self) -> tuple[ConfigObject, ...]:
        return self.objects("routingpointquery")

    @property
    def trunks(self) -> tuple[ConfigObject, ...]:
        return self.objects("trunkquery")

    @property
    def services(self) -> tuple[ConfigObject, ...]:
        return self.objects("servicequery")

    @property
    def applications(self) -> tuple[ConfigObject, ...]:
        return self.objects("applicationquery")

    @property
    def with_addresses(self) -> tuple[ConfigObject, ...]:
        """Whatever may name the address of a SIP device."""
        return (*self.applications, *self.trunks, *self.services, *self.dns)


def _type_name(kind: str, type_: int | None) -> str:
    """``DN of type 1``, ``Agent Login``. kind, type_: of an object."""
    label = _LABELS.get(kind, kind)
    return f"{label} of type {type_}" if kind == "CfgDN" and type_ is not None else label


def object_name(one: ConfigObject) -> str:
    """How a person names an object: ``DN 1000``, or ``DN with DBID 101`` where it has no number."""
    return f"{_LABELS.get(one.kind, one.kind)} {one.number or f'with DBID {one.dbid}'}"
