"""Why message waiting does not work for what a name leads to: the first broken link of the chain comes first. Pure.

Where the reason is a finding of a check, the check's own rule says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gvma.check.asterisk.identify import NONE, TWICE, check_identify
from gvma.check.asterisk.subscribe import check_subscribe
from gvma.check.conclusions.owners import may_own_mailbox
from gvma.check.finding import Finding, Rule
from gvma.check.runs import EDITED, check_last_run
from gvma.check.switch import mwi
from gvma.check.switch.sipserver import check_sipserver
from gvma.check.voicemail.mailboxes import context_findings
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence
from gvma.evidence.model.named import NamedSubscription
from gvma.explain.rules import has_mailbox_query, label, refusal_of, roles_of, rule_of
from gvma.plan.items import Item
from gvma.plan.owners import read_owners

NOT_SELECTED = Rule(
    "object-not-selected", "error", "no query for mailboxes selects the object",
    "Only what dnquery, agentquery and agentgroupquery select has a mailbox.",
    "Where it is to have a mailbox, correct the query in [cfgserver]; `gvma confserv query XPATH` tries one.",
)  # fmt: skip
NO_MAILBOX = Rule(
    "no-mailbox", "error", "the object has no mailbox",
    "SIP Server subscribes for mailboxes alone.",
    "Set gvm_mailbox in section TServer of the object, then run `gvma sync`.",
)  # fmt: skip
REFUSED = Rule(
    "value-refused", "error", "a value of the object cannot stand in Asterisk's files",
    "The object gets nothing new, and keeps what it has.",
    "Correct the option in Configuration Manager, then run `gvma sync`.",
)  # fmt: skip
NOT_WRITTEN = Rule(
    "not-written-yet", "error", "the last sync has not written it",
    "Asterisk has only what a sync wrote.",
    "Run `gvma sync`, and see that cron or a timer runs it.",
)  # fmt: skip
REMOVED = Rule(
    "part-removed", "error", "`gvma remove` has taken gvma's part out of Asterisk",
    "Asterisk has no mailbox and no subscription of gvma's.",
    "Run `gvma sync` where they are to be back; `gvma history` says who removed them.",
)  # fmt: skip
LEAVES = Rule(
    "goes-with-next-sync", "warning", "the next sync removes it",
    "Configuration Server does not ask for it any more.",
    "Look at `gvma history`, and at the object in Configuration Manager.",
)  # fmt: skip
NOT_LOADED = Rule(
    "asterisk-lacks-it", "error", "Asterisk does not have what the files say",
    "SIP Server's SUBSCRIBE is answered with 404, and calls do not reach the mailbox.",
    "Run `gvma sync`; `gvma check` finds why Asterisk lacks it.",
)  # fmt: skip
OTHER_MAILBOX = Rule(
    "watches-another-mailbox", "error", "Asterisk's subscription is for another mailbox",
    "SIP Server hears of that mailbox's messages.",
    "Run `gvma sync`; see that nobody else defines an object of this name.",
)  # fmt: skip
NOBODY = Rule(
    "nobody-subscribes", "info", "nobody subscribes at this moment",
    "Asterisk sends a NOTIFY to subscribers alone.",
    "See SIP Server's log for its SUBSCRIBE; for an agent's mailbox it subscribes once the agent has logged in, for a "
    "group's once a member has.",
)  # fmt: skip
RULES = (NOT_SELECTED, NO_MAILBOX, REFUSED, NOT_WRITTEN, REMOVED, LEAVES, NOT_LOADED, OTHER_MAILBOX, NOBODY)

_OF_THE_RUNS = frozenset({"sync-paused", "interrupted-run", "reload-pending", "last-run-failed"})
_OF_NO_LAMP = frozenset({mwi.REGISTER.code, mwi.MISSPELT.code})


@dataclass(frozen=True, slots=True)
class Chain:
    """What a name leads to. items: of the next sync."""

    objects: tuple[ConfigObject, ...]
    mailboxes: tuple[str, ...]
    subscriptions: tuple[str, ...]
    items: tuple[Item, ...]


def reasons(evidence: Evidence, chain: Chain) -> list[Finding]:
    """Each once; empty where nothing is known that keeps message waiting from working.

    That nobody subscribes is said only where nothing else is wrong, since it follows from most faults.
    """
    found = list(dict.fromkeys(_reasons(evidence, chain)))
    is_broken = any(one.severity != "info" for one in found)
    return [one for one in found if one.code != NOBODY.code or not is_broken]


def _reasons(evidence: Evidence, chain: Chain) -> Iterator[Finding]:
    yield from _of_objects(evidence, chain)
    if not chain.subscriptions:
        return
    yield from _of_the_sync(evidence, chain)
    yield from _of_asterisk(evidence, chain)
    owners = [one for one in chain.objects if has_mailbox_query(evidence, one) and may_own_mailbox(one)]
    yield from context_findings(evidence, owners)
    if _is_subscribed(evidence, chain):
        return
    yield from _of_sipserver(evidence, chain)
    yield from _of_subscribers(evidence, chain)


def _of_objects(evidence: Evidence, chain: Chain) -> Iterator[Finding]:
    for one in chain.objects:
        if refusal := refusal_of(evidence, one):
            yield REFUSED.at(label(one), refusal)
        elif not has_mailbox_query(evidence, one) and (one in evidence.named.unselected or not chain.mailboxes):
            yield NOT_SELECTED.at(label(one), rule_of(evidence, one))
        elif not chain.mailboxes:
            yield NO_MAILBOX.at(label(one), rule_of(evidence, one))


def _of_the_sync(evidence: Evidence, chain: Chain) -> Iterator[Finding]:
    missing = [item for item in chain.items if item.action == "add" and item.kind in {"mailbox", "subscription"}]
    for item in chain.items:
        if item.action == "remove" and item.kind in {"mailbox", "subscription"}:
            yield LEAVES.at(item.name, f"the next sync removes the {item.kind} {item.name}")
    if missing:
        yield _missing(evidence, missing)
    lacking = [named for named in _watched(evidence, chain) if named.loaded is False]
    if missing or lacking:
        yield from (found for found in check_last_run(evidence) if found.code in _OF_THE_RUNS)


def _missing(evidence: Evidence, missing: list[Item]) -> Finding:
    records = evidence.records
    where, names = missing[0].name, " and ".join(f"the {item.kind} {item.name}" for item in missing)
    if records.removed:
        return REMOVED.at(where, f"`gvma remove` has taken gvma's part out, and no sync has written {names} since")
    written = {name for one in read_owners(records.owners).values() for name in (one.mailbox, one.subscription)}
    if not records.paused and written.issuperset(item.name for item in missing):
        return EDITED.at(where, f"the last sync had written {names}, and somebody else has taken that away")
    return NOT_WRITTEN.at(where, f"no sync has written {names} yet")


def _of_asterisk(evidence: Evidence, chain: Chain) -> Iterator[Finding]:
    waiting = {(item.kind, item.name) for item in chain.items if item.action == "add"}
    for key in chain.mailboxes:
        named = evidence.named.mailboxes.get(key)
        if named is not None and named.loaded is False and named.place and ("mailbox", key) not in waiting:
            yield NOT_LOADED.at(str(named.place), f"Asterisk does not have the mailbox {key}")
    for name in chain.subscriptions:
        watcher = evidence.named.subscriptions.get(name)
        if watcher is None or ("subscription", name) in waiting:
            continue
        if watcher.loaded is False and watcher.place:
            yield NOT_LOADED.at(str(watcher.place), f"Asterisk does not have the subscription {name}")
        elif watcher.watches is not None and chain.mailboxes and watcher.watches not in chain.mailboxes:
            watched = watcher.watches or "no mailbox"
            yield OTHER_MAILBOX.at(name, f"Asterisk's {name} is for {watched}")


def _of_sipserver(evidence: Evidence, chain: Chain) -> Iterator[Finding]:
    """SIP Server's own options, and what Asterisk does with its requests."""
    others = [name for kind, name in mwi.ENABLE_OF.items() if kind not in roles_of(chain.mailboxes, chain.objects)]
    for found in mwi.check_mwi(evidence):
        if found.code not in _OF_NO_LAMP and not any(found.message.startswith(f"{name} ") for name in others):
            yield found
    yield from check_sipserver(evidence)
    yield from (found for found in check_identify(evidence) if found.code in {NONE.code, TWICE.code})
    yield from check_subscribe(evidence)


def _of_subscribers(evidence: Evidence, chain: Chain) -> Iterator[Finding]:
    for name in chain.subscriptions:
        watcher = evidence.named.subscriptions.get(name)
        if watcher is not None and watcher.loaded and watcher.subscribers == ():
            yield NOBODY.at(name, f"nobody subscribes to {name} at this moment")


def _watched(evidence: Evidence, chain: Chain) -> Iterator[NamedSubscription]:
    for name in chain.subscriptions:
        if (found := evidence.named.subscriptions.get(name)) is not None:
            yield found


def _is_subscribed(evidence: Evidence, chain: Chain) -> bool:
    """Whether SIP Server, or somebody else, has every subscription now: then its options and rights are right."""
    watched = [*_watched(evidence, chain)]
    return bool(watched) and all(one.subscribers for one in watched)
