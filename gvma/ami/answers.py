"""What AMI answers, as values. This file sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gvma.errors import AmiPermissionError

if TYPE_CHECKING:
    from panoramisk.message import Message

# The class that manager.conf must give the account (``write =``) for each action that gvma sends.
_CLASSES = {
    "Command": "command",
    "CoreSettings": "system",
    "GetConfig": "system",
    "Getvar": "call",
    "MailboxCount": "call",
    "ModuleCheck": "system",
    "ModuleLoad": "system",
    "PJSIPShowAors": "system",
    "PJSIPShowEndpoint": "system",
    "PJSIPShowEndpoints": "system",
    "SIPpeers": "system",
    "SIPshowpeer": "system",
    "VoicemailUserStatus": "call",
    "VoicemailUsersList": "call",
}


class Listing(NamedTuple):
    """An action that is answered by a list of events.

    event: the name of an entry's event. fields: the names of an entry's fields that are kept.
    none: how Asterisk's Error message begins where it means an empty list.
    """

    action: str
    event: str
    fields: frozenset[str]
    none: str = ""


class VoicemailUser(NamedTuple):
    """One mailbox as Asterisk has loaded it: the name cut at 79 bytes, a blank after a comma kept. Never its PIN.

    A byte that is not UTF-8 (a cut character, a Latin-1 name) is a lone surrogate.
    """

    name: str
    email: str
    pager: str


class EndpointDetails(NamedTuple):
    """One endpoint of PJSIP. identify_by: ``username``, ``ip``. auth, outbound_auth, acl: what it names, or empty."""

    context: str
    identify_by: frozenset[str]
    allow_subscribe: bool
    auth: str
    outbound_auth: str
    acl: str


class SipPeerDetails(NamedTuple):
    """One peer of chan_sip. address: empty where it has none. insecure: ``port``, ``invite``. acl: it has one."""

    address: str
    port: int
    context: str
    insecure: frozenset[str]
    has_secret: bool
    acl: bool


class MailboxCount(NamedTuple):
    """Messages in one mailbox: numbers of messages."""

    new: int
    old: int
    urgent: int


def voicemail_user(entry: Mapping[str, str]) -> VoicemailUser:
    """The mailbox of a VoicemailUserEntry. Asterisk prints ``(null)`` for an e-mail that the line lacks."""
    name, email, pager = (entry.get(field, "") for field in ("Fullname", "Email", "Pager"))
    return VoicemailUser(name, "" if email == "(null)" else email, pager)


def endpoint_details(entry: Mapping[str, str]) -> EndpointDetails:
    """The endpoint of an EndpointDetail."""
    return EndpointDetails(
        context=entry.get("Context", ""),
        identify_by=_words(entry.get("IdentifyBy", "")),
        allow_subscribe=entry.get("AllowSubscribe", "true") == "true",
        auth=entry.get("Auth", ""),
        outbound_auth=entry.get("OutboundAuth", ""),
        acl=entry.get("Acl", ""),
    )


def sip_peer_details(response: Mapping[str, str]) -> SipPeerDetails:
    """The peer of a response to SIPshowpeer."""
    address, port = response.get("Address-IP", ""), response.get("Address-Port", "0")
    return SipPeerDetails(
        address="" if address == "(null)" else address,
        port=int(port) if port.isdecimal() else 0,
        context=response.get("Context", ""),
        insecure=_words(response.get("SIP-AuthInsecure", "")) - {"no"},
        has_secret="Y" in {response.get("SecretExist"), response.get("MD5SecretExist")},
        acl=response.get("ACL") == "Y",
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def permission_denied(action: str, username: str, where: str) -> AmiPermissionError:
    """The error for ``Permission denied``: it names the class that the account lacks."""
    missing = _CLASSES.get(action)
    needs = f"the class '{missing}'" if missing else "another class"
    return AmiPermissionError(
        f"the AMI account {username!r} may not use {action}: it lacks {needs}",
        where=where,
        hint=f"Add it to 'read' and 'write' of [{username}] in manager.conf, then reload manager.",
    )


LONGEST_LINE = 500
"""Characters of a console's line: no table of Asterisk's is as wide, and each line is matched with patterns."""


def said(response: Message) -> str:
    """Asterisk's reason of a refusal, to its first LONGEST_LINE characters: it stands in messages and logs."""
    reason: str = response.message
    return reason.strip()[:LONGEST_LINE]


def outputs_of(response: Message) -> list[str]:
    """The ``Output`` lines of a Command's response: none, one or many, each to its first LONGEST_LINE characters."""
    output: Any = response.get("Output", [])
    return [line[:LONGEST_LINE] for line in (output if isinstance(output, list) else [output])]
