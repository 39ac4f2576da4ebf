"""What a sync would change: the texts of the files now, and the texts that they should have.

Pure: it reads no file, asks nobody and does not look at the clock. A file whose block means the same
stays as it is, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gvma.asterisk.block import with_block
from gvma.asterisk.entries import OWN_CONTEXTS, Mailbox, Subscription, Warning
from gvma.asterisk.sip import read_subscriptions
from gvma.asterisk.voicemail import BoxLine, read_boxes
from gvma.mailboxes import Desired
from gvma.routing import Routing
from gvma.settings.model import GvmaSettings
from gvma.sync.brake import Shrinkage
from gvma.sync.diff import masked_diff
from gvma.sync.owners import Kept, keep_for_refused, kind_of, kind_of_context, read_owners, with_carried
from gvma.sync.pins import SettledPins, read_record, settle, unchanged
from gvma.sync.readback import SINGLY, VOICEMAIL, Box, Expected, extensions_of
from gvma.sync.targets import Target, TargetNow, Three, render


@dataclass(frozen=True, slots=True)
class Counts:
    """Mailboxes and subscriptions together; a new DN counts two."""

    add: int = 0
    change: int = 0
    remove: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.add + other.add, self.change + other.change, self.remove + other.remove)

    def __str__(self) -> str:
        return f"{self.add} to add, {self.change} to change, {self.remove} to remove"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One target file. old: None where it does not exist. new: old itself where nothing is to be changed."""

    target: Target
    old: bytes | None = field(repr=False)
    new: bytes = field(repr=False)

    @property
    def path(self) -> Path:
        return self.target.path

    @property
    def module(self) -> str:
        """What Asterisk reloads for it."""
        return self.target.module

    @property
    def changed(self) -> bool:
        return self.new is not self.old and self.new != self.old

    def diff(self) -> str:
        """The unified diff, PINs and secrets masked; empty where nothing changes."""
        if not self.changed:
            return ""
        return masked_diff(str(self.path), self.old or b"", self.new, voicemail=self.module == VOICEMAIL)


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier syncs left. pins, owners: the records' texts. objects: by kind. Each empty without record."""

    pins: bytes = field(repr=False)
    owners: bytes = field(repr=False)
    objects: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the plan depends on beside objects and files.

    owners: the record's text for all owners that are served. generated_at: for the date line, written where a
    block changes. new_key: of the record of first PINs, where there is none yet. objects: how many each query
    answered with. wanted_resets: ``box@context``.
    """

    settings: GvmaSettings
    driver: str
    owners: bytes = field(repr=False)
    generated_at: str
    new_key: bytes = field(repr=False)
    objects: Mapping[str, int]
    wanted_resets: frozenset[str] = frozenset()
    routing: Routing = field(default_factory=Routing)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it: the three files, and what Asterisk should hold when they are in place."""

    files: tuple[PlannedFile, ...]
    counts: Counts
    mailboxes: tuple[Mailbox, ...] = field(repr=False)
    subscriptions: tuple[Subscription, ...] = field(repr=False)
    foreign_boxes: frozenset[str]
    gone: frozenset[str]
    touched: frozenset[str]
    extensions: Mapping[str, tuple[str, ...]] = field(repr=False)
    pins: SettledPins = field(repr=False)
    owners: bytes = field(repr=False)
    warnings: tuple[Warning, ...]
    shrinkage: Shrinkage
    left_out: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return any(file.changed for file in self.files)

    @property
    def modules(self) -> tuple[str, ...]:
        """What Asterisk has to reload for the changed files."""
        return tuple(sorted(file.module for file in self.files if file.changed))

    def expected(self, settings: GvmaSettings) -> Expected:
        """What Asterisk should hold when the files are in place."""
        return Expected(
            mailboxes={one.key: Box(one.name, one.email, one.pager) for one in self.mailboxes},
            foreign=self.foreign_boxes,
            subscriptions={one.name: one.key for one in self.subscriptions},
            touched=self.touched,
            on_endpoint=settings.mwi_mode == "REGISTER",
            gone=self.gone,
            extensions=self.extensions,
        )

    def summary(self) -> str:
        """``Plan: 3 to add, 1 to change, 0 to remove.``"""
        return f"Plan: {self.counts}."


def make_plan(wanted: Desired, now: Three, known: Known, around: Surroundings) -> Plan:
    """The plan. now: voicemail.conf, the channel driver's file, extensions.conf."""
    return _nothing_to_do(wanted, now, known, around) or _plan(wanted, now, known, around)


def _nothing_to_do(wanted: Desired, now: Three, known: Known, around: Surroundings) -> Plan | None:
    """The plan of most runs, made without reading 100,000 boxes back; None where something may have changed."""
    if wanted.refused or around.wanted_resets or not all(one.is_sound for one in now):
        return None
    bodies = _bodies(wanted.mailboxes, wanted.subscriptions, now, around)
    if not all(one.says_just_this(next(bodies)) for one in now):
        return None
    if not unchanged(wanted.mailboxes, known.pins):
        return None
    return Plan(
        files=tuple(PlannedFile(one.target, one.text, one.text or b"") for one in now),
        counts=Counts(),
        mailboxes=wanted.mailboxes,
        subscriptions=wanted.subscriptions,
        foreign_boxes=now[0].foreign_boxes,
        gone=frozenset(),
        touched=frozenset(),
        extensions=extensions_of(now[2].body),
        pins=SettledPins({}, (), (), known.pins),
        owners=around.owners,
        warnings=(*wanted.warnings, *around.routing.warnings),
        left_out=around.routing.left_out,
        shrinkage=Shrinkage(len(wanted.mailboxes), 0, known.objects, around.objects, frozenset()),
    )


def _plan(wanted: Desired, now: Three, known: Known, around: Surroundings) -> Plan:
    boxes_now = read_boxes(now[0].body)
    names_now = read_subscriptions(now[1].body)
    kept = _kept(wanted, known, boxes_now, names_now)
    record = read_record(known.pins)
    pins = settle(
        wanted.mailboxes,
        {key: box.pin for key, box in boxes_now.items() if key not in kept.boxes},
        record,
        record.key if record else around.new_key,
        wanted_resets=around.wanted_resets,
        carried=kept.boxes,
    )
    mailboxes = _mailboxes(wanted, pins, kept, boxes_now)
    subscriptions = _subscriptions(wanted, kept, names_now)
    bodies = _bodies(mailboxes, subscriptions, now, around)
    files = (
        planned(now[0], next(bodies), around.settings),
        planned(now[1], next(bodies), around.settings),
        planned(now[2], dialplan_body := next(bodies), around.settings),
    )
    box_counts = _box_counts(boxes_now, mailboxes)
    name_counts, touched, gone = _name_counts(names_now, subscriptions)
    return Plan(
        files=files,
        counts=box_counts + name_counts,
        mailboxes=mailboxes,
        subscriptions=subscriptions,
        foreign_boxes=now[0].foreign_boxes,
        gone=gone,
        touched=touched,
        extensions=extensions_of(dialplan_body),
        pins=pins,
        owners=with_carried(around.owners, kept.carried),
        warnings=(*wanted.warnings, *around.routing.warnings, *_unsure(kept)),
        left_out=around.routing.left_out,
        shrinkage=Shrinkage(
            present=len(boxes_now),
            removed=box_counts.remove,
            before=known.objects,
            now=around.objects,
            losing=_losing(boxes_now, mailboxes, gone) if box_counts.remove or gone else frozenset(),
        ),
    )


def planned(now: TargetNow, body: bytes, settings: GvmaSettings, *, anew: bool = False) -> PlannedFile:
    """One file with this body in its block. anew: with the new date line even where the meaning is the same."""
    if not anew and now.is_sound and now.says_the_same(body):
        return PlannedFile(now.target, now.text, now.text or b"")
    begin, end = settings.asterisk_cfg_gvma_begin.encode(), settings.asterisk_cfg_gvma_end.encode()
    new = with_block(now.text or b"", begin, end, body, now.target.own_lines, where=str(now.target.path))
    return PlannedFile(now.target, now.text, new)


def _bodies(
    mailboxes: tuple[Mailbox, ...], subscriptions: tuple[Subscription, ...], now: Three, around: Surroundings
) -> Iterator[bytes]:
    return render(mailboxes, subscriptions, around.routing, now, around.settings, around.driver, around.generated_at)


def _kept(wanted: Desired, known: Known, boxes_now: Mapping[str, BoxLine], names_now: Mapping[str, str]) -> Kept:
    if not wanted.refused:
        return Kept(frozenset(), frozenset(), {}, ())
    # Asterisk takes names that differ in case alone for one.
    claimed = {mailbox.key.lower() for mailbox in wanted.mailboxes}
    named = {subscription.name.lower() for subscription in wanted.subscriptions}
    return keep_for_refused(
        wanted.refused,
        read_owners(known.owners),
        frozenset(key for key in boxes_now if key.lower() not in claimed and key.rpartition("@")[2] in OWN_CONTEXTS),
        {name: box for name, box in names_now.items() if name.lower() not in named},
    )


def _mailboxes(wanted: Desired, pins: SettledPins, kept: Kept, boxes_now: Mapping[str, BoxLine]) -> tuple[Mailbox, ...]:
    """The wanted ones with the PINs that count, and the kept ones as the file has them."""
    mailboxes = wanted.mailboxes
    if pins.kept:
        mailboxes = tuple(
            replace(one, pin=pins.kept[key]) if (key := one.key) in pins.kept else one for one in mailboxes
        )
    if not kept.boxes:
        return mailboxes
    as_they_are = []
    for key in kept.boxes:
        box, _, context = key.rpartition("@")
        line = boxes_now[key]
        as_they_are.append(Mailbox(box, context, line.pin, line.name, line.email, line.pager, line.options))
    return tuple(sorted([*mailboxes, *as_they_are], key=_box_order))


def _subscriptions(wanted: Desired, kept: Kept, names_now: Mapping[str, str]) -> tuple[Subscription, ...]:
    if not kept.subscriptions:
        return wanted.subscriptions
    as_they_are = []
    for name in kept.subscriptions:
        box, _, context = names_now[name].rpartition("@")
        as_they_are.append(Subscription(name, box, context))
    return tuple(sorted([*wanted.subscriptions, *as_they_are], key=_name_order))


def _box_order(mailbox: Mailbox) -> tuple[int, bool, int, str]:
    return (OWN_CONTEXTS.index(mailbox.context), *_number_order(mailbox.box))


def _name_order(subscription: Subscription) -> tuple[bool, int, str, bool, int, str]:
    own = subscription.context in OWN_CONTEXTS
    place = OWN_CONTEXTS.index(subscription.context) if own else 0
    return (not own, place, "" if own else subscription.context, *_number_order(subscription.box))


def _number_order(box: str) -> tuple[bool, int, str]:
    number = box.isascii() and box.isdecimal()
    return (not number, int(box) if number else 0, box)


def _box_counts(before: Mapping[str, BoxLine], mailboxes: tuple[Mailbox, ...]) -> Counts:
    if not before:
        return Counts(add=len(mailboxes))
    add = change = 0
    for one in mailboxes:
        line = before.get(one.key)
        if line is None:
            add += 1
        elif (line.pin, line.name, line.email, line.pager, line.options) != (
            one.pin,
            one.name,
            one.email,
            one.pager,
            one.options,
        ):
            change += 1
    return Counts(add, change, len(before) - (len(mailboxes) - add))


def _name_counts(
    before: Mapping[str, str], subscriptions: tuple[Subscription, ...]
) -> tuple[Counts, frozenset[str], frozenset[str]]:
    """The counts; names that are new or watch another mailbox (as many as are asked for singly); those that go."""
    if not before:
        touched = frozenset(one.name for one in subscriptions[:SINGLY])
        return Counts(add=len(subscriptions)), touched, frozenset()
    after = {one.name: one.key for one in subscriptions}
    touched = frozenset(name for name, box in after.items() if before.get(name) != box)
    added = sum(1 for name in touched if name not in before)
    gone = frozenset(before.keys() - after.keys())
    return Counts(added, len(touched) - added, len(gone)), touched, gone


def _losing(boxes_now: Mapping[str, BoxLine], mailboxes: tuple[Mailbox, ...], gone: frozenset[str]) -> frozenset[str]:
    """The kinds of owner that lose a mailbox or a subscription."""
    stay = {mailbox.key for mailbox in mailboxes}
    contexts = {key.rpartition("@")[2] for key in boxes_now if key not in stay}
    return frozenset(filter(None, [*map(kind_of_context, contexts), *map(kind_of, gone)]))


def _unsure(kept: Kept) -> list[Warning]:
    return [
        Warning(
            "refused-owner-unknown",
            "its values are refused, and nobody knows which mailbox it had: mailboxes and subscriptions of its "
            "kind that no other owner has are kept until its values are put right",
            owner.owner,
        )
        for owner in kept.unsure
    ]
