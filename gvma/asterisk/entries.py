"""A mailbox and a subscription as Asterisk's files hold them, and what there is to say about one.

Plain values: nothing here knows Genesys' rules or a file's syntax. Mailbox and Subscription are not frozen
since a run makes 100,000 of each, and a frozen one takes three times as long to make; nobody changes one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DN_CONTEXT = "GVMA_DN"
AGENT_CONTEXT = "GVMA_AGENT"
GROUP_CONTEXT = "GVMA_AGENTGROUP"
OWN_CONTEXTS = (DN_CONTEXT, AGENT_CONTEXT, GROUP_CONTEXT)
"""The contexts of voicemail.conf that hold the boxes that gvma creates (the manual's lines 2552-2559)."""


@dataclass(slots=True, unsafe_hash=True)
class Mailbox:
    """One box of voicemail.conf. Values as Asterisk will keep them, nothing escaped.

    options: ``name=value`` pairs joined with ``|``.
    """

    box: str
    context: str
    pin: str = field(repr=False)
    name: str = ""
    email: str = ""
    pager: str = ""
    options: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """``1000@GVMA_DN``."""
        return f"{self.box}@{self.context}"


@dataclass(slots=True, unsafe_hash=True)
class Subscription:
    """One object that SIP Server subscribes to (``gvm-1000``, ``gvm-a-1000``, ``gvm-g-1000``) and its box."""

    name: str
    box: str
    context: str

    @property
    def key(self) -> str:
        """The mailbox that it watches, ``1000@GVMA_DN``."""
        return f"{self.box}@{self.context}"


@dataclass(frozen=True, slots=True)
class GvmaWarning:
    """Something that a person should look at, and that leaves the exit code alone.

    code: stable, for machines. where: the owner and the option, printable whatever the owner is called.
    """

    code: str
    message: str
    where: str = ""
