"""What Asterisk holds after a reload, compared with what it should hold; AMI's own Success proves nothing.

It only asks. A list that was cut short is no difference: the conversation raises, and the caller asks again.
Names are compared as Asterisk keeps them: blanks at the ends gone, cut at 79 bytes (app_voicemail.c,
``struct ast_vm_user``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvma.asterisk.entries import OWN_CONTEXTS

if TYPE_CHECKING:
    from gvma.ami import AsteriskManager

KEPT_BYTES = 79
SINGLY = 1000
"""So many objects are asked for one by one, where no list tells their mailbox."""

VOICEMAIL, DIALPLAN, PJSIP, CHAN_SIP = "app_voicemail.so", "pbx_config.so", "res_pjsip.so", "chan_sip.so"

_SECTION = re.compile(rb"\s*\[([^\]]+)\]")
_EXTENSION = re.compile(rb"\s*exten\s*=>?\s*([^,]+),")


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox as ``VoicemailUsersList`` tells it."""

    name: str
    email: str
    pager: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """What the site wrote itself where ours is; nothing is expected of these.

    boxes: ``box@context`` in our contexts, lower-case, since app_voicemail tells no case apart.
    subscriptions: names of ``gvm-*`` objects; lower-case for chan_sip, which tells no case apart either.
    """

    boxes: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    case_counts: bool = True

    def has_box(self, key: str) -> bool:
        return key.lower() in self.boxes if self.boxes else False

    def has_subscription(self, name: str) -> bool:
        if not self.subscriptions:
            return False
        return (name if self.case_counts else name.lower()) in self.subscriptions


@dataclass(frozen=True, slots=True)
class Expected:
    """What Asterisk should hold.

    mailboxes: all of ours by ``box@context``. foreign: what the site wrote itself.
    subscriptions: name to ``box@context``.
    touched: of those that are new or watch another mailbox, as many as are asked for.
    on_endpoint: REGISTER mode, where PJSIP's endpoints name the mailbox, and its AORs do not.
    gone: subscriptions that were in the block before and must be gone.
    extensions: context to the patterns of our dialplan block.
    """

    mailboxes: Mapping[str, Box]
    foreign: Foreign
    subscriptions: Mapping[str, str]
    touched: frozenset[str]
    on_endpoint: bool
    gone: frozenset[str]
    extensions: Mapping[str, tuple[str, ...]]


def differences(ami: AsteriskManager, expected: Expected, modules: Iterable[str]) -> list[str]:
    """What Asterisk holds otherwise than expected, a sentence each; empty where all is as planned.

    modules: those that were reloaded; only what they read is asked for.
    Raises AsteriskUnreachableError where Asterisk could not be asked to the end.
    """
    found: list[str] = []
    for module in modules:
        if module == VOICEMAIL:
            found += _mailboxes(ami, expected)
        elif module == PJSIP:
            found += _aors(ami, expected)
        elif module == CHAN_SIP:
            found += _peers(ami, expected)
        elif module == DIALPLAN:
            found += _extensions(ami, expected)
    return found


def as_kept(text: str) -> str:
    """A name as app_voicemail keeps it; a character cut in two is left out."""
    return text.strip().encode("utf-8", "surrogateescape")[:KEPT_BYTES].decode("utf-8", "ignore").strip()


def extensions_of(body: bytes) -> dict[str, tuple[str, ...]]:
    """The patterns of a dialplan block by context, each once."""
    contexts: dict[str, dict[str, None]] = {}
    current: dict[str, None] = {}
    for line in body.splitlines():
        section, extension = _SECTION.match(line), _EXTENSION.match(line)
        if section:
            current = contexts.setdefault(section[1].decode("utf-8", "replace"), {})
        elif extension:
            current[extension[1].strip().decode("utf-8", "replace")] = None
    return {name: tuple(patterns) for name, patterns in contexts.items()}


def _mailboxes(ami: AsteriskManager, expected: Expected) -> list[str]:
    held = ami.voicemail_users()
    foreign = expected.foreign
    found = []
    for key, box in expected.mailboxes.items():
        if foreign.has_box(key):
            continue
        user = held.get(key)
        if user is None:
            found.append(f"mailbox {key} is missing")
            continue
        for what, wanted, has in (
            ("name", box.name, user.name),
            ("e-mail", box.email, user.email),
            ("pager e-mail", box.pager, user.pager),
        ):
            if wanted != has and as_kept(wanted) != as_kept(has):
                found.append(f"mailbox {key} has another {what} than planned")
    for key in held:
        if key not in expected.mailboxes and key.rpartition("@")[2] in OWN_CONTEXTS and not foreign.has_box(key):
            found.append(f"mailbox {key} is there and was not planned")
    return found


def _aors(ami: AsteriskManager, expected: Expected) -> list[str]:
    held = ami.aors()
    found = []
    for name, mailbox in expected.subscriptions.items():
        if name not in held:
            found.append(f"AOR {name} is missing")
        elif not expected.on_endpoint and held[name] != mailbox:
            found.append(f"AOR {name} has not the mailbox {mailbox}")
    found += [f"AOR {name} should be gone" for name in _gone(expected) if name in held]
    if expected.on_endpoint:
        endpoints = ami.endpoints()
        found += [f"endpoint {name} is missing" for name in expected.subscriptions if name not in endpoints]
        found += _mailboxes_of("endpoint", ami.endpoint_mailboxes(_asked_singly(expected)), expected)
    return found


def _peers(ami: AsteriskManager, expected: Expected) -> list[str]:
    held = ami.sip_peers()
    found = [f"SIP peer {name} is missing" for name in expected.subscriptions if name not in held]
    found += [f"SIP peer {name} should be gone" for name in _gone(expected) if name in held]
    return found or _mailboxes_of("SIP peer", ami.sip_peer_mailboxes(_asked_singly(expected)), expected)


def _gone(expected: Expected) -> list[str]:
    return sorted(name for name in expected.gone if not expected.foreign.has_subscription(name))


def _asked_singly(expected: Expected) -> list[str]:
    return sorted(expected.touched)[:SINGLY]


def _mailboxes_of(what: str, held: Mapping[str, str], expected: Expected) -> list[str]:
    return [
        f"{what} {name} has not the mailbox {expected.subscriptions[name]}"
        for name in _asked_singly(expected)
        if held.get(name) != expected.subscriptions[name]
    ]


def _extensions(ami: AsteriskManager, expected: Expected) -> list[str]:
    found = []
    for context, patterns in expected.extensions.items():
        shown = ami.dialplan(context)
        found += [
            f"extension {pattern} is missing in context {context}"
            for pattern in patterns
            if f"'{pattern}'" not in shown
        ]
    return found
