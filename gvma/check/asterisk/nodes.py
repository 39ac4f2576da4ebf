"""Rules about the Asterisk hosts of a Realtime site: each reads the one database, and all behave alike.

Pure: it asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gvma.asterisk.conf.booleans import YES
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence, HostsEvidence, NodeEvidence
from gvma.evidence.model.hosts import reads_all
from gvma.printable import first_names
from gvma.sinks.realtime.rows.names import AORS, TABLES

UNREACHABLE = Rule(
    "node-unreachable", "warning", "a node of realtime_nodes that does not answer over AMI, or not all questions",
    "It keeps nobody from syncing, since the node reads the database by itself; whether it does is not known.",
    "Start the node, or correct realtime_nodes, asterisk_cm_username and asterisk_cm_secret.",
)  # fmt: skip
LOADS_ALL = Rule(
    "node-loads-all", "error", f"a mapping of {AORS} in sorcery.conf without allow_unqualified_fetch=no",
    "Asterisk then reads every AOR when it starts: 100,000 take it minutes.",
    "Include gvma-sorcery.conf of `gvma realtime files` in [res_pjsip] of sorcery.conf, and restart that Asterisk.",
)  # fmt: skip
SHADOWS = Rule(
    "node-shadows", "error", "mailboxes or AORs of gvma's in files of a node",
    "Asterisk takes a file's entry before the database's row: what a sync changes has no effect there, and a PIN that "
    "is changed on one node is not that of another.",
    "Where the managed block is still in that node's files, `gvma remove` with its old settings takes it out; remove "
    "other lines by hand, and reload.",
)  # fmt: skip
OTHER_DATABASE = Rule(
    "node-other-database", "error", "a node that does not see rows of gvma's that the database has",
    "SIP Server gets 404 there, and callers hear that the mailbox does not exist.",
    "Include gvma-extconfig.conf and gvma-sorcery.conf there, and let res_odbc.conf or res_pgsql.conf name the "
    "database of realtime_dsn, with Asterisk's own account.",
)  # fmt: skip
NOT_POLLING = Rule(
    "node-not-polling", "warning", "a node that neither polls mailboxes nor takes part in PUBLISH",
    "The lamp of a telephone whose SIP Server subscribes here stays dark when another node takes the message.",
    "Include gvma-voicemail.conf in [general] of voicemail.conf, and reload app_voicemail.",
)  # fmt: skip
FILES_OLD = Rule(
    "node-files-old", "warning", "files of `gvma realtime files` that the settings have changed since, or that a node "
    "has not read",
    "The node then behaves as the old settings say.",
    "Run `gvma realtime files FOLDER`, carry the folder to all nodes, and `core reload` there.",
)  # fmt: skip
OWN_SPOOL = Rule(
    "node-own-spool", "error", "nodes that count different messages in one mailbox",
    "They do not share their voice messages: one that is left through one node is not heard at another, and is gone "
    "with its host.",
    "Mount one folder as /var/spool/asterisk/voicemail on all nodes, or use app_voicemail_odbc on all of them.",
)  # fmt: skip
DIFFERS = Rule(
    "node-differs", "warning", "a node with other mappings, another polling or another Asterisk than the first one",
    "What was tried at one node does not hold at the other.",
    "Include the same files of `gvma realtime files` on all nodes, and keep one version of Asterisk.",
)  # fmt: skip
RULES = (UNREACHABLE, LOADS_ALL, SHADOWS, OTHER_DATABASE, NOT_POLLING, FILES_OLD, OWN_SPOOL, DIFFERS)

_NAMED = 3


def check_answers(evidence: Evidence) -> Iterator[Finding]:
    """Nodes that are away, and questions that they refuse."""
    for node in _nodes(evidence):
        if node.problem is not None:
            yield UNREACHABLE.at(node.node, node.problem.message)
        for refused in node.refused:
            yield UNREACHABLE.at(node.node, refused)


def check_rows(evidence: Evidence) -> Iterator[Finding]:
    """Whether each node reads the rows, and no file of its own in their place."""
    for node in _nodes(evidence):
        for mapping in node.aor_mappings or ():
            if reads_all(mapping):
                yield LOADS_ALL.at(node.node, f"aor={mapping}")
        for kind, names in (("mailboxes", node.file_mailboxes), ("AORs", node.file_subscriptions)):
            if names:
                yield SHADOWS.at(node.node, f"{len(names)} {kind} stand in its files: {first_names(names, _NAMED)}")
        yield from _unread(node)


def _unread(node: NodeEvidence) -> Iterator[Finding]:
    unmapped = [table for table in TABLES if node.tables is not None and table not in node.tables]
    realtime = f"realtime,{AORS}"
    if unmapped:
        yield OTHER_DATABASE.at(node.node, f"extconfig.conf does not name {', '.join(unmapped)}")
    elif node.aor_mappings is not None and not any(one.startswith(realtime) for one in node.aor_mappings):
        yield OTHER_DATABASE.at(node.node, f"[res_pjsip] of sorcery.conf has no aor={realtime}")
    elif node.lacks:
        reasons = "".join(f"; {one}" for one in _reasons(node))
        yield OTHER_DATABASE.at(node.node, f"it does not have {first_names(node.lacks, _NAMED)}{reasons}")


def _reasons(node: NodeEvidence) -> Iterator[str]:
    """What is otherwise there than a node needs, as far as it says so."""
    for module in node.unloaded:
        yield f"{module} is not loaded"
    for table, mapping in (node.tables or {}).items():
        words = [word.strip() for word in mapping.split(",")]
        if table in TABLES and words[2:] not in ([], [table]):
            yield f"extconfig.conf says {table} => {mapping}"
    if node.connection:
        yield f"Asterisk says: {node.connection}"


def check_messages(evidence: Evidence) -> Iterator[Finding]:
    """Whether a message through one node is noticed, and heard, at the others."""
    nodes = _nodes(evidence)
    for node in nodes if len(evidence.settings.gvma.realtime_nodes) > 1 else ():
        polls = node.polling is None or node.polling.get("pollmailboxes", "no").lower() in YES
        if not polls and not node.publishes:
            yield NOT_POLLING.at(node.node, "pollmailboxes is not set in [general] of voicemail.conf")
    for key in dict.fromkeys(key for node in nodes for key in node.counts):
        counts = {node.node: node.counts[key] for node in nodes if key in node.counts}
        if len({sum(count) for count in counts.values()}) > 1:
            said = ", ".join(f"{new}/{old} at {node}" for node, (new, old) in counts.items())
            yield OWN_SPOOL.at(key, f"new and old messages: {said}")
            return


def check_files(evidence: Evidence) -> Iterator[Finding]:
    """Whether the nodes' files are as the settings say now, and are read."""
    hosts = evidence.hosts
    if hosts is None:
        return
    if hosts.outdated:
        yield FILES_OLD.at(", ".join(hosts.outdated), "they would be written otherwise now")
        return
    for node in hosts.nodes:
        missing = sorted(hosts.patterns - node.patterns) if node.patterns is not None and not node.problem else []
        if missing:
            yield FILES_OLD.at(node.node, f"its [GVMA] lacks {first_names(missing, _NAMED)}")
        unknown = sorted(hosts.endpoints - node.endpoints) if node.endpoints is not None else []
        if unknown:
            yield FILES_OLD.at(node.node, f"it does not have the endpoint {first_names(unknown, _NAMED)}")


def check_likeness(evidence: Evidence) -> Iterator[Finding]:
    """Whether all nodes have what the first has."""
    answered = [node for node in _nodes(evidence) if node.problem is None]
    for node in answered[1:]:
        different = list(_differing(answered[0], node))
        if different:
            yield DIFFERS.at(node.node, f"not as at {answered[0].node}: {', '.join(different)}")


def _differing(first: NodeEvidence, other: NodeEvidence) -> Iterator[str]:
    for what, one, two in (
        ("extconfig.conf", first.tables, other.tables),
        ("sorcery.conf", first.aor_mappings, other.aor_mappings),
        ("polling", first.polling, other.polling),
        ("[GVMA]", first.patterns, other.patterns),
    ):
        if one is not None and two is not None and one != two:
            yield what
    if first.version.partition(".")[0] != other.version.partition(".")[0]:
        yield f"Asterisk {other.version}, not {first.version}"


def _nodes(evidence: Evidence) -> Sequence[NodeEvidence]:
    hosts: HostsEvidence | None = evidence.hosts
    return hosts.nodes if hosts else ()


CHECKS = (check_answers, check_rows, check_messages, check_files, check_likeness)
