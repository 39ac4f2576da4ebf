"""Where SIP reaches Asterisk, and what it answers to a few SUBSCRIBEs from this host; nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import NamedTuple

from gvma.ami.nodes import nodes
from gvma.asterisk.conf.model import Conf
from gvma.asterisk.hosts import host_and_port, sipserver_hosts
from gvma.asterisk.roles import ROLES, SUBSCRIPTION_PREFIX, role_of_subscription
from gvma.configserver.objects import ConfigObject, having
from gvma.errors import MessageSummaryError, SipError
from gvma.evidence.model import ConfigServerEvidence, FilesEvidence, Probe, SipAddresses
from gvma.evidence.model.hosts import HostsEvidence, NodeEvidence
from gvma.settings import GvmaSettings, Settings
from gvma.sip.addresses import hosts_of_asterisk, is_local
from gvma.sip.message_summary import voice_messages
from gvma.sip.presence import presence
from gvma.sip.subscriber import SubscribeResult, subscribe_once

_OF_EACH_ROLE = 2
_TELEPHONES = 3
_ANSWER_SECONDS = 3.0
_AT_ONCE = 16
# Names are looked up side by side; one that DNS does not answer in this time has no address.
_DNS_SECONDS = 3.0
_NAMING_HOSTS = ("mwi-host", "mwi-domain", "contact")
_ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  (what Asterisk says it is bound to)


def sip_addresses(
    settings: Settings, objects: Collection[ConfigObject], bound: Iterable[tuple[str, int]]
) -> SipAddresses:
    """The addresses and names by which SIP reaches Asterisk, as far as this host can know them.

    objects: of Configuration Server; a name that they mention is Asterisk's where it leads to one of its addresses.
    bound: addresses and UDP ports that Asterisk listens on, as it says itself.
    """
    names = hosts_of_asterisk(settings.gvma.asterisk_cm_host, _mentioned_hosts(objects), _DNS_SECONDS)
    return SipAddresses(names, frozenset(port for _, port in bound))


def _mentioned_hosts(objects: Collection[ConfigObject]) -> set[str]:
    named = having(objects, *_NAMING_HOSTS)
    texts = [one.options.get(name, "") for one in named for name in _NAMING_HOSTS]
    return {host for text in texts if text and (host := host_and_port(text)[0])}


class _Line(NamedTuple):
    """Asterisk's SIP address, and the address of this host to send from; empty: any."""

    host: str
    port: int
    local: str

    def answer(self, user: str, event: str, sender: str = "") -> SubscribeResult | None:
        """None where nobody answered. sender: the user of From; empty: the same user."""
        here = (self.local, 0) if self.local else None
        try:
            return subscribe_once(
                user, self.host, self.port, event=event, from_user=sender, local=here, timeout=_ANSWER_SECONDS
            )
        except SipError:
            return None


def probes(
    settings: Settings, files: FilesEvidence, configserver: ConfigServerEvidence, bound: Iterable[tuple[str, int]]
) -> tuple[Probe, ...]:
    """A SUBSCRIBE for a few mailboxes of each kind, and for a few telephones; each is ended again at once.

    It comes from SIP Server's address where this host has it, since PJSIP knows SIP Server by its address. After one
    that was not answered no other is sent: the next would be as silent, and each takes its time.
    """
    line = _line(settings.gvma, bound)
    return tuple(_until_silence(probe(line) for probe in _to_send(settings, files, configserver)))


def node_probes(settings: GvmaSettings, hosts: HostsEvidence) -> tuple[Probe, ...]:
    """A SUBSCRIBE at each node for some mailboxes of the database, sent as by ``probes``; all nodes at the same time.

    A node that does not answer over AMI is left out: nobody knows where it listens.
    """
    reached = [node for node in hosts.nodes if node.version]
    if not reached:
        return ()
    of_nodes = nodes(settings)

    def ask(node: NodeEvidence) -> list[Probe]:
        line = _line(of_nodes[node.node], node.bound)
        answers = (_mailbox(name, line) for name in hosts.database.subscriptions)
        return [one._replace(node=node.node) for one in _until_silence(answers)]

    with ThreadPoolExecutor(min(_AT_ONCE, len(reached))) as pool:
        return tuple(chain.from_iterable(pool.map(ask, reached)))


def _line(settings: GvmaSettings, bound: Iterable[tuple[str, int]]) -> _Line:
    address, port = next(iter(bound), ("0.0.0.0", 5060))  # noqa: S104  (what Asterisk may be bound to)
    local = next((host for host in sipserver_hosts(settings) if is_local(host)), "")
    if address in _ANYWHERE:
        host = settings.asterisk_cm_host
        # The name may lead to ::1 first, where nobody listens who listens on every IPv4 address.
        address = "127.0.0.1" if host.lower() == "localhost" and address == "0.0.0.0" else host  # noqa: S104
    return _Line(address, port, local)


def _until_silence(answers: Iterable[Probe]) -> Iterator[Probe]:
    for answer in answers:
        yield answer
        if answer.status == 0:
            break


def _to_send(
    settings: Settings, files: FilesEvidence, configserver: ConfigServerEvidence
) -> Iterator[Callable[[_Line], Probe]]:
    """Mailboxes in SUBSCRIBE mode, and telephones in both: SIP Server watches these in the same way."""
    names = [*_subscriptions(files.channel)] if files.channel else []
    if settings.gvma.mwi_mode == "SUBSCRIBE":
        yield from (partial(_mailbox, name) for name in names)
    # chan_sip knows a peer that sends from another port than SIP Server's by its name alone; ours have its context.
    sender = names[0] if names else settings.gvma.routing_sipserver_peer
    yield from (partial(_telephone, number, sender) for number in _watched_numbers(files, configserver))


def _subscriptions(channel: Conf) -> Iterator[str]:
    left = dict.fromkeys(ROLES, _OF_EACH_ROLE)
    for name in dict.fromkeys(section.name for section in channel.sections if section.ours):
        role = role_of_subscription(name)
        if name.startswith(SUBSCRIPTION_PREFIX) and left[role]:
            left[role] -= 1
            yield name


def _watched_numbers(files: FilesEvidence, configserver: ConfigServerEvidence) -> list[str]:
    """The first hints of DNs for whose presence SIP Server subscribes (the manual's lines 2244, 1517-1519)."""
    watched = {dn.number for dn in configserver.dns if dn.options.get("subscribe-presence", "").strip()}
    hints = dict.fromkeys(
        number
        for one in (files.dialplan.with_key("exten") if watched and files.dialplan else ())
        if (number := _number_of_hint(one.value)) in watched
    )
    return [*hints][:_TELEPHONES]


def _number_of_hint(value: str) -> str:
    """``2001`` of ``2001,hint,PJSIP/2001``; empty where the line is no hint."""
    number, _, rest = value.partition(",")
    return number.strip() if rest.partition(",")[0].strip().lower() == "hint" else ""


def _mailbox(name: str, line: _Line) -> Probe:
    answer = line.answer(name, "message-summary")
    try:
        counts = voice_messages(answer.notify.text) if answer and answer.notify else None
    except MessageSummaryError:
        counts = None
    shown = f"{counts.new}/{counts.old}" if counts else ""
    status = answer.status if answer else 0
    return Probe(name, status, notified=counts is not None, counts=shown, as_sipserver=bool(line.local))


def _telephone(number: str, sender: str, line: _Line) -> Probe:
    answer = line.answer(number, "presence", sender)
    try:
        said = presence(answer.notify.text) if answer and answer.notify else None
    except SipError:
        said = None
    state = ", ".join(word for word in (said.basic, said.note) if word) if said else ""
    status = answer.status if answer else 0
    as_sipserver = bool(line.local)
    return Probe(number, status, said is not None, as_sipserver=as_sipserver, event="presence", state=state)
