"""What the checks look at, collected once; nothing here collects.

The collectors (``gvma/check/collect.py`` and what it calls) do all the reading and asking; every check is
a function of this evidence, so a test can write the evidence down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gvma.configserver.objects import ConfigObject
from gvma.errors import GvmaError
from gvma.settings import Settings

QUERIES = (
    "dnquery",
    "agentquery",
    "agentgroupquery",
    "routingpointquery",
    "trunkquery",
    "servicequery",
    "applicationquery",
)


WORDS = {
    "CfgDN": "DN",
    "CfgAgentLogin": "Agent Login",
    "CfgAgentGroup": "Agent Group",
    "CfgApplication": "Application",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query of ``[cfgserver]`` gave: objects, or why there are none."""

    query: str
    xpath: str
    objects: tuple[ConfigObject, ...] = ()
    error: GvmaError | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """The Configuration Layer, one answer for each query that the settings have."""

    answers: Mapping[str, Answer] = field(default_factory=dict)

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
    def trunks(self) -> tuple[ConfigObject, ...]:
        return self.objects("trunkquery")

    @property
    def services(self) -> tuple[ConfigObject, ...]:
        return self.objects("servicequery")

    @property
    def applications(self) -> tuple[ConfigObject, ...]:
        return self.objects("applicationquery")


@dataclass(frozen=True, slots=True)
class ThisAsterisk:
    """Where SIP reaches the Asterisk that the settings name: addresses and names, lower case, and ports."""

    addresses: frozenset[str] = frozenset()
    sip_ports: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen. A part that could not be had says so itself."""

    settings: Settings
    layer: Layer = field(default_factory=Layer)
    this_asterisk: ThisAsterisk = field(default_factory=ThisAsterisk)
    # (box, context) of voicemail.conf outside our block, and its contexts; None where it could not be read
    site_boxes: frozenset[tuple[str, str]] | None = None
    site_contexts: frozenset[str] = frozenset()


def owner(thing: ConfigObject) -> str:
    """How a finding names an object: ``DN 1000``, or by its DBID where it has no number."""
    return f"{WORDS.get(thing.kind, thing.kind)} {thing.number or f'with DBID {thing.dbid}'}"
