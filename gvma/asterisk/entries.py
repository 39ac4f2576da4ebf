"""What gvma writes into Asterisk's files, as values: mailboxes, subscriptions, hints, extensions, endpoints. Pure.

Nothing here knows Genesys' rules or a file's syntax. Mailbox, PresentMailbox and Subscription are not frozen, since a
run makes 100,000 of each, and a frozen one takes three times as long to make; nobody changes one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple


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
class PresentMailbox:
    """One mailbox as a file or a table has it, nothing escaped. pin: the one in force."""

    pin: str = field(repr=False)
    name: str = ""
    email: str = ""
    pager: str = ""
    options: str = field(default="", repr=False)


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


class PresentSubscription(NamedTuple):
    """A ``gvm-*`` object as a block has it now.

    mailbox: the ``box@context`` that it watches. settings: all its other lines in a normal form, as
    ``Driver.subscription_settings`` gives it for an object that would be written today; equal texts mean the same.
    """

    mailbox: str
    settings: str


class Hint(NamedTuple):
    """The state of a phone, which SIP Server watches. device: ``PJSIP/2001``."""

    extension: str
    device: str


class Extension(NamedTuple):
    """A number or pattern of the dialplan. steps: ``Dial(PJSIP/2001,60)``, from priority 1 on."""

    pattern: str
    steps: tuple[str, ...]


EndpointRole = Literal["phone", "gateway", "sipserver", "mwi"]


class Address(NamedTuple):
    """Where calls are sent. host: a name or an address, IPv6 without brackets."""

    host: str
    port: int


class Endpoint(NamedTuple):
    """A peer of chan_sip, or an endpoint of PJSIP with its AOR and identify.

    role: ``phone`` registers itself; ``gateway`` and ``sipserver`` are called at their contacts; ``mwi`` only lets
    SIP Server subscribe. context: where its calls go. matches: what PJSIP's ``match`` is to be.
    """

    name: str
    role: EndpointRole
    context: str
    contacts: tuple[Address, ...] = ()
    matches: tuple[str, ...] = ()


class GvmaWarning(NamedTuple):
    """Something that a person should look at, and that leaves the exit code alone.

    code: stable, for machines. where: the owner and the option, printable whatever the owner is called.
    """

    code: str
    message: str
    where: str = ""
