"""What differs between the mailboxes and subscriptions that are wanted and those that are there. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from gvma.asterisk.entries import Mailbox, PresentMailbox, PresentSubscription, Subscription
from gvma.plan.counts import Counts

NEW_SUBSCRIPTIONS = 1000
"""So many new or moved subscriptions are named; a verification asks for each of them by name."""


class Differences(NamedTuple):
    """Names that differ.

    mailboxes, subscriptions: changed ones, ``box@context`` or name to the changed fields (``name``, ``pin``,
    ``email``, ``pager_email``, ``options``; ``mailbox``, ``settings``). removed_*: those that go.
    moved_subscriptions: new ones and those with another mailbox, at most NEW_SUBSCRIPTIONS of them.
    """

    counts: Counts = Counts()
    mailboxes: Mapping[str, tuple[str, ...]] = {}
    subscriptions: Mapping[str, tuple[str, ...]] = {}
    removed_mailboxes: tuple[str, ...] = ()
    removed_subscriptions: tuple[str, ...] = ()
    moved_subscriptions: tuple[str, ...] = ()


def differences(  # noqa: PLR0913, PLR0917  (two kinds, each wanted and present, and what decides about their fields)
    mailboxes: Sequence[Mailbox],
    present_mailboxes: Mapping[str, PresentMailbox],
    pin_resets: Collection[str],
    subscriptions: Sequence[Subscription],
    present_subscriptions: Mapping[str, PresentSubscription],
    subscription_settings: str,
) -> Differences:
    """pin_resets: mailboxes whose PIN becomes the first PIN. subscription_settings: of every wanted subscription."""
    if not present_mailboxes and not present_subscriptions:
        return Differences(
            counts=Counts(add=len(mailboxes) + len(subscriptions)),
            moved_subscriptions=tuple(one.name for one in islice(subscriptions, NEW_SUBSCRIPTIONS)),
        )
    boxes = _changed_mailboxes(mailboxes, present_mailboxes, pin_resets)
    wanted_boxes = {one.key for one in mailboxes} if len(present_mailboxes) else set()
    gone_boxes = tuple(key for key in present_mailboxes if key not in wanted_boxes)
    names = _changed_subscriptions(subscriptions, present_subscriptions, subscription_settings)
    wanted_names = {one.name for one in subscriptions}
    gone_names = tuple(name for name in present_subscriptions if name not in wanted_names)
    new_names = [one.name for one in subscriptions if one.name not in present_subscriptions]
    moved = [*new_names, *(name for name, fields in names.items() if "mailbox" in fields)]
    stay = len(present_mailboxes) - len(gone_boxes)
    return Differences(
        counts=Counts(
            add=len(mailboxes) - stay + len(new_names),
            change=len(boxes) + len(names),
            remove=len(gone_boxes) + len(gone_names),
        ),
        mailboxes=boxes,
        subscriptions=names,
        removed_mailboxes=gone_boxes,
        removed_subscriptions=gone_names,
        moved_subscriptions=tuple(moved[:NEW_SUBSCRIPTIONS]),
    )


def _changed_mailboxes(
    mailboxes: Sequence[Mailbox], present: Mapping[str, PresentMailbox], pin_resets: Collection[str]
) -> dict[str, tuple[str, ...]]:
    changed = {}
    for one in mailboxes:
        now = present.get(key := one.key)
        if now is None:
            continue
        new_pin = key in pin_resets and now.pin != one.pin
        if new_pin or (now.name, now.email, now.pager, now.options) != (one.name, one.email, one.pager, one.options):
            changed[key] = _fields(now, one, new_pin=new_pin)
    return changed


def _fields(now: PresentMailbox, wanted: Mailbox, *, new_pin: bool) -> tuple[str, ...]:
    compared = (
        ("name", now.name != wanted.name),
        ("pin", new_pin),
        ("email", now.email != wanted.email),
        ("pager_email", now.pager != wanted.pager),
        ("options", now.options != wanted.options),
    )
    return tuple(name for name, differs in compared if differs)


def _changed_subscriptions(
    subscriptions: Sequence[Subscription], present: Mapping[str, PresentSubscription], settings: str
) -> dict[str, tuple[str, ...]]:
    changed = {}
    for one in subscriptions:
        now = present.get(one.name)
        if now is None or (now.mailbox == one.key and now.settings == settings):
            continue
        fields = (("mailbox", now.mailbox != one.key), ("settings", now.settings != settings))
        changed[one.name] = tuple(name for name, differs in fields if differs)
    return changed
