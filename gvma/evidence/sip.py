"""Where SIP reaches Asterisk, and what it answers to a few SUBSCRIBEs from this host; nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gvma.asterisk.conf import Conf
from gvma.asterisk.hosts import host_and_port, sipserver_hosts
from gvma.asterisk.roles import ROLES, SUBSCRIPTION_PREFIX, role_of_subscription
from gvma.errors import MessageSummaryError, SipError
from gvma.evidence.model import ConfigServerEvidence, Probe, SipAddresses
from gvma.settings import Settings
from gvma.sip.addresses import hosts_of_asterisk, is_local
from gvma.sip.message_summary import voice_messages
from gvma.sip.subscriber import subscribe_once

_OF_EACH_ROLE = 2
_ANSWER_SECONDS = 3.0
# Names are looked up side by side; one that DNS does not answer in this time has no address.
_DNS_SECONDS = 3.0
_ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  (what Asterisk says it is bound to)


def sip_addresses(
    settings: Settings, configserver: ConfigServerEvidence, bound: Iterable[tuple[str, int]]
) -> SipAddresses:
    """The addresses and names by which SIP reaches Asterisk, as far as this host can know them.

    bound: addresses and UDP ports that Asterisk listens on, as it says itself. A name that objects of Configuration
    Server mention is Asterisk's where it leads to one of its addresses.
    """
    names = hosts_of_asterisk(settings.gvma.asterisk_cm_host, _mentioned_hosts(configserver), _DNS_SECONDS)
    return SipAddresses(names, frozenset(port for _, port in bound))


def _mentioned_hosts(configserver: ConfigServerEvidence) -> set[str]:
    objects = (*configserver.applications, *configserver.trunks, *configserver.services, *configserver.dns)
    texts = [one.options.get(name, "") for one in objects for name in ("mwi-host", "mwi-domain", "contact")]
    return {host for text in texts if text and (host := host_and_port(text)[0])}


def probe_boxes(settings: Settings, channel: Conf, bound: Iterable[tuple[str, int]]) -> tuple[Probe, ...]:
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
    for name in _sample(channel):
        probes.append(_probe(name, target, port, local))
        if probes[-1].status == 0:
            break  # the next would be as silent, and each takes its time
    return tuple(probes)


def _sample(channel: Conf) -> Iterator[str]:
    left = dict.fromkeys(ROLES, _OF_EACH_ROLE)
    for name in dict.fromkeys(section.name for section in channel.sections if section.ours):
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
