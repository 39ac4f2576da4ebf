"""What there is to know of a site, as values. Pure: the collectors beside this module ask, and the readers judge.

A part that could not be had says so itself: by an error, by None, or by being empty, as its docstring tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

from gvma.asterisk.conf import Conf
from gvma.asterisk.drivers import PJSIP, Driver
from gvma.asterisk.drivers.choose import DriverModule
from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.identification.rights import SipServerRequests
from gvma.asterisk.roles import ROLES
from gvma.configserver.objects import ConfigObject
from gvma.errors import GvmaError, SettingsError
from gvma.mailboxes import Desired, desired
from gvma.plan.items import Item
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
"""The keys of ``[cfgserver]`` that hold a query, in the order in which they are asked."""

_LABELS = {**{role.element: role.label for role in ROLES}, "CfgApplication": "Application"}


class SettingsWarning(Protocol):
    """A warning of the settings reader."""

    @property
    def message(self) -> str: ...
    @property
    def where(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SettingsEvidence:
    """The settings file, and the folders and files that it names.

    problems: lines that no sync accepts. unreachable: (key, reason) of paths that this account cannot use.
    exposed: (path, mode) of files with secrets that others may read. wrong_keys: keys with a problem, which have
    their default values.
    """

    problems: tuple[SettingsError, ...] = ()
    warnings: tuple[SettingsWarning, ...] = ()
    unreachable: tuple[tuple[str, str], ...] = ()
    exposed: tuple[tuple[str, int], ...] = ()
    wrong_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """What one query of ``[cfgserver]`` gave: objects, or the error in their place."""

    query: str
    xpath: str
    objects: tuple[ConfigObject, ...] = field(default=(), repr=False)
    error: GvmaError | None = None

    @property
    def types(self) -> dict[str, int]:
        """How many objects of each type, such as ``DN of type 1``, the most frequent first."""
        return dict(Counter(type_name(one) for one in self.objects).most_common())


@dataclass(frozen=True, slots=True)
class ConfigServerEvidence:
    """What Configuration Server answered, one answer for each query that is set.

    not_asked: why it was not asked at all; empty where it was.
    """

    answers: Mapping[str, QueryAnswer] = field(default_factory=dict)
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


@dataclass(frozen=True, slots=True)
class FilesEvidence:
    """Asterisk's files. The three that a sync writes are None where nobody looked at them.

    voicemail: voicemail.conf. channel: sip.conf or pjsip.conf. dialplan: extensions.conf.
    unsafe: (file, reason) of files that a sync refuses to edit.
    unreadable: (file, reason) of files that this account may not read.
    realtime: what Asterisk reads from a database, which no file tells: ``voicemail``, ``phones``, ``dialplan``.
    entered_contexts: contexts that some file of Asterisk's folder sends calls to.
    mounted: files that a sync writes and that are mount points themselves.
    elsewhere: (type, where) of PJSIP's types of objects that sorcery.conf has Asterisk read from elsewhere alone.
    users: names of users.conf with ``hasvoicemail=yes``, which are mailboxes too.
    orphans: ``box@context`` of our contexts whose messages are in the spool, and of whom voicemail.conf has nothing.
    """

    voicemail: Conf | None = None
    channel: Conf | None = None
    dialplan: Conf | None = None
    unsafe: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    realtime: frozenset[str] = frozenset()
    entered_contexts: frozenset[str] = frozenset()
    mounted: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    users: frozenset[str] = frozenset()
    orphans: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Conf]:
        """Those of the three files that were looked at."""
        return (conf for conf in (self.voicemail, self.channel, self.dialplan) if conf is not None)


class MailboxFields(NamedTuple):
    """What AMI shows of a mailbox."""

    name: str = ""
    email: str = ""
    pager: str = ""


@dataclass(frozen=True, slots=True)
class AmiEvidence:
    """What Asterisk itself said over AMI. A part that was not asked, or not answered, is None or empty.

    problem: why nothing or not all was answered. refused: what the AMI account may not do.
    loaded: every module that is loaded; idle: those that do not run. drivers: both channel drivers by name.
    mailboxes: by ``box@context``, of gvma's contexts.
    subscriptions: ``gvm-*`` names to mailboxes; None for one whose mailbox was not asked for.
    endpoints: PJSIP's endpoints or chan_sip's peers. contact_hosts: (endpoint or AOR, host).
    identifies: (endpoint, address or network) of every identify. identifier_order: as Asterisk has it.
    contexts: all dialplan contexts with their patterns.
    includes: (context, included context, who registered it) of the dialplan.
    other_folders: (key of the settings, folder that it names, folder that Asterisk uses in its place).
    bound: addresses and UDP ports that SIP listens on. user: whom Asterisk runs as; empty for whoever started it.
    sipserver: what becomes of SIP Server's requests.
    """

    problem: GvmaError | None = None
    version: str = ""
    refused: tuple[str, ...] = ()
    loaded: frozenset[str] | None = None
    idle: frozenset[str] = frozenset()
    drivers: Mapping[str, DriverModule] | None = None
    mailboxes: Mapping[str, MailboxFields] | None = field(default=None, repr=False)
    subscriptions: Mapping[str, str | None] | None = field(default=None, repr=False)
    endpoints: frozenset[str] | None = field(default=None, repr=False)
    contact_hosts: tuple[tuple[str, str], ...] = ()
    identifies: tuple[tuple[str, str], ...] | None = None
    identifier_order: str = ""
    contexts: Mapping[str, Collection[str]] | None = field(default=None, repr=False)
    includes: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    other_folders: tuple[tuple[str, str, str], ...] = ()
    bound: tuple[tuple[str, int], ...] = ()
    user: str = ""
    sipserver: SipServerRequests = field(default_factory=SipServerRequests)


@dataclass(frozen=True, slots=True)
class SipAddresses:
    """Where SIP reaches this Asterisk: addresses and names in lower case, and UDP ports; empty where not known."""

    hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Probe:
    """One SUBSCRIBE from this host. status: of the answer, 0 where none came. notified: a NOTIFY with counts came.

    counts: those of the NOTIFY, ``new/old``. as_sipserver: sent from an address that is SIP Server's.
    """

    name: str
    status: int
    notified: bool
    counts: str = ""
    as_sipserver: bool = True


@dataclass(frozen=True, slots=True)
class MediaEvidence:
    """The media server's side. used: the dialplan has its context. problem: empty where the server is well.

    unusable: (path, reason) of what Asterisk's user could not play or record.
    """

    used: bool = False
    problem: str = ""
    unusable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordsEvidence:
    """What gvma left under ``backup_path``.

    synced: a sync ran with it before. running: the run that holds the lock at this moment; empty where none does.
    interrupted: what the next run will mend first. paused: a sentence why the sync is paused; empty where it is not.
    pending_reload: modules of Asterisk. success_age: seconds since the last success; None where none is known.
    failure: code and exit status of the failure since then, as far as one was noted. owners: the record of owners, as
    a text. files: those that the last sync left a block in. problem: why not all could be read.
    """

    synced: bool = True
    running: str = ""
    interrupted: str = ""
    paused: str = ""
    pending_reload: tuple[str, ...] = ()
    success_age: float | None = None
    failure: tuple[str, int] | None = None
    owners: bytes = field(default=b"", repr=False)
    files: frozenset[str] = frozenset()
    problem: GvmaError | None = None


@dataclass(frozen=True, slots=True)
class NextSync:
    """What a sync would do with these answers. It was planned, and nothing of it was done.

    items: what it would change. files: names of the files that it would write. warnings: in its own words.
    brake: why the safety brake would stop it. problem: why nothing could be planned.
    """

    items: tuple[Item, ...] = field(default=(), repr=False)
    files: tuple[str, ...] = ()
    warnings: tuple[GvmaWarning, ...] = ()
    brake: GvmaError | None = None
    problem: GvmaError | None = None


@dataclass(frozen=True)
class Evidence:
    """All that was seen of a site, one part for each source.

    settings: the effective settings. syncs: they serve a sync, and not the media server alone.
    driver: the channel driver that gvma writes for. driver_reason: a sentence why.
    addresses: IP addresses by host, of SIP Server, of the gateway and of what Applications call their own.
    ami: None where AMI was not asked. probes: None where none was wanted. next_sync: None where not every query of a
    sync was answered.
    """

    settings: Settings
    syncs: bool = True
    driver: Driver = PJSIP
    driver_reason: str = ""
    settings_file: SettingsEvidence = field(default_factory=SettingsEvidence)
    configserver: ConfigServerEvidence = field(default_factory=ConfigServerEvidence)
    files: FilesEvidence = field(default_factory=FilesEvidence)
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ami: AmiEvidence | None = None
    sip: SipAddresses = field(default_factory=SipAddresses)
    probes: tuple[Probe, ...] | None = None
    media: MediaEvidence = field(default_factory=MediaEvidence)
    records: RecordsEvidence = field(default_factory=RecordsEvidence)
    next_sync: NextSync | None = None

    @cached_property
    def wanted(self) -> Desired:
        """What the manual's rules make of the objects; of those of the queries that were answered."""
        layer = self.configserver
        settings = self.settings.gvma
        return desired(
            layer.dns,
            layer.agents,
            layer.groups,
            allow_mailcmd=settings.allow_mailcmd,
            main_extension=settings.vm_voicemail_main_ext,
        )


def type_name(one: ConfigObject) -> str:
    """``DN of type 1``, ``Agent Login``."""
    kind = _LABELS.get(one.kind, one.kind)
    return f"{kind} of type {one.type}" if one.kind == "CfgDN" and one.type is not None else kind


def object_name(one: ConfigObject) -> str:
    """How a person names an object: ``DN 1000``, or ``DN with DBID 101`` where it has no number."""
    return f"{_LABELS.get(one.kind, one.kind)} {one.number or f'with DBID {one.dbid}'}"
