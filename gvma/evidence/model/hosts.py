"""Several Asterisk hosts that read one database (``sink = realtime``): the database, and what each node said. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gvma.sinks.realtime.rows.names import AORS

if TYPE_CHECKING:
    from gvma.errors import GvmaError


def reads_all(aor_mapping: str) -> bool:
    """Whether Asterisk takes every row of the table for an AOR that it has to know at its start."""
    words = [word.strip() for word in aor_mapping.split(",")]
    return words[:2] == ["realtime", AORS] and "allow_unqualified_fetch=no" not in words


class DatabaseEvidence(NamedTuple):
    """What the database guarantees, and some of gvma's rows.

    problem: why it could not be asked. faults: a clause for each guarantee that is missing, and each right that is
    too wide. mailboxes: a few ``box@context``. subscriptions: a few ``gvm-*`` names, each with the mailbox it watches.
    """

    problem: GvmaError | None = None
    faults: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    subscriptions: Mapping[str, str] = {}


class NodeEvidence(NamedTuple):
    """What one Asterisk host said over AMI. What it was not asked, or did not answer, is None or empty.

    node: as ``realtime_nodes`` has it. problem: why nothing, or not all, was answered. refused: what the AMI account
    may not do. tables: extconfig.conf's families to driver and connection, such as ``odbc,asterisk``.
    aor_mappings: of sorcery.conf, in their order. polling: ``pollmailboxes`` and ``pollfreq`` of voicemail.conf.
    publishes: it publishes message counts to other hosts. file_mailboxes, file_subscriptions: gvma's names in files
    of the node, which hide the rows. lacks: those of the database's samples that it does not see; then also unloaded:
    modules that its mappings need and that are not loaded, and connection: what it says of its connection to the
    database. counts: new and old messages of the mailboxes among the samples. patterns: of ``[GVMA]``. endpoints:
    PJSIP's, of gvma's files. bound: addresses and UDP ports that SIP listens on.
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
    unloaded: tuple[str, ...] = ()
    connection: str = ""
    counts: Mapping[str, tuple[int, int]] = {}
    patterns: frozenset[str] | None = None
    endpoints: frozenset[str] | None = None
    bound: tuple[tuple[str, int], ...] = ()


class HostsEvidence(NamedTuple):
    """A site with ``sink = realtime``.

    outdated: the nodes' files that would differ from what ``gvma realtime files`` last wrote; None where that was
    never run here, or is not known. patterns, endpoints: what the nodes' files would have now.
    """

    database: DatabaseEvidence = DatabaseEvidence()
    nodes: tuple[NodeEvidence, ...] = ()
    outdated: tuple[str, ...] | None = None
    patterns: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
