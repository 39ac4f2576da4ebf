"""Asterisk: its files on the disk, what it said over AMI, where SIP reaches it, and its media server. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gvma.asterisk.identification.rights import SipServerRequests

if TYPE_CHECKING:
    from gvma.asterisk.conf.model import Conf
    from gvma.asterisk.drivers.choose import DriverModule
    from gvma.errors import GvmaError
    from gvma.evidence.model.media import MediaFigures, MediaMinute


class FilesEvidence(NamedTuple):
    """Asterisk's files. The three that a sync writes are None where nobody looked at them.

    voicemail: voicemail.conf. channel: sip.conf or pjsip.conf. dialplan: extensions.conf. Each is the whole
    that Asterisk reads, also where the settings name a file that it includes.
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

    @property
    def looked_at(self) -> tuple[Conf, ...]:
        """Those of the three files that somebody has looked at."""
        return tuple(conf for conf in (self.voicemail, self.channel, self.dialplan) if conf is not None)


class MailboxFields(NamedTuple):
    """What AMI shows of a mailbox."""

    name: str = ""
    email: str = ""
    pager: str = ""


class Messages(NamedTuple):
    """How many messages there are, in one mailbox or in all."""

    new: int
    old: int


class AmiEvidence(NamedTuple):
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
    sipserver: what becomes of SIP Server's requests. messages: of all mailboxes of gvma's contexts.
    """

    problem: GvmaError | None = None
    version: str = ""
    refused: tuple[str, ...] = ()
    loaded: frozenset[str] | None = None
    idle: frozenset[str] = frozenset()
    drivers: Mapping[str, DriverModule] | None = None
    mailboxes: Mapping[str, MailboxFields] | None = None
    subscriptions: Mapping[str, str | None] | None = None
    endpoints: frozenset[str] | None = None
    contact_hosts: tuple[tuple[str, str], ...] = ()
    identifies: tuple[tuple[str, str], ...] | None = None
    identifier_order: str = ""
    contexts: Mapping[str, Collection[str]] | None = None
    includes: tuple[tuple[str, str, str], ...] = ()
    other_folders: tuple[tuple[str, str, str], ...] = ()
    bound: tuple[tuple[str, int], ...] = ()
    user: str = ""
    sipserver: SipServerRequests = SipServerRequests()
    messages: Messages | None = None


class SipAddresses(NamedTuple):
    """Where SIP reaches this Asterisk: addresses and names in lower case, and UDP ports; empty where not known."""

    hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset()


class Probe(NamedTuple):
    """One SUBSCRIBE from this host. status: of the answer, 0 where none came. notified: a NOTIFY that fits came.

    name: of a subscription, or the number of a hint. event: ``message-summary`` or ``presence``. counts: of a
    mailbox, ``new/old``. state: of a telephone, such as ``open, Ready``. as_sipserver: sent from an address that is
    SIP Server's. node: who was asked, as ``realtime_nodes`` has it; empty: this host's Asterisk.
    """

    name: str
    status: int
    notified: bool
    counts: str = ""
    as_sipserver: bool = True
    event: str = "message-summary"
    state: str = ""
    node: str = ""


class MediaEvidence(NamedTuple):
    """The media server's side. used: the dialplan has its context. problem: empty where the server is well.

    unusable: (path, reason) of what Asterisk's user could not play or record. figures: what it says of its calls, and
    last_hour, their sum; None where metrics is not set. unanswered: why it said nothing, although metrics is set.
    """

    used: bool = False
    problem: str = ""
    unusable: tuple[tuple[str, str], ...] = ()
    figures: MediaFigures | None = None
    last_hour: MediaMinute | None = None
    unanswered: str = ""
