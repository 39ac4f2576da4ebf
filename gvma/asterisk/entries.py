"""What gvma writes into Asterisk's files, as values: mailboxes, subscriptions, hints, extensions, endpoints. Pure.

Nothing here knows Genesys' rules or a file's syntax.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Self

from gvma.printable import shown_without


class _Written:
    """What a run makes 100,000 of: a class of its own is made twice as fast as a named tuple. Two are equal where all
    their fields are; nobody but its maker changes one."""

    __slots__: tuple[str, ...] = ()

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._fields() == self._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def with_other(self, **fields: str) -> Self:
        """The same but for these fields."""
        return type(self)(**dict(zip(self.__slots__, self._fields(), strict=True)) | fields)


class Mailbox(_Written):
    """One box of voicemail.conf. Values as Asterisk will keep them, nothing escaped.

    options: ``name=value`` pairs joined with ``|``.
    """

    __slots__ = ("box", "context", "email", "name", "options", "pager", "pin")

    def __init__(  # noqa: PLR0913, PLR0917  (the fields of a line, in their order)
        self, box: str, context: str, pin: str, name: str = "", email: str = "", pager: str = "", options: str = ""
    ) -> None:
        self.box = box
        self.context = context
        self.pin = pin
        self.name = name
        self.email = email
        self.pager = pager
        self.options = options

    def __repr__(self) -> str:
        return f"Mailbox({self.key!r}, name={self.name!r}, email={self.email!r}, pager={self.pager!r})"

    @property
    def key(self) -> str:
        """``1000@GVMA_DN``."""
        return f"{self.box}@{self.context}"


class PresentMailbox(NamedTuple):
    """One mailbox as a file or a table has it, nothing escaped. pin: the one in force."""

    pin: str
    name: str = ""
    email: str = ""
    pager: str = ""
    options: str = ""

    def __repr__(self) -> str:
        return shown_without(self, "pin", "options")


class Subscription(_Written):
    """One object that SIP Server subscribes to (``gvm-1000``, ``gvm-a-1000``, ``gvm-g-1000``) and its box."""

    __slots__ = ("box", "context", "name")

    def __init__(self, name: str, box: str, context: str) -> None:
        self.name = name
        self.box = box
        self.context = context

    def __repr__(self) -> str:
        return f"Subscription({self.name!r}, {self.key!r})"

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
