"""The plan, made from what Configuration Server wants, what the files hold and what earlier syncs left.

Pure: it reads no file, asks nobody and does not look at the clock. A file whose block means the same
stays as it is, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gvma.ami.verify import Foreign, extensions_of
from gvma.asterisk.block import with_block
from gvma.asterisk.drivers import driver_of
from gvma.asterisk.entries import OWN_CONTEXTS, GvmaWarning, Mailbox, Subscription
from gvma.asterisk.order import by_number
from gvma.asterisk.voicemail import BoxLine, read_boxes
from gvma.mailboxes import Desired
from gvma.plan.brake import Shrinkage
from gvma.plan.counts import Counts, count_boxes, count_subscriptions, losing
from gvma.plan.model import Plan, PlannedFile
from gvma.plan.owners import Kept, keep_for_refused, read_owners, with_carried
from gvma.plan.pins import SettledPins, read_record, settle, unchanged
from gvma.routing import Routing
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.targets import TargetNow, Three, render


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
    answered with. foreign: what the site wrote itself where ours is. wanted_resets: ``box@context``.
    """

    settings: GvmaSettings
    driver: str
    owners: bytes = field(repr=False)
    generated_at: str
    new_key: bytes = field(repr=False)
    objects: Mapping[str, int]
    foreign: Foreign = field(default_factory=Foreign)
    wanted_resets: frozenset[str] = frozenset()
    routing: Routing = field(default_factory=Routing)


def make_plan(wanted: Desired, now: Three, known: Known, around: Surroundings) -> Plan:
    """The plan. now: voicemail.conf, the channel driver's file, extensions.conf.

    A subscription whose object the site has written itself is left to the site: res_sorcery_config refuses all of
    pjsip.conf for two objects of one name, and chan_sip mixes them.
    """
    left = frozenset(one.name for one in wanted.subscriptions if around.foreign.has_subscription(one.name))
    if left:
        wanted = replace(wanted, subscriptions=tuple(one for one in wanted.subscriptions if one.name not in left))
    plan = _nothing_to_do(wanted, now, known, around) or _plan(wanted, now, known, around)
    return replace(plan, left_to_site=left) if left else plan


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
        foreign=around.foreign,
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
    driver = driver_of(around.driver)
    present = driver.read_subscriptions(now[1].body)
    names_now = {name: one.mailbox for name, one in present.items()}
    ours_now = {name: box for name, box in names_now.items() if not around.foreign.has_subscription(name)}
    kept = _kept(wanted, known, boxes_now, ours_now)
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
    boxes = count_boxes(boxes_now, mailboxes)
    to_be = driver.subscription_settings(around.settings) if present and subscriptions else ""
    subscribed = count_subscriptions(present, subscriptions, to_be)
    return Plan(
        files=files,
        counts=boxes + subscribed.counts,
        mailboxes=mailboxes,
        subscriptions=subscriptions,
        foreign=around.foreign,
        gone=subscribed.gone,
        touched=subscribed.touched,
        extensions=extensions_of(dialplan_body),
        pins=pins,
        owners=with_carried(around.owners, kept.carried),
        warnings=(*wanted.warnings, *around.routing.warnings, *_unsure(kept)),
        left_out=around.routing.left_out,
        shrinkage=Shrinkage(
            present=len(boxes_now),
            removed=boxes.remove,
            before=known.objects,
            now=around.objects,
            losing=losing(boxes_now, mailboxes, subscribed.gone),
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
    return (OWN_CONTEXTS.index(mailbox.context), *by_number(mailbox.box))


def _name_order(subscription: Subscription) -> tuple[bool, int, str, bool, int, str]:
    own = subscription.context in OWN_CONTEXTS
    place = OWN_CONTEXTS.index(subscription.context) if own else 0
    return (not own, place, "" if own else subscription.context, *by_number(subscription.box))


def _unsure(kept: Kept) -> list[GvmaWarning]:
    return [
        GvmaWarning(
            "refused-owner-unknown",
            "its values are refused, and nobody knows which mailbox it had: mailboxes and subscriptions of its "
            "kind that no other owner has are kept until its values are put right",
            owner.owner,
        )
        for owner in kept.unsure
    ]
