"""Rules about several Asterisk hosts, on values as they would answer."""

from __future__ import annotations

import pytest

from gvma.check.catalogue import findings
from gvma.errors import AsteriskUnreachableError, DatabaseError
from gvma.evidence.model import DatabaseEvidence, Evidence, HostsEvidence, NodeEvidence
from gvma.settings import Settings
from gvma.settings.model import GvmaSettings

ONE = NodeEvidence(
    "a:5038",
    version="22.10.1",
    tables={"voicemail": "odbc,asterisk", "ps_aors": "odbc,asterisk"},
    aor_mappings=("config,pjsip.conf,criteria=type=aor", "realtime,ps_aors,allow_unqualified_fetch=no"),
    polling={"pollmailboxes": "yes", "pollfreq": "30"},
    counts={"1000@GVMA_DN": (1, 0)},
    patterns=frozenset({"_37X."}),
    endpoints=frozenset({"gvma-sipserver", "site"}),
)
TWO = ONE._replace(node="b:5038")
WANTED = HostsEvidence(
    DatabaseEvidence(mailboxes=("1000@GVMA_DN",)),
    (ONE, TWO),
    outdated=(),
    patterns=frozenset({"_37X."}),
    endpoints=frozenset({"gvma-sipserver"}),
)


def found(hosts: HostsEvidence) -> list[tuple[str, str]]:
    """Code and place."""
    gvma = GvmaSettings(sink="realtime", realtime_nodes=tuple(node.node for node in hosts.nodes))
    evidence = Evidence(Settings(gvma=gvma), hosts=hosts)
    return [(one.code, one.where) for one in findings(evidence) if one.code.startswith(("node-", "database-"))]


def test_hosts_that_are_alike_have_no_fault() -> None:
    assert found(WANTED) == []
    assert found(WANTED._replace(outdated=None)) == []


@pytest.mark.parametrize(
    ("node", "codes"),
    [
        (TWO._replace(problem=AsteriskUnreachableError("refused", where="b:5038")), ["node-unreachable"]),
        (TWO._replace(refused=("GetConfig: no right",)), ["node-unreachable"]),
        (TWO._replace(aor_mappings=("realtime,ps_aors",)), ["node-loads-all", "node-differs"]),
        (TWO._replace(file_mailboxes=("1000@GVMA_DN",)), ["node-shadows"]),
        (TWO._replace(file_subscriptions=("gvm-1000",)), ["node-shadows"]),
        (TWO._replace(lacks=("1000@GVMA_DN",)), ["node-other-database"]),
        (TWO._replace(tables={"voicemail": "odbc,asterisk"}), ["node-other-database", "node-differs"]),
        (TWO._replace(aor_mappings=("config,pjsip.conf",)), ["node-other-database", "node-differs"]),
        (TWO._replace(polling={}), ["node-differs", "node-not-polling"]),
        (TWO._replace(polling={}, publishes=True), ["node-differs"]),
        (TWO._replace(patterns=frozenset()), ["node-files-old", "node-differs"]),
        (TWO._replace(endpoints=frozenset()), ["node-files-old"]),
        (TWO._replace(version="20.9.0"), ["node-differs"]),
    ],
)
def test_each_fault_is_found_at_the_node_that_has_it(node: NodeEvidence, codes: list[str]) -> None:
    assert sorted(found(WANTED._replace(nodes=(ONE, node)))) == sorted((code, "b:5038") for code in codes)


def test_a_node_without_the_rows_says_what_is_otherwise_there() -> None:
    other = TWO._replace(
        tables={"voicemail": "pgsql,asterisk, boxes", "ps_aors": "pgsql,asterisk,ps_aors"},
        lacks=("1000@GVMA_DN",),
        unloaded=("res_config_pgsql.so",),
        connection="Connected to site@db, port 5432",
    )
    evidence = Evidence(Settings(gvma=GvmaSettings(sink="realtime")), hosts=WANTED._replace(nodes=(other,)))
    (message,) = [one.message for one in findings(evidence) if one.code == "node-other-database"]
    assert message == (
        "it does not have 1000@GVMA_DN; res_config_pgsql.so is not loaded; extconfig.conf says voicemail => "
        "pgsql,asterisk, boxes; Asterisk says: Connected to site@db, port 5432"
    )


def test_other_counts_of_one_mailbox_mean_that_messages_are_not_shared() -> None:
    other = TWO._replace(counts={"1000@GVMA_DN": (0, 0)})
    assert found(WANTED._replace(nodes=(ONE, other))) == [("node-own-spool", "1000@GVMA_DN")]


def test_a_message_that_is_heard_between_two_questions_is_no_fault() -> None:
    other = TWO._replace(counts={"1000@GVMA_DN": (0, 1)})
    assert found(WANTED._replace(nodes=(ONE, other))) == []


def test_a_single_host_needs_no_polling() -> None:
    assert found(WANTED._replace(nodes=(ONE._replace(polling={}),))) == []


def test_files_that_would_differ_now_are_named_once() -> None:
    hosts = WANTED._replace(outdated=("gvma-pjsip.conf",), nodes=(ONE._replace(endpoints=frozenset()), TWO))
    assert found(hosts) == [("node-files-old", "gvma-pjsip.conf")]


def test_a_database_that_is_away_or_guarantees_too_little_is_an_error() -> None:
    away = DatabaseEvidence(problem=DatabaseError("refused", where="db:5432/asterisk"))
    assert found(WANTED._replace(database=away)) == [("database-unreachable", "db:5432/asterisk")]
    wide = DatabaseEvidence(faults=("gvma's account may update voicemail (password)",))
    assert found(WANTED._replace(database=wide)) == [("database-grants", "realtime_dsn")]
