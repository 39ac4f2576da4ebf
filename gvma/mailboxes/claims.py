"""What one object of the Configuration Layer asks for: a box, its values and its place in the order.

Pure. An object with a value that cannot stand in Asterisk's files gives no claim, but ``Refused``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from gvma.asterisk.entries import AGENT_CONTEXT, DN_CONTEXT, GROUP_CONTEXT, Warning
from gvma.mailboxes import values
from gvma.mailboxes.values import Refused

FIELD_OPTIONS = ("gvm_password", "gvm_name", "gvm_email", "gvm_pager_email", "gvm_options")
"""The options that fill a box, in the order of app_voicemail's fields."""
_GVM_OPTIONS = frozenset({*FIELD_OPTIONS, "gvm_mailbox", "gvm_mailbox_context"})


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


class Role(NamedTuple):
    """One of the three kinds of owner. always: it gets a box even without ``gvm_mailbox``."""

    kind: str
    label: str
    element: str
    context: str
    prefix: str
    always: bool


ROLES = (
    Role("dn", "DN", "CfgDN", DN_CONTEXT, "gvm-", True),
    Role("agent", "Agent Login", "CfgAgentLogin", AGENT_CONTEXT, "gvm-a-", False),
    Role("group", "Agent Group", "CfgAgentGroup", GROUP_CONTEXT, "gvm-g-", False),
)


class Claim(NamedTuple):
    """A usable claim. Its first fields are the order in which the claims on one context are served.

    box_is_text, box_value: order boxes by number where they are one; owner_is_text, owner_value: so the owners.
    foreign: the box is there already, and ``fields`` is empty. role: an index of ROLES. serial: of the object
    among those of its kind, so that nothing behind it is ever compared. fields: PIN, name, e-mail, pager, options.
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
    fields: Fields
    owner: str
    thing: ConfiguredObject


Fields = tuple[str, str, str, str, str] | tuple[()]


def owner_of(role: Role, thing: ConfiguredObject) -> str:
    """``DN 1000``; by DBID where the number is missing or could play tricks on a terminal."""
    number = thing.number
    if number and len(number) <= 40 and number.isprintable():
        return f"{role.label} {number}"
    return f"{role.label} with DBID {thing.dbid}"


def asked_of(thing: ConfiguredObject) -> list[str]:
    """The five fields as the options say them, before any default; blanks at the ends dropped."""
    get = thing.options.get
    return [get(key, "").strip(" ") for key in FIELD_OPTIONS]


def claim_of(
    role: int, serial: int, thing: ConfiguredObject, *, allow_mailcmd: bool, warnings: list[Warning]
) -> Claim | None:
    """The claim of one object, None where it asks for nothing. Raises Refused.

    It runs 100,000 times in a sync, so what nearly every DN is like comes first and costs least.
    """
    _, _, _, context, _, always = ROLES[role]
    number = thing.number.strip(" ")
    options = thing.options
    box = foreign = ""
    if not (plain := _GVM_OPTIONS.isdisjoint(options)):
        box = options.get("gvm_mailbox", "").strip(" ")
        foreign = options.get("gvm_mailbox_context", "").strip(" ")
    if box:
        values.box_name("gvm_mailbox", box)
    elif not always:
        return None
    elif number:
        box = values.box_name("its number", number)
    else:
        raise Refused("its number", "is missing, and so is gvm_mailbox")
    owner = owner_of(ROLES[role], thing)
    default = number if always and number else box
    fields: Fields
    if foreign:
        context, fields = values.context_name("gvm_mailbox_context", foreign), ()
    elif plain:
        fields = (box, box, "", "", "")
    else:
        fields = _fields(box, default, asked_of(thing))
        if fields[4]:
            fields = _without_commands(box, fields, owner, allow_mailcmd, warnings)
    box_is_text, box_value = owner_is_text, owner_value = _order(box)
    if number != box:
        owner_is_text, owner_value = _order(number)
    return Claim(
        box_is_text,
        box_value,
        box,
        foreign != "",
        role,
        owner_is_text,
        owner_value,
        number,
        thing.dbid,
        serial,
        context,
        fields,
        owner,
        thing,
    )


def _order(text: str) -> tuple[bool, int]:
    """A sort key: by number where it is one, before all that is none."""
    if text.isdecimal() and text.isascii() and len(text) < 100:
        return False, int(text)
    return True, 0


def _fields(box: str, default: str, asked: list[str]) -> tuple[str, str, str, str, str]:
    """The five fields with the manual's defaults (its lines 2474-2476). Raises Refused."""
    pin, name, email, pager, options = asked
    wanted_pin, wanted_name = pin or default, name or default
    if values.all_plain(wanted_pin, wanted_name, email, pager):
        return wanted_pin, wanted_name, email, pager, options
    fields = (
        values.field("gvm_password" if pin else "its number, the first PIN without gvm_password,", wanted_pin),
        values.name("gvm_name" if name else "its number, the name without gvm_name,", wanted_name),
        values.field("gvm_email", email, limit=values.LINE_BYTES),
        values.field("gvm_pager_email", pager),
        options,
    )
    values.line_fits("gvm_email", box, fields[:4])
    return fields


def _without_commands(
    box: str, fields: tuple[str, ...], owner: str, allow_mailcmd: bool, warnings: list[Warning]
) -> tuple[str, str, str, str, str]:
    pin, name, email, pager, options = fields
    options, left_out = values.voicemail_options("gvm_options", options, allow_mailcmd=allow_mailcmd)
    for key in left_out:
        message = f"{owner}: the voicemail option {key[:40]!a} is left out, since it can make Asterisk run a command"
        warnings.append(Warning("option-left-out", message, f"{owner}, gvm_options"))
    values.line_fits("gvm_options", box, (pin, name, email, pager, options))
    return pin, name, email, pager, options
