"""What gvma left in the two tables, recognisable again. Pure.

A PIN is no part of it, since its owner may change it by phone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from gvma.asterisk.entries import Mailbox, PresentMailbox, PresentSubscription, Subscription
from gvma.sinks.realtime.rows.names import AORS, VOICEMAIL


def marks_of_present(
    mailboxes: Mapping[str, PresentMailbox], subscriptions: Mapping[str, PresentSubscription]
) -> dict[str, str | None]:
    """By table; None where it has nothing of ours."""
    return {
        VOICEMAIL: _mark(
            f"{key}\t{one.name}\t{one.email}\t{one.pager}\t{one.options}" for key, one in mailboxes.items()
        ),
        AORS: _mark(f"{name}\t{one.mailbox}" for name, one in subscriptions.items()),
    }


def marks_of_wanted(mailboxes: Iterable[Mailbox], subscriptions: Iterable[Subscription]) -> dict[str, str | None]:
    """The same of what a plan wants."""
    return {
        VOICEMAIL: _mark(
            f"{one.box}@{one.context}\t{one.name}\t{one.email}\t{one.pager}\t{one.options}" for one in mailboxes
        ),
        AORS: _mark(f"{one.name}\t{one.box}@{one.context}" for one in subscriptions),
    }


def _mark(lines: Iterable[str]) -> str | None:
    """SHA-256 of the lines in order, 64 hex digits."""
    in_order = sorted(lines)
    return hashlib.sha256("\n".join(in_order).encode()).hexdigest() if in_order else None
