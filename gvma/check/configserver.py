"""Rules about Configuration Server: each query set, answered, and with objects of the right type. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.conclusions.profile import names_no_asterisk, profiles
from gvma.check.finding import Finding, Rule
from gvma.errors import CredentialsError
from gvma.evidence.model import QUERIES, Evidence, QueryAnswer
from gvma.switches.tables import switches

QUERY_FAILED = Rule(
    "configserver-query", "error", "Configuration Server cannot be reached, or does not answer a query",
    "A sync then stops before it writes anything, so nothing new reaches Asterisk.",
    "See the message; `gvma confserv query XPATH` tries one query alone.",
)  # fmt: skip
CREDENTIALS = Rule(
    "configserver-credentials", "error", "Configuration Server refuses the user name or password",
    "A sync stops with exit 12 before it writes anything.",
    "Correct username and password (or password_file) in [cfgserver].",
)  # fmt: skip
QUERY_EMPTY = Rule(
    "configserver-query-empty", "warning", "a query selects no object",
    "A wrong name or DBID, or an account without rights, gives an empty answer and no error.",
    "Try the query with `gvma confserv query`, and look at the account's permissions.",
)  # fmt: skip
QUERY_UNNEEDED = Rule(
    "configserver-query-unneeded", "info", "a query selects no object, and no switch of switch_profile needs one",
    "A wrong name or DBID gives an empty answer too. Here nothing lacks these objects: neither a table of the site's "
    "switches nor a mailbox.",
    "Correct the query where there are such objects.",
)  # fmt: skip
QUERY_TYPE = Rule(
    "configserver-query-type", "error", "a query selects objects of another type than its name says",
    "The rules for mailboxes follow the type: DN, Agent Login and Agent Group have different ones (manual 2365-2384).",
    "Correct the query; the manual's forms are in docs/settings.md.",
)  # fmt: skip
NOT_ASKED = Rule(
    "configserver-not-asked", "info", "Configuration Server was not asked",
    "Nothing that depends on its objects was checked; a sync needs it.",
    "Set host (or url), username and the queries in [cfgserver], if this host is to sync.",
)  # fmt: skip
QUERY_UNSET = Rule(
    "configserver-query-unset", "info", "a query that checks need is not set",
    "What needs these objects was left out of this check.",
    "Set the query in [cfgserver] to have them checked.",
)  # fmt: skip
RULES = (QUERY_FAILED, CREDENTIALS, QUERY_EMPTY, QUERY_UNNEEDED, QUERY_TYPE, NOT_ASKED, QUERY_UNSET)

TYPES = {
    "dnquery": "DN of type 1",
    "agentquery": "Agent Login",
    "agentgroupquery": "Agent Group",
    "routingpointquery": "DN of type 4",
    "trunkquery": "DN of type 14",
    "servicequery": "DN of type 29",
    "applicationquery": "Application",
}

_TABLES = {
    "dnquery": ("DN", "Extension"),
    "trunkquery": ("DN", "Trunk"),
    "servicequery": ("DN", "Voice over IP Service"),
    "applicationquery": ("Application", "SIP Server"),
}


def check_queries(evidence: Evidence) -> Iterator[Finding]:
    """Each query: set, answered, with objects, and of the right type (manual 2738-2762)."""
    layer = evidence.configserver
    if layer.not_asked:
        yield NOT_ASKED.at("[cfgserver]", layer.not_asked)
        return
    needed = _of_other_switches(evidence) if names_no_asterisk(evidence) else None
    failed: dict[tuple[type, str], list[QueryAnswer]] = {}
    for query in QUERIES:
        answer = layer.answers.get(query)
        if answer is None:
            yield QUERY_UNSET.at(query, f"{query} is not set")
        elif answer.error is not None:
            failed.setdefault((type(answer.error), str(answer.error)), []).append(answer)
        elif not answer.objects:
            rule = QUERY_EMPTY if needed is None or query in needed else QUERY_UNNEEDED
            yield rule.at(query, f"{answer.xpath} selects nothing")
        elif _of_another_type(answer):
            given = ", ".join(f"{number} {kind}" for kind, number in answer.types.items())
            yield QUERY_TYPE.at(query, f"{answer.xpath} gives {given}, where {TYPES[query]} is wanted")
    for answers in failed.values():
        yield _failed(answers)


def _of_other_switches(evidence: Evidence) -> frozenset[str]:
    """The queries whose objects the tables of the site's switches are about, where Asterisk is none of these."""
    site = [switches()[one] for one in profiles(evidence) if one in switches()]
    return frozenset(
        query for query, (kind, type_) in _TABLES.items() for switch in site if switch.table(kind, type_) is not None
    )


def _of_another_type(answer: QueryAnswer) -> bool:
    """Whether some object is of another type; a DN whose type the answer does not tell is taken for meant."""
    wanted, given = TYPES[answer.query], answer.types
    if "DN" in given and not wanted.startswith("DN"):
        return True
    return not given.keys() <= {wanted, "DN"}


def _failed(answers: list[QueryAnswer]) -> Finding:
    """One finding for the queries that fail alike, as they all do where the server is away."""
    where, error = ", ".join(answer.query for answer in answers), answers[0].error
    if isinstance(error, CredentialsError):
        return CREDENTIALS.at(where, str(error), remedy=error.hint)
    return QUERY_FAILED.at(where, str(error))


CHECKS = (check_queries,)
