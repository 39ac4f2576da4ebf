"""How Asterisk keeps what a line of voicemail.conf says (app_voicemail.c, ``struct ast_vm_user``). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

KEPT_BYTES = 79
"""What Asterisk keeps of a name, a PIN and a pager e-mail: its fields have 80 bytes."""


class ShownMailbox(Protocol):
    """What ``VoicemailUsersList`` shows of a mailbox; a wanted and a present mailbox have it too."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def pager(self) -> str: ...


def as_kept(text: str) -> str:
    """A name as Asterisk keeps it: no blanks at the ends, cut at 79 bytes; a character cut in two is left out."""
    return text.strip().encode("utf-8", "surrogateescape")[:KEPT_BYTES].decode("utf-8", "ignore").strip()


def differing(wanted: ShownMailbox, actual: ShownMailbox) -> Iterator[str]:
    """The fields in which two mailboxes differ, as Asterisk keeps them: ``name``, ``e-mail``, ``pager e-mail``."""
    for field, one, other in (
        ("name", wanted.name, actual.name),
        ("e-mail", wanted.email, actual.email),
        ("pager e-mail", wanted.pager, actual.pager),
    ):
        if one != other and as_kept(one) != as_kept(other):
            yield field
