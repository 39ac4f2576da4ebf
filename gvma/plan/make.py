"""The plan, made from what is wanted, what a sink has, and what the last sync left. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gvma.asterisk.entries import GvmaWarning, Mailbox, PresentMailbox, PresentSubscription, Subscription
from gvma.asterisk.order import by_number
from gvma.asterisk.roles import BY_CONTEXT, OWN_CONTEXTS, role_of_subscription
from gvma.plan.brake import Shrinkage
from gvma.plan.differences import Differences, differences
from gvma.plan.model import Plan
from gvma.plan.owners import (
    Retained,
    read_owners,
    retain_for_refused,
    with_retained,
)
from gvma.plan.pins import PinPlan, first_pins_unchanged, plan_pins, read_record
from gvma.plan.present import Present, SiteDefined
from gvma.plan.wanted import Wanted
from gvma.printable import shown_without


class PreviousRun(NamedTuple):
    """What the last sync left; each part is empty where there is no record of it.

    first_pins, owners: the records' texts. objects: how many objects each query answered with.
    new_key: for a record of first PINs, where there is none yet.
    """

    first_pins: bytes = b""
    owners: bytes = b""
    objects: Mapping[str, int] = {}
    new_key: bytes = b""

    def __repr__(self) -> str:
        return shown_without(self, "first_pins", "new_key")


def make_plan(wanted: Wanted, present: Present, previous: PreviousRun) -> Plan:
    """What has to become of everything that is wanted or there.

    A subscription that the site defines itself is left to the site: res_sorcery_config refuses all of pjsip.conf
    for two objects of one name, and chan_sip mixes them.
    """
    wanted, left_to_site = _without_sites_own(wanted, present.site)
    retained = _retained(wanted, present, previous)
    record = read_record(previous.first_pins)
    pins = plan_pins(
        wanted.mailboxes,
        present.mailboxes.keys() - retained.mailboxes,
        record,
        record.key if record else previous.new_key,
        wanted_resets=wanted.pin_resets,
        retained=retained.mailboxes,
    )
    mailboxes = _with_retained_mailboxes(wanted.mailboxes, retained.mailboxes, present.mailboxes)
    subscriptions = _with_retained_subscriptions(wanted.subscriptions, retained.subscriptions, present.subscriptions)
    found = differences(
        mailboxes,
        present.mailboxes,
        pins.reset,
        subscriptions,
        present.subscriptions,
        wanted.subscription_settings,
    )
    return _plan_of(wanted, present, previous, left_to_site)._replace(
        mailboxes=mailboxes,
        subscriptions=subscriptions,
        differences=found,
        pins=pins,
        owners=with_retained(wanted.owners, retained.records),
        warnings=(*wanted.warnings, *_unsure(retained)),
        shrinkage=Shrinkage(
            present=len(present.mailboxes),
            removed=found.removed_mailboxes,
            before=previous.objects,
            now=wanted.objects,
            losing=_losing(found),
        ),
    )


def unchanged_plan(wanted: Wanted, site: SiteDefined, previous: PreviousRun) -> Plan | None:
    """The plan of most runs, for a sink that says that it has just this already; None where something speaks for a
    closer look. It spares reading 100,000 mailboxes back."""
    if wanted.refused or wanted.pin_resets or not first_pins_unchanged(wanted.mailboxes, previous.first_pins):
        return None
    wanted, left_to_site = _without_sites_own(wanted, site)
    return _plan_of(wanted, Present(site=site), previous, left_to_site)._replace(
        pins=PinPlan(record=previous.first_pins),
        shrinkage=Shrinkage(len(wanted.mailboxes), (), previous.objects, wanted.objects, frozenset()),
        unchanged=True,
    )


def removal_plan(present: Present, owners: bytes) -> Plan:
    """The plan that wants nothing. owners: the record of the last sync, for the items."""
    return Plan(
        present=present,
        differences=differences((), present.mailboxes, (), (), present.subscriptions, ""),
        owners_before=owners,
        shrinkage=Shrinkage(len(present.mailboxes), tuple(present.mailboxes)),
        is_removal=True,
    )


def without_sites_own(subscriptions: tuple[Subscription, ...], site: SiteDefined) -> tuple[Subscription, ...]:
    """The subscriptions that the site does not define itself."""
    if not site.subscriptions:
        return subscriptions
    return tuple(one for one in subscriptions if not site.has_subscription(one.name))


def _without_sites_own(wanted: Wanted, site: SiteDefined) -> tuple[Wanted, frozenset[str]]:
    ours = without_sites_own(wanted.subscriptions, site)
    if len(ours) == len(wanted.subscriptions):
        return wanted, frozenset()
    left = frozenset(one.name for one in wanted.subscriptions if site.has_subscription(one.name))
    return wanted._replace(subscriptions=ours), left


def _plan_of(wanted: Wanted, present: Present, previous: PreviousRun, left_to_site: frozenset[str]) -> Plan:
    """What is the same in every plan."""
    return Plan(
        present=present,
        mailboxes=wanted.mailboxes,
        subscriptions=wanted.subscriptions,
        hints=wanted.hints,
        extensions=wanted.extensions,
        endpoints=wanted.endpoints,
        endpoint_lines=wanted.endpoint_lines,
        owners=wanted.owners,
        owners_before=previous.owners,
        warnings=wanted.warnings,
        left_out=wanted.left_out,
        left_to_site=left_to_site,
    )


def _retained(wanted: Wanted, present: Present, previous: PreviousRun) -> Retained:
    if not wanted.refused:
        return Retained()
    # Asterisk takes names that differ in case alone for one.
    claimed = {mailbox.key.lower() for mailbox in wanted.mailboxes}
    named = {subscription.name.lower() for subscription in wanted.subscriptions}
    return retain_for_refused(
        wanted.refused,
        read_owners(previous.owners),
        frozenset(key for key in present.mailboxes if key.lower() not in claimed and _is_ours(key)),
        {
            name: one.mailbox
            for name, one in present.subscriptions.items()
            if name.lower() not in named and not present.site.has_subscription(name)
        },
    )


def _is_ours(key: str) -> bool:
    return key.rpartition("@")[2] in OWN_CONTEXTS


def _with_retained_mailboxes(
    mailboxes: tuple[Mailbox, ...], retained: Iterable[str], present: Mapping[str, PresentMailbox]
) -> tuple[Mailbox, ...]:
    """The wanted mailboxes and the retained ones as they are, without their PINs, which stay."""
    as_they_are = []
    for key in retained:
        box, _, context = key.rpartition("@")
        now = present[key]
        as_they_are.append(Mailbox(box, context, "", now.name, now.email, now.pager, now.options))
    return tuple(sorted([*mailboxes, *as_they_are], key=_mailbox_order)) if as_they_are else mailboxes


def _with_retained_subscriptions(
    subscriptions: tuple[Subscription, ...], retained: Iterable[str], present: Mapping[str, PresentSubscription]
) -> tuple[Subscription, ...]:
    as_they_are = []
    for name in retained:
        box, _, context = present[name].mailbox.rpartition("@")
        as_they_are.append(Subscription(name, box, context))
    return tuple(sorted([*subscriptions, *as_they_are], key=_subscription_order)) if as_they_are else subscriptions


def _mailbox_order(mailbox: Mailbox) -> tuple[int, tuple[bool, int, str]]:
    return (OWN_CONTEXTS.index(mailbox.context), by_number(mailbox.box))


def _subscription_order(subscription: Subscription) -> tuple[bool, int, str, tuple[bool, int, str]]:
    own = subscription.context in OWN_CONTEXTS
    place = OWN_CONTEXTS.index(subscription.context) if own else 0
    return (not own, place, "" if own else subscription.context, by_number(subscription.box))


def _losing(found: Differences) -> frozenset[str]:
    """The kinds of owner that lose a mailbox or a subscription."""
    contexts = {key.rpartition("@")[2] for key in found.removed_mailboxes}
    of_mailboxes = {BY_CONTEXT[context].kind for context in contexts & BY_CONTEXT.keys()}
    return frozenset(of_mailboxes | {role_of_subscription(name).kind for name in found.removed_subscriptions})


def _unsure(retained: Retained) -> list[GvmaWarning]:
    return [
        GvmaWarning(
            "refused-owner-unknown",
            "its values are refused, and no record says which mailbox it had: mailboxes and subscriptions of its "
            "kind whose owner nobody knows are kept until its values are put right",
            owner.owner,
        )
        for owner in retained.unsure
    ]
