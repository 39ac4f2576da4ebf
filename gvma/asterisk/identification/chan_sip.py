"""How chan_sip knows the sender of a call: the first peer with its address and port, then one with its address. Pure.

The second is taken only of peers with ``insecure=port``. A peer of type ``user`` or ``friend`` that From names comes
before both, and none of ours has a name that a caller could have. Peers that have one address and port come in the
order of the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from gvma.asterisk.conf.booleans import NO
from gvma.asterisk.conf.model import Conf
from gvma.asterisk.hosts import Match
from gvma.asterisk.identification.model import Identified, SipServer, SiteIdentification
from gvma.asterisk.roles import SUBSCRIPTION_PREFIX

DEFAULT_CONTEXT, DEFAULT_PORT = "default", 5060


class Peer(NamedTuple):
    """One peer. host: its address, or its name as a file has it. any_port: ``insecure=port``."""

    name: str
    host: str
    port: int
    context: str
    any_port: bool = False


class ChanSipKnown(NamedTuple):
    """What Asterisk has loaded, or what files say.

    context: of [general], which a peer without one has. guests: whether calls of unknown senders are taken.
    """

    peers: tuple[Peer, ...] = ()
    context: str = DEFAULT_CONTEXT
    guests: bool = True

    def without(self, peers: Collection[str]) -> ChanSipKnown:
        """All but these peers and our subscriptions."""
        ours = (one for one in self.peers if one.name in peers or one.name.startswith(SUBSCRIPTION_PREFIX))
        names = {one.name for one in ours}
        return self._replace(peers=tuple(one for one in self.peers if one.name not in names))

    def joined(self, files: ChanSipKnown) -> ChanSipKnown:
        """With what the files say in addition, since Asterisk loads them at the next reload; in the files' order."""
        loaded = {one.name: one for one in self.peers}
        in_order = [loaded.pop(one.name, one) for one in files.peers]
        return self._replace(peers=(*in_order, *loaded.values()))

    def for_calls(self, server: SipServer, hosts: Collection[str]) -> Peer | None:
        """The peer that gets SIP Server's calls. hosts: its host and its addresses."""
        there = [one for one in self.peers if _meets(one, server, hosts)]
        exact = (one for one in there if one.port == server.port)
        return next(exact, next((one for one in there if one.any_port), None))

    def on_another_port(self, server: SipServer, hosts: Collection[str]) -> Peer | None:
        """A peer with SIP Server's address, where Asterisk refuses calls from SIP Server's port."""
        if self.guests:
            return None
        return next((one for one in self.peers if _meets(one, server, hosts)), None)


def of_site(
    loaded: ChanSipKnown | None, files: ChanSipKnown, server: SipServer, *, own: Collection[str]
) -> SiteIdentification:
    """The site's own peer for SIP Server, and its context. loaded: None where Asterisk was not asked."""
    site = files if loaded is None else loaded.without(own).joined(files)
    for host, addresses in server.addresses.items():
        peer = site.for_calls(server, (host, *addresses))
        if peer is not None:
            context = peer.context if peer.context != site.context else ""
            return SiteIdentification({host: Identified(peer.name)}, peer_context=context)
        if (other := site.on_another_port(server, (host, *addresses))) is not None:
            return SiteIdentification(refused_before=f"{other.name}, whose port is {other.port}")
    return SiteIdentification()


def of_conf(conf: Conf) -> ChanSipKnown:
    """What a sip.conf says, our block aside."""
    context = next(iter(conf.values("general", "context")[::-1]), DEFAULT_CONTEXT)
    guests = next(iter(conf.values("general", "allowguest")[::-1]), "yes")
    return ChanSipKnown(tuple(_peers(conf, context)), context, guests.lower() not in NO)


def names_in(known: ChanSipKnown) -> frozenset[str]:
    """Host names, lower case, of the peers."""
    return frozenset(one.host.lower() for one in known.peers if Match(one.host).is_name)


def _peers(conf: Conf, context: str) -> Iterator[Peer]:
    for one in conf.objects:
        host, port = one.value("host"), one.value("port")
        if one.ours or one.value("type").lower() not in {"peer", "friend"} or host.lower() in {"", "dynamic"}:
            continue
        insecure = {word.strip().lower() for word in one.value("insecure").split(",")}
        yield Peer(
            one.name,
            host,
            int(port) if port.isdecimal() else DEFAULT_PORT,
            one.value("context") or context,
            any_port=not insecure.isdisjoint({"port", "very"}),
        )


def _meets(peer: Peer, server: SipServer, hosts: Collection[str]) -> bool:
    return any(map(Match(peer.host).has_host, hosts)) or not frozenset(hosts).isdisjoint(
        server.names.get(peer.host.lower(), ())
    )
