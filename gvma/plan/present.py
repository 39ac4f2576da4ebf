"""What a sink has now, as values: our mailboxes and subscriptions, our routing, and what the site has itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gvma.asterisk.entries import Extension, Hint, PresentMailbox, PresentSubscription


class Place(NamedTuple):
    """Where something stands: a line of a file, counted from 1, or a table."""

    file: str = ""
    line: int = 0
    table: str = ""

    def as_json(self) -> dict[str, object]:
        return {"table": self.table} if self.table else {"file": self.file, "line": self.line}

    def __str__(self) -> str:
        return f"table {self.table}" if self.table else f"{self.file}, line {self.line}"


class SiteDefined(NamedTuple):
    """What the site itself defines under names that could be ours.

    mailboxes: ``box@context`` in our contexts, lower case, since app_voicemail compares without case; ours is written
    all the same, with a warning. subscriptions: names of ``gvm-*`` objects; these are left to the site.
    fold_case: the channel driver compares names without case; then these are lower case too.
    """

    mailboxes: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    fold_case: bool = False

    def has_mailbox(self, key: str) -> bool:
        return key.lower() in self.mailboxes if self.mailboxes else False

    def has_subscription(self, name: str) -> bool:
        if not self.subscriptions:
            return False
        return (name.lower() if self.fold_case else name) in self.subscriptions


class Present(NamedTuple):
    """What a sink has of ours.

    mailboxes: by ``box@context``, with the PIN in force. subscriptions, hints, extensions: by name.
    endpoints: name to its options, as the channel driver's ``endpoint_lines`` gives them.
    """

    mailboxes: Mapping[str, PresentMailbox] = {}
    subscriptions: Mapping[str, PresentSubscription] = {}
    hints: Mapping[str, Hint] = {}
    extensions: Mapping[str, Extension] = {}
    endpoints: Mapping[str, tuple[str, ...]] = {}
    site: SiteDefined = SiteDefined()
