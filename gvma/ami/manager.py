"""What gvma asks of Asterisk over AMI: reload a module, and list what is loaded.

Synchronous, with a time limit for every step. A list is complete or it is an AsteriskUnreachableError; it is
never cut short. This file does not retry, does not decide what an answer means for a sync, and puts no secret
into an error.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gvma.ami.answers import (
    LONGEST_LINE,
    EndpointDetails,
    Listing,
    MailboxCount,
    SipPeerDetails,
    VoicemailUser,
    endpoint_details,
    outputs_of,
    said,
    sip_peer_details,
    voicemail_user,
)
from gvma.ami.connection.reaching import reached
from gvma.errors import AsteriskRefusedError, AsteriskUnreachableError
from gvma.settings.model import GvmaSettings

if TYPE_CHECKING:
    from panoramisk.message import Message

    from gvma.ami.connection.conversation import AmiConversation

_RELOAD_AGAIN_SECONDS = 0.1
_PREVIOUS_RELOAD_RUNS = "didn't finish yet"

_BOXES = Listing(
    "VoicemailUsersList",
    "VoicemailUserEntry",
    frozenset({"VoiceMailbox", "VMContext", "Fullname", "Email", "Pager"}),
)
_MESSAGES = Listing(
    "VoicemailUsersList", "VoicemailUserEntry", frozenset({"VMContext", "NewMessageCount", "OldMessageCount"})
)
_BOX = Listing(
    "VoicemailUserStatus",
    "VoicemailUserDetail",
    frozenset({"NewMessageCount", "OldMessageCount"}),
)
_AORS = Listing("PJSIPShowAors", "AorList", frozenset({"ObjectName", "Mailboxes"}), none="No AORs found")
_ENDPOINTS = Listing("PJSIPShowEndpoints", "EndpointList", frozenset({"ObjectName", "Auths"}), none="No endpoints")
_ENDPOINT = Listing(
    "PJSIPShowEndpoint",
    "EndpointDetail",
    frozenset({"Mailboxes", "Context", "IdentifyBy", "AllowSubscribe", "Auth", "OutboundAuth", "Acl"}),
    none="Unable to",
)
_PEERS = Listing("SIPpeers", "PeerEntry", frozenset({"ObjectName", "IPaddress", "RealtimeDevice"}))


def connect(settings: GvmaSettings) -> AsteriskManager:
    """Connect, log in, and wait until Asterisk has loaded its modules.

    Raises AsteriskUnreachableError (refused, silent, not AMI, TLS not to be trusted, still booting) and
    CredentialsError (wrong name or secret, an address that manager.conf does not permit).
    Time limit of each step: ``asterisk_cm_timeout``.
    """
    connection = reached(settings)
    from gvma.ami.connection.conversation import AmiConversation  # noqa: PLC0415  (panoramisk and asyncio take their time)

    conversation = AmiConversation(settings, connection)
    try:
        conversation.open()
        manager = AsteriskManager(conversation, settings)
        # AMI accepts logins before all modules are loaded, and Asterisk postpones a reload until they are.
        manager.command("core waitfullybooted")
        manager.version = manager.action("CoreSettings").get("AsteriskVersion", "")
    except BaseException:
        conversation.close()
        raise
    return manager


class AsteriskManager:
    """An open, logged-in AMI connection; a context manager that closes it. ``connect`` makes it.

    version: Asterisk's, such as ``16.28.0~dfsg-0+deb11u4``.
    Every method raises AsteriskUnreachableError where the connection is lost or the answer is not there
    in time, and CredentialsError where the account lacks the class that the action needs.
    """

    def __init__(self, conversation: AmiConversation, settings: GvmaSettings) -> None:
        self._conversation = conversation
        self._settings = settings
        self.version = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log off and close. Raises nothing, whatever the other side does; a second call does nothing."""
        self._conversation.close()

    def loaded(self, module: str) -> bool:
        """Whether a module is loaded. module: with ``.so``, as 22 wants it."""
        response = self._conversation.ask("ModuleCheck", {"Module": module})
        return bool(response.success)

    def reload(self, module: str, timeout: float | None = None) -> None:
        """Make Asterisk read a module's files again, and wait for its answer.

        module: such as ``app_voicemail.so``. timeout: seconds, by default ``asterisk_reload_timeout``.
        Raises AsteriskRefusedError where Asterisk answers Error (pbx_config.so: the file cannot be read;
        others: the module is not loaded). Success proves nothing: app_voicemail, res_pjsip and chan_sip answer
        it for a file that they rejected, and chan_sip before it has read the file. List what is loaded instead.
        """
        limit = self._settings.asterisk_reload_timeout if timeout is None else timeout
        deadline, left = time.monotonic() + limit, limit
        while left > 0:
            response = self._conversation.ask("ModuleLoad", {"Module": module, "LoadType": "reload"}, left)
            if response.success:
                return
            if _PREVIOUS_RELOAD_RUNS not in response.message:
                raise AsteriskRefusedError(
                    f"Asterisk did not reload {module}: {said(response)}", where=self._conversation.where
                )
            time.sleep(_RELOAD_AGAIN_SECONDS)
            left = deadline - time.monotonic()
        raise AsteriskUnreachableError(
            f"another reload of {module} did not end within {limit:g} s", where=self._conversation.where
        )

    def voicemail_users(self) -> dict[str, VoicemailUser]:
        """All mailboxes that Asterisk has loaded, by ``mailbox@context``; never their PINs."""
        entries = self._conversation.ask_list(_BOXES)
        return {f"{entry['VoiceMailbox']}@{entry['VMContext']}": voicemail_user(entry) for entry in entries}

    def messages(self, contexts: Container[str]) -> tuple[int, int]:
        """How many new and how many old messages the mailboxes of these contexts have together."""
        entries = [one for one in self._conversation.ask_list(_MESSAGES) if one.get("VMContext") in contexts]
        new, old = (sum(int(one.get(f"{age}MessageCount", "0")) for one in entries) for age in ("New", "Old"))
        return new, old

    def mailboxes(self, keys: Iterable[str]) -> dict[str, MailboxCount]:
        """Messages of mailboxes by ``box@context``; one that Asterisk has not loaded is left out."""
        wanted = [key.rpartition("@") for key in keys]
        answers = self._conversation.ask_lists(_BOX, [{"Mailbox": box, "Context": to} for box, _, to in wanted])
        return {
            f"{box}@{to}": MailboxCount(int(one["NewMessageCount"]), int(one["OldMessageCount"]), 0)
            for (box, _, to), entries in zip(wanted, answers, strict=True)
            for one in entries
        }

    def aors(self) -> dict[str, str]:
        """PJSIP's AORs by name, each with its ``mailboxes`` as Asterisk has them (comma-separated, or empty)."""
        entries = self._conversation.ask_list(_AORS)
        return {entry["ObjectName"]: entry.get("Mailboxes", "") for entry in entries}

    def endpoints(self) -> set[str]:
        """The names of PJSIP's endpoints."""
        return {entry["ObjectName"] for entry in self._conversation.ask_list(_ENDPOINTS)}

    def endpoint_auths(self) -> dict[str, str]:
        """PJSIP's endpoints by name, each with its ``auth`` objects (comma-separated, or empty)."""
        return {entry["ObjectName"]: entry.get("Auths", "") for entry in self._conversation.ask_list(_ENDPOINTS)}

    def endpoint_mailboxes(self, names: Iterable[str]) -> dict[str, str]:
        """``mailboxes`` of PJSIP endpoints by name; a name that Asterisk does not know is left out."""
        return {name: entry.get("Mailboxes", "") for name, entry in self._endpoints_singly(names)}

    def endpoint_details(self, names: Iterable[str]) -> dict[str, EndpointDetails]:
        """PJSIP endpoints by name; a name that Asterisk does not know is left out."""
        return {name: endpoint_details(entry) for name, entry in self._endpoints_singly(names)}

    def sip_peers(self) -> set[str]:
        """The names of chan_sip's peers."""
        return {entry["ObjectName"] for entry in self._conversation.ask_list(_PEERS)}

    def sip_peer_addresses(self) -> dict[str, str]:
        """The IP addresses of chan_sip's own peers by name, those of Realtime aside; one without an address has
        ``-none-``."""
        entries = self._conversation.ask_list(_PEERS)
        return {
            entry["ObjectName"]: entry.get("IPaddress", "")
            for entry in entries
            if entry.get("RealtimeDevice", "no") == "no"
        }

    def sip_peer_mailboxes(self, names: Iterable[str]) -> dict[str, str]:
        """``mailbox`` of chan_sip peers by name; a name that Asterisk does not know is left out."""
        return {name: response.get("VoiceMailbox", "") for name, response in self._peers_singly(names)}

    def sip_peer_details(self, names: Iterable[str]) -> dict[str, SipPeerDetails]:
        """chan_sip peers by name; a name that Asterisk does not know is left out."""
        return {name: sip_peer_details(response) for name, response in self._peers_singly(names)}

    def dialplan(self, context: str) -> str:
        """What ``dialplan show CONTEXT`` prints, as lines; empty where Asterisk has no such context."""
        response = self._conversation.ask("Command", {"Command": f"dialplan show {context}"})
        return "\n".join(outputs_of(response)) if response.success else ""

    def command(self, line: str) -> list[str]:
        """The lines that a command of Asterisk's console prints.

        Raises AsteriskRefusedError where Asterisk has no such command, or the command failed.
        """
        response = self._conversation.ask("Command", {"Command": line})
        printed = outputs_of(response)
        if not response.success:
            reason = " ".join(printed)[:LONGEST_LINE] or said(response)
            raise AsteriskRefusedError(f"'{line}' failed: {reason}", where=self._conversation.where)
        return printed

    def mailbox_count(self, mailbox: str) -> MailboxCount:
        """Messages in a mailbox, read from the spool. mailbox: ``1000@GVMA_DN``."""
        answer = self.action("MailboxCount", Mailbox=mailbox)
        return MailboxCount(*(int(answer.get(f"{name}Messages", "0")) for name in ("New", "Old", "Urg")))

    def variable(self, name: str) -> str:
        """What a global variable or a function without a channel says, such as ``VM_INFO(1000@GVMA_DN,exists)``; empty
        where there is no such variable, or its module is not loaded."""
        return self.action("Getvar", Variable=name).get("Value", "")

    def configuration(self, file: str, section: str) -> tuple[tuple[str, str], ...]:
        """Key and value of each line of one section, with what it includes; other sections are not sent.

        Raises AsteriskRefusedError where the file is not there.
        """
        answer = self.action("GetConfig", Filename=file, Category=section)
        lines = (text.partition("=") for key, text in answer.items() if key.startswith("Line-"))
        return tuple((key.strip(), value.strip()) for key, _, value in lines)

    def objects(self, file: str, *settings: str) -> list[str]:
        """The names of a file's sections, with what it includes, that have all of these settings, such as
        ``type=aor``."""
        answer = self.action("GetConfig", Filename=file, Filter=",".join(settings))
        return [name for key, name in answer.items() if key.startswith("Category-")]

    def action(self, name: str, **fields: str) -> dict[str, str]:
        """The fields of an action's only response. Raises AsteriskRefusedError where it is an Error."""
        response = self._conversation.ask(name, fields)
        if not response.success:
            raise AsteriskRefusedError(f"{name}: {said(response)}", where=self._conversation.where)
        return _texts(response)

    def _endpoints_singly(self, names: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
        wanted = list(names)
        answers = self._conversation.ask_lists(_ENDPOINT, [{"Endpoint": name} for name in wanted])
        return ((name, entry) for name, entries in zip(wanted, answers, strict=True) for entry in entries)

    def _peers_singly(self, names: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
        wanted = list(names)
        responses = self._conversation.ask_each("SIPshowpeer", "Peer", wanted)
        return ((name, _texts(response)) for name, response in zip(wanted, responses, strict=True) if response.success)


def _texts(response: Message) -> dict[str, str]:
    """The fields that occur once."""
    return {key: value for key, value in response.items() if isinstance(value, str)}
