"""Several Asterisk hosts that read one database (``sink = realtime``): the database, and what each node said. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gvma.errors import GvmaError


@dataclass(frozen=True, slots=True)
class DatabaseEvidence:
    """What the database guarantees, and some of gvma's rows.

    problem: why it could not be asked. faults: a clause for each guarantee that is missing, and each right that is
    too wide. mailboxes: a few ``box@context``. subscriptions: a few ``gvm-*`` names, each with the mailbox it watches.
    """

    problem: GvmaError | None = None
    faults: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    subscriptions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodeEvidence:
    """What one Asterisk host said over AMI. What it was not asked, or did not answer, is None or empty.

    node: as ``realtime_nodes`` has it. problem: why nothing, or not all, was answered. refused: what the AMI account
    may not do. tables: extconfig.conf's families to driver and connection, such as ``odbc,asterisk``.
    aor_mappings: of sorcery.conf, in their order. polling: ``pollmailboxes`` and ``pollfreq`` of voicemail.conf.
    publishes: it publishes message counts to other hosts. file_mailboxes, file_subscriptions: gvma's names in files
    of the node, which hide the rows. lacks: those of the database's samples that it does not see. counts: new and
    old messages of the mailboxes among the samples. patterns: of ``[GVMA]``. endpoints: PJSIP's, of gvma's files.
    bound: addresses and UDP ports that SIP listens on.
    """

    node: str
    problem: GvmaError | None = None
    refused: tuple[str, ...] = ()
    version: str = ""
    tables: Mapping[str, str] | None = None
    aor_mappings: tuple[str, ...] | None = None
    polling: Mapping[str, str] | None = None
    publishes: bool = False
    file_mailboxes: tuple[str, ...] = ()
    file_subscriptions: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    patterns: frozenset[str] | None = None
    endpoints: frozenset[str] | None = None
    bound: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HostsEvidence:
    """A site with ``sink = realtime``.

    outdated: the nodes' files that would differ from what ``gvma realtime files`` last wrote; None where that was
    never run here, or is not known. patterns, endpoints: what the nodes' files would have now.
    """

    database: DatabaseEvidence = field(default_factory=DatabaseEvidence)
    nodes: tuple[NodeEvidence, ...] = ()
    outdated: tuple[str, ...] | None = None
    patterns: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
