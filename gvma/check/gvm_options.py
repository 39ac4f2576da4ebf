"""GVM options that contradict each other, across DNs, Agent Logins and Agent Groups; nothing here asks a server.

What the sync itself refuses or warns of is not said again in other words: it comes from the rules
(``gvma.mailboxes``), through ``sync-warning``.
"""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.drivers import driver_of
from gvma.asterisk.entries import AGENT_CONTEXT, DN_CONTEXT, GROUP_CONTEXT
from gvma.check.evidence import QUERIES, Answer, Evidence, owner
from gvma.check.finding import Finding, Rule
from gvma.check.nearest import nearest
from gvma.configserver.objects import ConfigObject, DnType
from gvma.errors import CredentialsError
from gvma.mailboxes import desired
from gvma.routing import Routing, Site, routing

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
QUERY_TYPE = Rule(
    "configserver-query-type", "error", "a query selects objects of another type than its name says",
    "The rules for boxes follow the type: DN, Agent Login and Agent Group have different ones (manual 2365-2384).",
    "Correct the query; the manual's forms stand in docs/settings.md.",
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
GROUP_BOX = Rule(
    "gvm-group-mailbox-unknown", "error", "gvm_group_mailbox names a box that no Agent Group has",
    "SIP Server subscribes to gvm-g-<box> when the agent logs in (manual 2431-2437, 2490-2498) and gets 404.",
    "Set gvm_mailbox of the Agent Group to this box, or correct gvm_group_mailbox.",
)  # fmt: skip
SHARED_BOX = Rule(
    "gvm-mailbox-shared", "warning", "one box name is used by two owners of one kind",
    "They share one box and its PIN, and the first one's options count.",
    "Give each its own gvm_mailbox, unless sharing is meant.",
)  # fmt: skip
OTHER_OBJECT = Rule(
    "gvm-option-misplaced", "warning", "an option that stands in an object of the wrong kind",
    "The manual allows gvm_* in Extension DNs, Agent Logins and Agent Groups (2386-2398), gvm_group_mailbox in "
    "Agent Logins only, and mwi-* in the SIP Server Application (2277-2347); elsewhere they have no effect.",
    "Move the option to the object that it is meant for.",
)  # fmt: skip
NO_EFFECT = Rule(
    "gvm-option-without-effect", "warning", "GVM options beside which another one leaves them without effect",
    "An Agent Login or Agent Group without gvm_mailbox gets no box (manual 2478-2480), and with gvm_mailbox_context "
    "no box is made (2439-2442): what describes the box is not used.",
    "Set gvm_mailbox, or remove gvm_mailbox_context, or remove the options.",
)  # fmt: skip
MISSPELT = Rule(
    "gvm-option-misspelt", "warning", "an option whose name is nearly a GVM option's",
    "An unknown option is ignored, so the box gets the default.",
    "Correct the name of the option.",
)  # fmt: skip
CONTEXT = Rule(
    "gvm-context-unknown", "error", "gvm_mailbox_context names a context that voicemail.conf does not have",
    "The box is taken to exist there (manual 2439-2442); without it the subscription counts nothing.",
    "Create the context and the box in voicemail.conf, or remove the option so that gvma makes a box.",
)  # fmt: skip
CONTEXT_BOX = Rule(
    "gvm-context-box-unknown", "error", "a box that should exist in its gvm_mailbox_context does not",
    "The box is taken to exist there (manual 2439-2442); without it the subscription counts nothing.",
    "Create the box in voicemail.conf, or remove gvm_mailbox_context so that gvma makes one.",
)  # fmt: skip
SYNC_WARNING = Rule(
    "sync-warning", "warning", "a value that the sync refuses or changes",
    "The object named gets no box, or another one than its options say.",
    "Correct the option in Configuration Manager.",
)  # fmt: skip
RULES = (
    QUERY_FAILED, CREDENTIALS, QUERY_EMPTY, QUERY_TYPE, NOT_ASKED, QUERY_UNSET, GROUP_BOX, SHARED_BOX,
    OTHER_OBJECT, NO_EFFECT, MISSPELT, CONTEXT, CONTEXT_BOX, SYNC_WARNING,
)  # fmt: skip

GVM_OPTIONS = (
    "gvm_mailbox", "gvm_group_mailbox", "gvm_mailbox_context", "gvm_name", "gvm_password", "gvm_email",
    "gvm_pager_email", "gvm_options",
)  # fmt: skip
# What describes a box, and does nothing where none is made.
OF_A_BOX = ("gvm_name", "gvm_password", "gvm_email", "gvm_pager_email", "gvm_options")
NEEDED = QUERIES[:3]
TYPES = {
    "dnquery": "DN of type 1",
    "agentquery": "Agent Login",
    "agentgroupquery": "Agent Group",
    "routingpointquery": "DN of type 4",
    "trunkquery": "DN of type 14",
    "servicequery": "DN of type 29",
    "applicationquery": "Application",
}
CONTEXTS = {"CfgDN": DN_CONTEXT, "CfgAgentLogin": AGENT_CONTEXT, "CfgAgentGroup": GROUP_CONTEXT}


def check_queries(evidence: Evidence) -> Iterator[Finding]:
    """Each query: set, answered, with objects, and of the right type (manual 2738-2762)."""
    if evidence.not_asked:
        yield NOT_ASKED.at("[cfgserver]", evidence.not_asked)
        return
    failed: dict[int, list[Answer]] = {}
    for query in QUERIES:
        answer = evidence.layer.answers.get(query)
        if answer is None:
            yield QUERY_UNSET.at(query, f"{query} is not set")
        elif answer.error is not None:
            failed.setdefault(id(answer.error), []).append(answer)
        elif not answer.objects:
            yield QUERY_EMPTY.at(query, f"{answer.xpath} selects nothing")
        else:
            # A DN whose type the answer does not tell is taken for meant.
            strangers = {kind: number for kind, number in answer.types.items() if kind not in {TYPES[query], "DN"}}
            if strangers or ("DN" in answer.types and not TYPES[query].startswith("DN")):
                given = ", ".join(f"{number} {kind}" for kind, number in answer.types.items())
                yield QUERY_TYPE.at(query, f"{answer.xpath} gives {given}, where {TYPES[query]} is wanted")

    for answers in failed.values():
        yield _failed(answers)


def _failed(answers: list[Answer]) -> Finding:
    """Queries that have one and the same error: of the connection, it ends them all."""
    where, error = ", ".join(answer.query for answer in answers), answers[0].error
    if isinstance(error, CredentialsError):
        return CREDENTIALS.at(where, str(error), remedy=error.hint)
    return QUERY_FAILED.at(where, str(error))


def check_group_mailboxes(evidence: Evidence) -> Iterator[Finding]:
    """``gvm_group_mailbox`` of Agent Logins against the Agent Groups' boxes (the manual's lines 2431-2437)."""
    if not evidence.layer.answered("agentgroupquery"):
        return
    boxes = {thing.options.get("gvm_mailbox", "").strip() for thing in evidence.layer.groups}
    for agent in evidence.layer.agents:
        box = agent.options.get("gvm_group_mailbox", "").strip()
        if box and box not in boxes:
            yield GROUP_BOX.at(owner(agent), f"gvm_group_mailbox = {box}, which no Agent Group has")


def check_shared_boxes(evidence: Evidence) -> Iterator[Finding]:
    """One box of one context with two owners (design: they share it)."""
    first: dict[tuple[str, str], ConfigObject] = {}
    for thing in _owners(evidence):
        box = box_of(thing)
        place = (box, _option(thing, "gvm_mailbox_context") or CONTEXTS.get(thing.kind, ""))
        if box and first.setdefault(place, thing) is not thing:
            yield SHARED_BOX.at(owner(thing), f"box {box} of {place[1]} is also the box of {owner(first[place])}")


def _owners(evidence: Evidence) -> tuple[ConfigObject, ...]:
    layer = evidence.layer
    extensions = [dn for dn in layer.dns if dn.type in {DnType.EXTENSION, None}]
    return (*extensions, *layer.agents, *layer.groups)


def box_of(thing: ConfigObject) -> str:
    """The box that an object asks for, a DN that of its own number otherwise (the manual's lines 2471-2480)."""
    return _option(thing, "gvm_mailbox") or (thing.number if thing.kind == "CfgDN" else "")


def _option(thing: ConfigObject, name: str) -> str:
    return thing.options.get(name, "").strip()


def check_option_names(evidence: Evidence) -> Iterator[Finding]:
    """Options that stand in the wrong object or are misspelt (the manual's lines 2365-2442)."""
    owners = _owners(evidence)
    for thing in owners:
        misplaced = {name for name in thing.options if name.startswith("mwi-")}
        if thing.kind != "CfgAgentLogin":
            misplaced |= thing.options.keys() & {"gvm_group_mailbox"}
        yield from _misplaced(thing, misplaced)
        for name in sorted(thing.options.keys() - set(GVM_OPTIONS)):
            ours = name.startswith(("gvm_", "gvm-", "gvma_"))
            meant = _meant(name.replace("-", "_"), 0.4 if ours else 0.8)
            if meant:
                yield MISSPELT.at(owner(thing), f"{name} is probably {meant}")
    layer = evidence.layer
    known = {(thing.kind, thing.dbid) for thing in owners}
    for thing in (*layer.dns, *layer.objects("routingpointquery"), *layer.trunks, *layer.services, *layer.applications):
        if (thing.kind, thing.dbid) not in known:
            yield from _misplaced(thing, {name for name in thing.options if name in GVM_OPTIONS})


def _meant(name: str, likeness: float) -> str:
    return name if name in GVM_OPTIONS else nearest(name, frozenset(GVM_OPTIONS), likeness)


def _misplaced(thing: ConfigObject, names: set[str]) -> Iterator[Finding]:
    if names:
        yield OTHER_OBJECT.at(owner(thing), f"{', '.join(sorted(names))} has no effect here")


def check_options_without_effect(evidence: Evidence) -> Iterator[Finding]:
    """What describes a box where none is made (the manual's lines 2534-2539)."""
    for thing in _owners(evidence):
        names = ", ".join(name for name in OF_A_BOX if _option(thing, name))
        if names and not box_of(thing):
            yield NO_EFFECT.at(owner(thing), f"{names} without gvm_mailbox")
        elif names and _option(thing, "gvm_mailbox_context"):
            yield NO_EFFECT.at(owner(thing), f"{names} beside gvm_mailbox_context")


def check_contexts(evidence: Evidence) -> Iterator[Finding]:
    """``gvm_mailbox_context`` against the contexts and boxes that the site's own voicemail.conf has."""
    boxes, voicemail = evidence.site_boxes, evidence.confs.get("vm")
    if boxes is None or voicemail is None or "voicemail" in evidence.realtime or voicemail.executes:
        return  # a database or a command may know boxes that no file tells
    # One of gvma's own boxes may be named too.
    boxes |= {(box.box, box.context) for box in desired(*_objects(evidence)).mailboxes}
    contexts = {context for _, context in boxes} | evidence.site_contexts
    for thing in _owners(evidence):
        context, box = _option(thing, "gvm_mailbox_context"), box_of(thing)
        if not context or not box:
            continue
        if context not in contexts:
            yield CONTEXT.at(owner(thing), f"gvm_mailbox_context = {context}, which voicemail.conf does not have")
        elif (box, context) not in boxes:
            yield CONTEXT_BOX.at(owner(thing), f"{box}@{context} is not in voicemail.conf")


def check_sync_warnings(evidence: Evidence) -> Iterator[Finding]:
    """What the sync would refuse or change, in its own words (design 7)."""
    layer = evidence.layer
    if not all(layer.answered(query) for query in NEEDED):
        return
    outcome = desired(*_objects(evidence), allow_mailcmd=evidence.settings.gvma.allow_mailcmd)
    for warning in (*outcome.warnings, *_routing(evidence).warnings):
        yield SYNC_WARNING.at(warning.where, warning.message)


def _objects(evidence: Evidence) -> tuple[tuple[ConfigObject, ...], ...]:
    return evidence.layer.dns, evidence.layer.agents, evidence.layer.groups


def _routing(evidence: Evidence) -> Routing:
    layer, driver = evidence.layer, evidence.confs.get("driver")
    sections = [section for section in driver.sections if not section.ours and not section.template] if driver else []
    site = Site(sections=frozenset(section.name for section in sections))
    return routing(
        layer.dns, layer.objects("routingpointquery"), evidence.settings.gvma, driver_of(evidence.driver), site
    )
