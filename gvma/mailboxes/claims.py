"""What one object of Configuration Server asks for: a mailbox, its values and its place in the order.

Pure. An object with a value that cannot stand in Asterisk's files makes no claim; it raises ``Refused``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from gvma.asterisk.entries import GvmaWarning, Mailbox
from gvma.asterisk.mailbox_options import complaints
from gvma.asterisk.order import by_number, is_number
from gvma.asterisk.roles import DN, ROLES, Role
from gvma.mailboxes import values
from gvma.mailboxes.values import Refused

FIELD_OPTIONS = ("gvm_password", "gvm_name", "gvm_email", "gvm_pager_email", "gvm_options")
"""The options that fill a mailbox, in the order of app_voicemail's fields."""
OPTIONS = ("gvm_mailbox", "gvm_mailbox_context", *FIELD_OPTIONS)
"""What a claim is made of."""
GVM_OPTIONS = frozenset({*OPTIONS, "gvm_group_mailbox"})
"""Every option for mailboxes (the manual's lines 2386-2442). SIP Server alone reads ``gvm_group_mailbox``."""

_DN = ROLES.index(DN)


class ConfiguredObject(Protocol):
    """What the rules read of an object; ``gvma.configserver.objects.ConfigObject`` is one."""

    @property
    def kind(self) -> str: ...
    @property
    def dbid(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def options(self) -> Mapping[str, str]: ...
    @property
    def repeated(self) -> tuple[str, ...]: ...
    @property
    def odd_type(self) -> str: ...
    def values_of(self, keys: tuple[str, ...]) -> Sequence[str]: ...


class Claim(NamedTuple):
    """A claim on a mailbox. Its first fields are the order in which the claims on one context are served.

    box_is_text, box_value: order boxes by number where they are one; owner_is_text, owner_value: so the owners.
    role: an index of ROLES. serial: of the object among those of its role, so that nothing behind it is ever
    compared. mailbox: None where the mailbox is there already (``foreign``).
    """

    box_is_text: bool
    box_value: int
    box: str
    foreign: bool
    role: int
    owner_is_text: bool
    owner_value: int
    number: str
    dbid: int
    serial: int
    context: str
    mailbox: Mailbox | None
    claimant: ConfiguredObject

    @property
    def owner(self) -> str:
        """As ``owner_of``; put together where somebody asks for it, since nearly nobody does."""
        return owner_of(ROLES[self.role], self.claimant)


def owner_of(role: Role, claimant: ConfiguredObject) -> str:
    """``DN 1000``; by DBID where the number is missing, too long, or cannot be printed safely."""
    number = claimant.number
    if number and len(number) <= 40 and number.isprintable():
        return f"{role.label} {number}"
    return f"{role.label} with DBID {claimant.dbid}"


def configured_fields(claimant: ConfiguredObject) -> list[str]:
    """The values of FIELD_OPTIONS, before any default; empty where not set, without blanks at the ends."""
    return [value.strip(" ") for value in claimant.values_of(FIELD_OPTIONS)]


def claim_of(
    role: int, serial: int, claimant: ConfiguredObject, *, allow_mailcmd: bool, warnings: list[GvmaWarning]
) -> Claim | None:
    """The claim of one object, None where it asks for nothing. Raises Refused.

    It runs 100,000 times in a sync, so what nearly every DN is like comes first and costs least.
    """
    options = claimant.values_of(OPTIONS)
    number = claimant.number
    if role != _DN or options[0] or options[1] or not is_number(number):
        return _any_claim(role, serial, claimant, options, allow_mailcmd=allow_mailcmd, warnings=warnings)
    mailbox = _mailbox(number, DN.context, number, options[2:])
    if mailbox.options:
        _read_options(mailbox, role, claimant, allow_mailcmd, warnings)
    value, dbid = int(number), claimant.dbid
    # A tuple's own constructor takes half the time of the class's.
    return tuple.__new__(
        Claim,
        (False, value, number, False, role, False, value, number, dbid, serial, DN.context, mailbox, claimant),
    )


def _any_claim(  # noqa: PLR0913  (as claim_of)
    role: int,
    serial: int,
    claimant: ConfiguredObject,
    options: Sequence[str],
    *,
    allow_mailcmd: bool,
    warnings: list[GvmaWarning],
) -> Claim | None:
    """As claim_of, for any object. options: the values of OPTIONS."""
    number, foreign = claimant.number.strip(" "), options[1].strip(" ")
    asked_for = _box_asked_for(role, number, options[0].strip(" "))
    if asked_for is None:
        return None
    option, box = asked_for
    box_is_text, box_value, _ = by_number(box)
    if box_is_text:
        values.box_name(option, box)
    owner_is_text, owner_value = box_is_text, box_value
    if number != box:
        owner_is_text, owner_value, _ = by_number(number)
    if foreign:
        context, mailbox = values.context_name("gvm_mailbox_context", foreign), None
    else:
        context = ROLES[role].context
        default = number if number and ROLES[role].always else box
        mailbox = _mailbox(box, context, default, options[2:])
        if mailbox.options:
            _read_options(mailbox, role, claimant, allow_mailcmd, warnings)
    return Claim(
        box_is_text,
        box_value,
        box,
        mailbox is None,
        role,
        owner_is_text,
        owner_value,
        number,
        claimant.dbid,
        serial,
        context,
        mailbox,
        claimant,
    )


def _box_asked_for(role: int, number: str, configured: str) -> tuple[str, str] | None:
    """What names the mailbox, and its name; None where the object asks for none. Raises Refused.

    configured: ``gvm_mailbox``, empty where it is not set; then a DN has the mailbox of its own number.
    """
    if configured:
        return "gvm_mailbox", configured
    if not ROLES[role].always:
        return None
    if not number:
        raise Refused("its number", "is missing, and so is gvm_mailbox")
    return "its number", number


def _mailbox(box: str, context: str, default: str, fields: Sequence[str]) -> Mailbox:
    """The mailbox with the manual's defaults (its lines 2474-2476); its options as configured. Raises Refused.

    fields: the values of FIELD_OPTIONS, each empty where it is not set.
    """
    pin, name, email, pager, options = fields
    if values.all_plain(pin or default, name or default, email, pager):
        return Mailbox(box, context, pin or default, name or default, email, pager, options)
    pin, name, email, pager, options = (value.strip(" ") for value in fields)
    mailbox = Mailbox(
        box,
        context,
        values.pin("gvm_password" if pin else "its number, the first PIN without gvm_password,", pin or default),
        values.name("gvm_name" if name else "its number, the name without gvm_name,", name or default),
        values.field("gvm_email", email, limit=values.LINE_BYTES),
        values.field("gvm_pager_email", pager),
        options,
    )
    values.line_fits("gvm_email", box, (mailbox.pin, mailbox.name, mailbox.email, mailbox.pager))
    return mailbox


@lru_cache(maxsize=1024)  # a site has few different ones, and 100,000 DNs
def _as_app_voicemail_reads(text: str, allow_mailcmd: bool) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The options that are written, the names of those that are left out, and a sentence for each that is not taken."""
    options, left_out = values.voicemail_options("gvm_options", text, allow_mailcmd=allow_mailcmd)
    return options, left_out, complaints(options)


def _read_options(
    mailbox: Mailbox, role: int, claimant: ConfiguredObject, allow_mailcmd: bool, warnings: list[GvmaWarning]
) -> None:
    """Leaves out what makes Asterisk run a command, and warns of what app_voicemail will not take; that stays."""
    options, left_out, not_taken = _as_app_voicemail_reads(mailbox.options, allow_mailcmd)
    mailbox.options = options
    for key in left_out:
        owner = owner_of(ROLES[role], claimant)
        message = f"{owner}: the voicemail option {key[:40]!a} is left out, because it can make Asterisk run a command"
        warnings.append(GvmaWarning("option-left-out", message, f"{owner}, gvm_options"))
    for complaint in not_taken:
        owner = owner_of(ROLES[role], claimant)
        message = f"{owner}: in gvm_options {complaint}"
        warnings.append(GvmaWarning("option-not-taken", message, f"{owner}, gvm_options"))
    if len(options) + len(mailbox.email) > values.SHORT:
        fields = mailbox.pin, mailbox.name, mailbox.email, mailbox.pager, options
        values.line_fits("gvm_options", mailbox.box, fields)
