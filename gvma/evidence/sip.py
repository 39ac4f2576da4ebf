"""Where SIP reaches Asterisk, and what it answers to a few SUBSCRIBEs from this host; nothing is judged here."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from gvma.asterisk.conf import Conf
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.roles import ROLES, SUBSCRIPTION_PREFIX, role_of_subscription
from gvma.errors import MessageSummaryError, SipError
from gvma.evidence.model import ConfigServerEvidence, Probe, SipAddresses
from gvma.settings import Settings
from gvma.sip.addresses import addresses_of
from gvma.sip.message_summary import voice_messages
from gvma.sip.subscriber import subscribe_once
from gvma.switches.values import host_and_port

_OF_EACH_ROLE = 2
_ANSWER_SECONDS = 3.0
# Names are looked up side by side; one that DNS does not answer in this time has no address.
_DNS_SECONDS = 3.0
_MOST_NAMES = 50
_ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  (what Asterisk says it is bound to)


def sip_addresses(
    settings: Settings, configserver: ConfigServerEvidence, bound: Iterable[tuple[str, int]]
) -> SipAddresses:
    """The addresses and names by which SIP reaches Asterisk, as far as this host can know them.

    bound: addresses and UDP ports that Asterisk listens on, as it says itself. A name that objects of Configuration
    Server mention is Asterisk's where it leads to one of its addresses.
    """
    host = settings.gvma.asterisk_cm_host.lower()
    own_name = socket.gethostname().lower()
    mentioned = sorted(_mentioned_hosts(configserver))[:_MOST_NAMES]
    found = addresses_of({host, own_name, *mentioned}, _DNS_SECONDS)
    addresses = set(found[host])
    if any(is_local(address) for address in addresses | {host}):
        addresses |= local_addresses() | {"localhost", own_name}
    names = {host} | addresses
    names |= {name for name in mentioned if found[name] & addresses or (is_local(name) and "localhost" in names)}
    return SipAddresses(frozenset(names), frozenset(port for _, port in bound))


def _mentioned_hosts(configserver: ConfigServerEvidence) -> set[str]:
    objects = (*configserver.applications, *configserver.trunks, *configserver.services)
    texts = [one.options.get(name, "") for one in objects for name in ("mwi-host", "mwi-domain", "contact")]
    return {host for text in texts if text and (host := host_and_port(text)[0])}


def local_addresses() -> set[str]:
    """Addresses of this host, from the kernel's table of local routes and, for IPv6, of its interfaces."""
    table = Path("/proc/net/fib_trie")
    if not table.exists():
        return {"127.0.0.1", "::1"}
    found = re.findall(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL", table.read_text("ascii"))
    return {*found, *_local_v6(Path("/proc/net/if_inet6")), "127.0.0.1", "::1"}


def _local_v6(table: Path) -> Iterator[str]:
    for line in table.read_text("ascii").splitlines() if table.exists() else ():
        yield str(ipaddress.IPv6Address(int(line.split()[0], 16)))


def is_local(address: str) -> bool:
    """Whether an address is this host's; all of 127.0.0.0/8 is."""
    return address.startswith("127.") or address in local_addresses()


def probe_boxes(settings: Settings, endpoints: Conf, bound: Iterable[tuple[str, int]]) -> tuple[Probe, ...]:
    """A SUBSCRIBE for the first subscriptions of each kind, ended again at once; none in REGISTER mode.

    It comes from SIP Server's address where this host has it, since PJSIP knows SIP Server by its address.
    """
    if settings.gvma.mwi_mode != "SUBSCRIBE":
        return ()
    hosts = sipserver_hosts(settings.gvma)
    local = next((host for host in hosts if is_local(host)), "")
    address, port = next(iter(bound), ("0.0.0.0", 5060))  # noqa: S104  (what Asterisk may be bound to)
    target = settings.gvma.asterisk_cm_host if address in _ANYWHERE else address
    probes: list[Probe] = []
    for name in _sample(endpoints):
        probes.append(_probe(name, target, port, local))
        if probes[-1].status == 0:
            break  # the next would be as silent, and each takes its time
    return tuple(probes)


def _sample(endpoints: Conf) -> Iterator[str]:
    left = dict.fromkeys(ROLES, _OF_EACH_ROLE)
    for name in dict.fromkeys(section.name for section in endpoints.sections if section.ours):
        role = role_of_subscription(name)
        if name.startswith(SUBSCRIPTION_PREFIX) and left[role]:
            left[role] -= 1
            yield name


def _probe(name: str, host: str, port: int, local: str) -> Probe:
    try:
        answer = subscribe_once(name, host, port, local=(local, 0) if local else None, timeout=_ANSWER_SECONDS)
    except SipError:
        return Probe(name, 0, notified=False, as_sipserver=bool(local))
    try:
        counts = voice_messages(answer.notify.text) if answer.notify else None
    except MessageSummaryError:
        counts = None
    return Probe(
        name,
        answer.status,
        notified=counts is not None,
        counts=f"{counts.new}/{counts.old}" if counts else "",
        as_sipserver=bool(local),
    )
