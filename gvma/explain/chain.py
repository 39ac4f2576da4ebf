"""The chain behind a name: objects and the rule that applied, mailboxes, subscriptions, what to dial. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gvma.asterisk.roles import BY_CONTEXT
from gvma.check.finding import Finding
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence
from gvma.evidence.model.named import NamedMailbox, NamedSubscription
from gvma.evidence.names import Meaning, Names
from gvma.explain import rules
from gvma.explain.reasons import Chain, reasons
from gvma.plan.items import Item
from gvma.plan.pins import fingerprint, keyed_hash, read_record
from gvma.settings import GvmaSettings
from gvma.storage.history.model import PastRun


@dataclass(frozen=True, slots=True)
class ExplainedObject:
    """An object of Configuration Server. label: ``DN 1000``. queries: that select it. mailbox, subscription: that it
    has, empty where none. remarks: what a sync warns of."""

    one: ConfigObject
    label: str
    queries: tuple[str, ...]
    options: dict[str, str]
    rule: str
    mailbox: str = ""
    subscription: str = ""
    remarks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "object": self.label,
            "kind": self.one.kind,
            "number": self.one.number,
            "dbid": self.one.dbid,
            "type": self.one.type,
            "queries": list(self.queries),
            "options": self.options,
            "rule": self.rule,
            "mailbox": self.mailbox or None,
            "subscription": self.subscription or None,
            "warnings": list(self.remarks),
        }


@dataclass(frozen=True, slots=True)
class ExplainedMailbox:
    """A mailbox and its subscription. pin: ``first``, ``changed`` or ``unknown``. name: of the subscription."""

    mailbox: str
    owners: tuple[str, ...]
    named: NamedMailbox
    pin: str
    name: str
    subscription: NamedSubscription
    dial: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        place, messages, watcher = self.named.place, self.named.messages, self.subscription
        return {
            "mailbox": self.mailbox,
            "owners": list(self.owners),
            "where": place.as_json() if place else None,
            "loaded": self.named.loaded,
            "new": messages.new if messages else None,
            "old": messages.old if messages else None,
            "pin": self.pin,
            "subscription": {
                "name": self.name,
                "where": watcher.place.as_json() if watcher.place else None,
                "loaded": watcher.loaded,
                "subscribers": None if watcher.subscribers is None else list(watcher.subscribers),
            }
            if self.name
            else None,
            "dial": list(self.dial),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """One name. recorded: owners of whom only the last sync's record is known. reasons: why message waiting does not
    work, the nearest first. next: what the next sync would change of it. nearest: known names, where this is none;
    last_change: what the history knows of it then."""

    name: str
    objects: tuple[ExplainedObject, ...] = ()
    recorded: tuple[str, ...] = ()
    mailboxes: tuple[ExplainedMailbox, ...] = ()
    reasons: tuple[Finding, ...] = ()
    next: tuple[Item, ...] = ()
    nearest: tuple[str, ...] = field(default=())
    last_change: PastRun | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.objects or self.recorded or self.mailboxes)


def explain(evidence: Evidence) -> list[Explanation]:
    """One for each name that was asked for."""
    known = Names(evidence)
    return [_explained(evidence, known, name) for name in evidence.named.names]


def _explained(evidence: Evidence, known: Names, name: str) -> Explanation:
    meaning = known.meaning(name)
    if not meaning:
        return Explanation(name, nearest=known.nearest(name), last_change=evidence.named.past.get(name))
    objects = tuple(_object(evidence, known, one) for one in meaning.objects)
    mailboxes = tuple(_mailbox(evidence, known, meaning, key) for key in meaning.mailboxes)
    items = tuple(_next(evidence, meaning, {one.label for one in objects}))
    chain = Chain(meaning.objects, meaning.mailboxes, meaning.subscriptions, items)
    return Explanation(
        name,
        objects,
        tuple(dict.fromkeys(owned.label for owned in meaning.owned if owned.label)),
        mailboxes,
        tuple(reasons(evidence, chain)),
        items,
    )


def _object(evidence: Evidence, known: Names, one: ConfigObject) -> ExplainedObject:
    owned = known.owned_by(one)
    return ExplainedObject(
        one,
        rules.label(one),
        rules.queries_of(evidence, one),
        rules.gvm_options(one),
        rules.rule_of(evidence, one),
        owned.mailbox if owned else "",
        owned.subscription if owned else "",
        rules.remarks(evidence, one),
    )


def _mailbox(evidence: Evidence, known: Names, meaning: Meaning, key: str) -> ExplainedMailbox:
    having = [one for one in meaning.objects if (owned := known.owned_by(one)) is not None and owned.mailbox == key]
    recorded = [owned.label for owned in meaning.owned if owned.mailbox == key and owned.label]
    name = known.subscription_of(key, meaning.subscriptions)
    return ExplainedMailbox(
        key,
        tuple(dict.fromkeys([*map(rules.label, having), *recorded])),
        evidence.named.mailboxes.get(key, NamedMailbox()),
        _pin(evidence, key),
        name,
        evidence.named.subscriptions.get(name, NamedSubscription()),
        tuple(dial(evidence.settings.gvma, key)),
    )


def dial(settings: GvmaSettings, key: str) -> Iterator[str]:
    """Prefix and box; prefix and ``vm_voicemail_main_ext``, behind which Asterisk asks for box and PIN. Nothing for a
    box of the site's own, whose dialplan is the site's."""
    box, _, context = key.rpartition("@")
    role = BY_CONTEXT.get(context)
    if role is None:
        return
    prefix = role.dialled_before(settings)
    if box != settings.vm_voicemail_main_ext:
        yield prefix + box
    yield prefix + settings.vm_voicemail_main_ext


def _pin(evidence: Evidence, key: str) -> str:
    pin = evidence.named.mailboxes.get(key, NamedMailbox()).pin
    if pin is None:
        return "unknown"
    record = read_record(evidence.records.pins)
    mark = record.hashes.get(key) if record is not None else None
    if record is not None and mark is not None:
        return "first" if fingerprint(keyed_hash(record.key), key, pin) == mark else "changed"
    first = next((one.pin for one in evidence.wanted.mailboxes if one.key == key), None)
    if first is None:
        return "unknown"
    return "first" if first == pin else "changed"


def _next(evidence: Evidence, meaning: Meaning, labels: set[str]) -> Iterator[Item]:
    planned = evidence.next_sync
    names = {("mailbox", key) for key in meaning.mailboxes} | {("subscription", name) for name in meaning.subscriptions}
    for item in planned.items if planned else ():
        if (item.kind, item.name) in names or (item.kind not in {"mailbox", "subscription"} and item.owner in labels):
            yield item
