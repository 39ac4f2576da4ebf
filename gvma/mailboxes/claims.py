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
_UNSET = ("", "", "", "", "")


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
    foreign: the box is there already, and ``fields`` is empty. role: an index of ROLES.
    fields: PIN, name, e-mail, pager, options. asked: the same as the options say them, before any default.
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
    context: str
    fields: tuple[str, ...]
    asked: tuple[str, ...]
    owner: str


def owner_of(role: Role, thing: ConfiguredObject) -> str:
    """``DN 1000``; by DBID where the number is missing or could play tricks on a terminal."""
    number = thing.number
    if number and len(number) <= 40 and number.isprintable():
        return f"{role.label} {number}"
    return f"{role.label} with DBID {thing.dbid}"


def claim_of(
    role: int, thing: ConfiguredObject, owner: str, *, allow_mailcmd: bool, warnings: list[Warning]
) -> Claim | None:
    """The claim of one object, None where it asks for nothing. Raises Refused."""
    number = thing.number.strip(" ")
    options = thing.options
    always = ROLES[role].always
    context = ROLES[role].context
    foreign = ""
    asked: tuple[str, ...] = _UNSET
    if _GVM_OPTIONS.isdisjoint(options):
        if not always:
            return None
        box = values.box_name("its number", number) if number else ""
    else:
        box = options.get("gvm_mailbox", "").strip(" ")
        if not box and not always:
            return None
        box = values.box_name("gvm_mailbox", box) if box else values.box_name("its number", number) if number else ""
        if foreign := options.get("gvm_mailbox_context", "").strip(" "):
            context = values.context_name("gvm_mailbox_context", foreign)
        else:
            asked = tuple([options.get(key, "").strip(" ") for key in FIELD_OPTIONS])
    if not box:
        raise Refused("its number", "is missing, and so is gvm_mailbox")
    default = number if always and number else box
    if foreign:
        fields: tuple[str, ...] = ()
    elif asked == _UNSET and default == box:
        fields = (box, box, "", "", "")
    else:
        fields = _fields(default, asked)
        if asked[4]:
            fields = _without_commands(fields, owner, allow_mailcmd, warnings)
        values.line_fits("gvm_options" if len(fields[4]) > len(fields[2]) else "gvm_email", box, fields)
    box_order = _order(box)
    owner_order = box_order if number == box else _order(number)
    return Claim(*box_order, box, bool(foreign), role, *owner_order, number, thing.dbid, context, fields, asked, owner)


def _order(text: str) -> tuple[bool, int]:
    """A sort key: by number where it is one, before all that is none."""
    if text.isdecimal() and text.isascii() and len(text) < 100:
        return False, int(text)
    return True, 0


def _fields(default: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The five fields with the manual's defaults (its lines 2474-2476). Raises Refused."""
    pin, name, email, pager, options = asked
    pin, name = pin or default, name or default
    if values.all_plain(pin, name, email, pager):
        return pin, name, email, pager, options
    return (
        values.field("gvm_password" if asked[0] else "its number, the first PIN without gvm_password,", pin),
        values.name("gvm_name" if asked[1] else "its number, the name without gvm_name,", name),
        values.field("gvm_email", email, limit=values.LINE_BYTES),
        values.field("gvm_pager_email", pager),
        options,
    )


def _without_commands(
    fields: tuple[str, ...], owner: str, allow_mailcmd: bool, warnings: list[Warning]
) -> tuple[str, ...]:
    options, left_out = values.voicemail_options("gvm_options", fields[4], allow_mailcmd=allow_mailcmd)
    for key in left_out:
        message = f"{owner}: the voicemail option {key[:40]!a} is left out, since it can make Asterisk run a command"
        warnings.append(Warning("option-left-out", message, f"{owner}, gvm_options"))
    return (*fields[:4], options)
