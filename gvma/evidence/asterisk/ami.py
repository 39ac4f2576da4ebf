"""What Asterisk says over AMI, asked in one conversation; nothing is changed there, and nothing is judged here.

What is refused, or not there, is left out and the next question is asked; after a silence nothing more is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gvma.ami.console.channel_drivers import TRANSPORT_COMMANDS, driver_modules
from gvma.ami.console.dialplan_show import includes_shown, patterns_shown
from gvma.ami.console.folders import folders_shown
from gvma.ami.console.identification import identifies
from gvma.ami.manager import connect
from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.identification.rights import SipServerRequests
from gvma.asterisk.roles import OWN_CONTEXTS, SUBSCRIPTION_PREFIX
from gvma.errors import (
    AmiPermissionError,
    AsteriskRefusedError,
    AsteriskUnreachableError,
    CredentialsError,
    SettingsError,
)
from gvma.evidence.asterisk.questions import AmiQuestions
from gvma.evidence.asterisk.sipserver import ask_about_sipserver
from gvma.evidence.model import AmiEvidence, MailboxFields
from gvma.settings import Address, GvmaSettings
from gvma.sinks.addresses import Addresses
from gvma.sinks.files.driver import channel_driver
from gvma.sinks.folders import other_folders
from gvma.sip.addresses import address_towards, is_local

# A sync may wait longer, as asterisk_cm_timeout says; whoever looks wants to hear what is slow.
_ANSWER_SECONDS = 8.0
# No list tells the mailbox of a chan_sip peer; so many are asked for it one by one.
_SINGLY = 1000
_MODULE = re.compile(r"(\S+\.so)\s.*?(\bNot Running\b|$)")
_ORDER = re.compile(r"\s*endpoint_identifier_order\s*:\s*(\S*)")
_CONTACT = re.compile(r"\s*Contact:\s+([^\s/]+)/sips?:(?:[^\s@]*@)?(\[[^\]]+\]|[^\s:;]+)")
_TRANSPORT = re.compile(r"Transport:\s+\S+\s+udp\s.*\s(\S+):(\d+)\s*\Z")
_BINDADDRESS = re.compile(r"\s*UDP Bindaddress:\s+(\S+):(\d+)\s*\Z")
_RUN_USER = re.compile(r"User name and group:\s*([^/\s]*)/")


def ask_asterisk(settings: GvmaSettings, addresses: Addresses | None = None) -> AmiEvidence:
    """All answers of one Asterisk; of its two channel drivers, of the one that gvma writes for.

    addresses: of SIP Server and the gateway, by host of the settings.
    """
    hasty = settings._replace(asterisk_cm_timeout=min(settings.asterisk_cm_timeout, _ANSWER_SECONDS))
    try:
        with connect(hasty) as ami:
            return _SiteQuestions(ami).ask(hasty, addresses or {})
    except AmiPermissionError as refusal:
        return AmiEvidence(refused=(refusal.message,))
    except (AsteriskUnreachableError, AsteriskRefusedError, CredentialsError, SettingsError) as problem:
        return AmiEvidence(problem=problem)


def sip_contact(settings: GvmaSettings) -> str:
    """This Asterisk's SIP address and UDP port, ``10.0.0.5:5060``; empty where AMI does not answer.

    Where Asterisk listens on every address, the one by which this host reaches SIP Server, or AMI's where Asterisk is
    on another host.
    """
    hasty = settings._replace(asterisk_cm_timeout=min(settings.asterisk_cm_timeout, _ANSWER_SECONDS))
    try:
        with connect(hasty) as ami:
            driver = channel_driver(settings, driver_modules(ami)).driver
            bound = [*bound_in(ami.command(TRANSPORT_COMMANDS["pjsip" if driver is PJSIP else "sip"]))]
    except (
        AmiPermissionError, AsteriskUnreachableError, AsteriskRefusedError, CredentialsError, SettingsError,
    ):  # fmt: skip
        return ""
    if not bound:
        return ""
    address, port = bound[0]
    if address in {"0.0.0.0", "::"}:  # noqa: S104  (what Asterisk is bound to)
        host = settings.asterisk_cm_host
        address = address_towards(next(iter(sipserver_hosts(settings)), "")) if is_local(host) else host
    return str(Address(address, port)) if address else ""


class _SiteQuestions(AmiQuestions):
    """All that is asked of the Asterisk of a site."""

    def ask(self, settings: GvmaSettings, addresses: Addresses) -> AmiEvidence:
        ami = self.ami
        running = modules(self.lines("module show"))
        drivers = self.tried(lambda: driver_modules(ami), None)
        driver = channel_driver(settings, drivers).driver
        pjsip = driver is PJSIP
        # A count of a mailbox that nobody has, as a sync asks for before it writes: whether the account may ask.
        self.tried(lambda: ami.mailbox_count("0@GVMA_DN"), None)
        dialplan = self.lines("dialplan show")
        asterisk = self.lines("core show settings")
        others = other_folders(settings, folders_shown(asterisk))
        seen = AmiEvidence(
            version=ami.version,
            loaded=frozenset(running) or None,
            drivers=drivers,
            idle=frozenset(name for name, runs in running.items() if not runs),
            mailboxes=self.tried(self._mailboxes, None),
            subscriptions=self.tried(self._aors if pjsip else self._peers, None),
            endpoints=self.tried(self._endpoints(pjsip), None) if settings.routing else None,
            contexts=patterns_shown(dialplan) or None,
            includes=tuple(includes_shown(dialplan)),
            bound=tuple(bound_in(self.lines(TRANSPORT_COMMANDS["pjsip" if pjsip else "sip"]))),
            user=first_of(_RUN_USER, asterisk),
            other_folders=tuple((key, str(named), str(used)) for key, named, used in others),
        )
        requests = self.tried(
            lambda: ask_about_sipserver(ami, driver, settings, addresses, seen.subscriptions or ()), None
        )
        seen = seen._replace(sipserver=requests or SipServerRequests())
        if pjsip and "res_pjsip.so" in running:
            seen = self._with_senders_of_pjsip(seen)
        return seen._replace(problem=self.lost, refused=self.refusals())

    def _with_senders_of_pjsip(self, seen: AmiEvidence) -> AmiEvidence:
        found = identifies(self.lines("pjsip show identifies"))
        return seen._replace(
            identifies=tuple((one.endpoint, match) for one in found for match in one.matches),
            identifier_order=first_of(_ORDER, self.lines("pjsip show settings")),
            contact_hosts=tuple(_contacts(self.lines("pjsip show contacts"))),
        )

    def _mailboxes(self) -> dict[str, MailboxFields] | None:
        return {
            key: MailboxFields(user.name, user.email, user.pager)
            for key, user in self.ami.voicemail_users().items()
            if key.rpartition("@")[2] in OWN_CONTEXTS
        }

    def _endpoints(self, pjsip: bool) -> Callable[[], frozenset[str]]:
        asked = self.ami.endpoints if pjsip else self.ami.sip_peers
        return lambda: frozenset(asked())

    def _aors(self) -> dict[str, str | None] | None:
        return {name: boxes for name, boxes in self.ami.aors().items() if name.startswith(SUBSCRIPTION_PREFIX)}

    def _peers(self) -> dict[str, str | None] | None:
        names = sorted(name for name in self.ami.sip_peers() if name.startswith(SUBSCRIPTION_PREFIX))
        return dict.fromkeys(names) | self.ami.sip_peer_mailboxes(names[:_SINGLY])


def modules(lines: list[str]) -> dict[str, bool]:
    """Each loaded module by the lines of ``module show``, and whether it runs."""
    return {found[1]: not found[2] for line in lines if (found := _MODULE.match(line))}


def first_of(pattern: re.Pattern[str], lines: list[str]) -> str:
    """The first group of the first line that has the pattern; empty where none has it."""
    return next((found[1] for line in lines if (found := pattern.search(line))), "")


def bound_in(lines: list[str]) -> Iterator[tuple[str, int]]:
    """Addresses and UDP ports of ``pjsip show transports`` or ``sip show settings``."""
    for line in lines:
        if found := _TRANSPORT.search(line) or _BINDADDRESS.match(line):
            yield found[1].strip("[]"), int(found[2])


def _contacts(lines: list[str]) -> Iterator[tuple[str, str]]:
    """AOR and host of each line of ``pjsip show contacts``."""
    for line in lines:
        if found := _CONTACT.match(line):
            yield found[1], found[2]
