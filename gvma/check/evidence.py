"""What the checks look at, collected once; nothing here collects.

The collectors (``gvma/check/collect.py`` and what it calls) do all the reading and asking; every check is
a function of this evidence, so a test can write the evidence down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gvma.check.conf import Conf
from gvma.configserver.objects import ConfigObject
from gvma.errors import GvmaError, SettingsError
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
    objects: tuple[ConfigObject, ...] = field(default=(), repr=False)
    error: GvmaError | None = None

    @property
    def types(self) -> dict[str, int]:
        """How many objects of each type, such as ``DN of type 1``, the most frequent first."""
        counted = Counter(type_of(thing) for thing in self.objects)
        return dict(counted.most_common())


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


class Warned(Protocol):
    """A warning of the settings reader."""

    @property
    def message(self) -> str: ...
    @property
    def where(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Probe:
    """One SUBSCRIBE from this host. answer: status code, 0 where none came; notified: a NOTIFY with counts came.

    counts: those of the NOTIFY, ``new/old``. as_sipserver: it came from an address that is SIP Server's.
    """

    name: str
    answer: int
    notified: bool
    counts: str = ""
    as_sipserver: bool = True


@dataclass(frozen=True, slots=True)
class Live:
    """What Asterisk itself said over AMI. A part that was not asked, or not answered, is None or empty.

    problem: why nothing or not all was answered. refused: what the AMI account may not do.
    loaded: of the modules that were asked for, those that are there; asked: all of them.
    boxes: name, e-mail and pager e-mail by ``box@context`` of gvma's contexts.
    subscriptions: ``gvm-*`` names to mailboxes; None for one whose mailbox was not asked for.
    identifies: (endpoint, address or network) of every identify. identifier_order: as Asterisk has it.
    contexts: all dialplan contexts with their patterns. contact_hosts: (endpoint or AOR, host).
    idle: modules that are loaded and do not run. endpoints: PJSIP's endpoints or chan_sip's peers, where asked for.
    includes: (context, included context, who registered it) of the dialplan.
    """

    problem: GvmaError | None = None
    version: str = ""
    refused: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    loaded: frozenset[str] = frozenset()
    boxes: Mapping[str, tuple[str, str, str]] | None = field(default=None, repr=False)
    subscriptions: Mapping[str, str | None] | None = field(default=None, repr=False)
    identifies: tuple[tuple[str, str], ...] | None = None
    identifier_order: str = ""
    contexts: Mapping[str, frozenset[str]] | None = field(default=None, repr=False)
    contact_hosts: tuple[tuple[str, str], ...] = ()
    idle: frozenset[str] = frozenset()
    endpoints: frozenset[str] | None = field(default=None, repr=False)
    includes: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """The media server's side. used: the dialplan has its context. health: empty where the server is well.

    unreadable: (path, reason) of what Asterisk could not play or record.
    """

    used: bool = False
    health: str = ""
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen. A part that could not be had says so itself.

    unreachable: (key, reason) of paths in the settings. exposed: (path, mode) of files with secrets.
    unsafe: (file, reason) of files that a sync refuses to edit. not_asked: why Configuration Server was not asked.
    syncs: the settings are for a sync too, and not for the media server alone; else only that is looked at.
    confs: roles ``vm``, ``exten`` and ``driver`` to files. driver: ``pjsip`` or ``sip``.
    realtime: what Asterisk reads from a database, and no file tells: ``voicemail``, ``phones``, ``dialplan``.
    led_to: contexts that any file of Asterisk's folder sends calls to.
    site_boxes: (box, context) of voicemail.conf outside our block, None where it could not be read.
    """

    settings: Settings
    problems: tuple[SettingsError, ...] = ()
    settings_warnings: tuple[Warned, ...] = ()
    unreachable: tuple[tuple[str, str], ...] = ()
    exposed: tuple[tuple[str, int], ...] = ()
    unsafe: tuple[tuple[str, str], ...] = ()
    not_asked: str = ""
    syncs: bool = True
    layer: Layer = field(default_factory=Layer)
    this_asterisk: ThisAsterisk = field(default_factory=ThisAsterisk)
    driver: str = "pjsip"
    confs: Mapping[str, Conf] = field(default_factory=dict)
    realtime: frozenset[str] = frozenset()
    led_to: frozenset[str] = frozenset()
    synced_before: bool = True
    live: Live | None = None
    probes: tuple[Probe, ...] | None = None
    media: Media = field(default_factory=Media)

    @property
    def site_boxes(self) -> frozenset[tuple[str, str]] | None:
        voicemail = self.confs.get("vm")
        if voicemail is None:
            return None
        return frozenset((line.key, line.section) for line in voicemail.lines if not line.ours)

    @property
    def site_contexts(self) -> frozenset[str]:
        voicemail = self.confs.get("vm")
        return (
            frozenset(section.name for section in voicemail.sections if not section.ours) if voicemail else frozenset()
        )


def type_of(thing: ConfigObject) -> str:
    """``DN of type 1``, ``Agent Login``."""
    word = WORDS.get(thing.kind, thing.kind)
    return f"{word} of type {thing.type}" if thing.kind == "CfgDN" and thing.type is not None else word


def owner(thing: ConfigObject) -> str:
    """How a finding names an object: ``DN 1000``, or by its DBID where it has no number."""
    return f"{WORDS.get(thing.kind, thing.kind)} {thing.number or f'with DBID {thing.dbid}'}"
