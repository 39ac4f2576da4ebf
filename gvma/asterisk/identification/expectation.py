"""Who has to get SIP Server's requests after a reload: who got them before, or ours where nobody did. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from gvma.asterisk.drivers.base import Known
from gvma.asterisk.entries import Endpoint
from gvma.asterisk.hosts import match_has
from gvma.asterisk.identification.chan_sip import ChanSipKnown, Peer
from gvma.asterisk.identification.model import SipServer
from gvma.asterisk.identification.pjsip import ADDRESS, PjsipKnown


class Expectation(NamedTuple):
    """For each of SIP Server's hosts.

    site: the site's endpoints that must be known by it, none of ours beside them. ours: our endpoint that must be.
    own: the names of all endpoints of ours. peer: chan_sip's peer that gets the calls.
    peer_context: the context that our subscriptions have on chan_sip.
    """

    server: SipServer
    site: Mapping[str, frozenset[str]] = {}
    ours: Mapping[str, str] = {}
    own: frozenset[str] = frozenset()
    peer: Peer | None = None
    peer_context: str = ""

    def differences(self, known: Known) -> Iterator[str]:
        """What Asterisk says otherwise, a sentence each."""
        if isinstance(known, PjsipKnown):
            yield from self._endpoints(known)
        elif self.peer is not None:
            yield from self._peers(known)

    def _endpoints(self, known: PjsipKnown) -> Iterator[str]:
        for host, endpoints in self.site.items():
            after = known.by_address(self.server, self._hosts(host))
            for name in sorted(endpoints - after):
                yield f"endpoint {name} does not get the requests of SIP Server, {host}, any more"
            for name in sorted(after & self.own):
                yield f"endpoint {name} gets the requests of SIP Server, {host}, which were {min(endpoints)}'s"
        # Without the module that knows addresses nobody is known by one, which is for `gvma check` to say.
        for host, name in self.ours.items() if ADDRESS in known.order else ():
            if name not in known.by_address(self.server, self._hosts(host)):
                yield (
                    f"endpoint {name} does not get the requests of SIP Server, {host}: Asterisk has not loaded its "
                    "identify (where sorcery.conf takes identifies from a database, set mwi_endpoint = site)"
                )

    def _peers(self, known: ChanSipKnown) -> Iterator[str]:
        assert self.peer is not None
        after = next((one for one in known.peers if one.name == self.peer.name), None)
        if after is None or after.context != self.peer.context:
            yield f"SIP peer {self.peer.name} does not get the calls of SIP Server into {self.peer.context} any more"

    def _hosts(self, host: str) -> tuple[str, ...]:
        return (host, *self.server.addresses[host])


def expectation(
    before: Known, server: SipServer, own: Collection[str], endpoints: Iterable[Endpoint], peer_context: str
) -> Expectation:
    """before: what Asterisk said before the reload. own: our endpoints then. endpoints: those of ours from now on."""
    endpoints = list(endpoints)
    names = frozenset({*own, *(one.name for one in endpoints)})
    if isinstance(before, ChanSipKnown):
        hosts = [host for one, addresses in server.addresses.items() for host in (one, *addresses)]
        peer = before.without(names).for_calls(server, hosts)
        return Expectation(server, own=names, peer=peer, peer_context=peer_context)
    site, ours = {}, {}
    for host, addresses in server.addresses.items():
        of_site = before.without(names).by_address(server, (host, *addresses))
        of_us = [one.name for one in endpoints if any(match_has(match, host, server.port) for match in one.matches)]
        if of_us:
            ours[host] = of_us[0]
        elif of_site:
            site[host] = of_site
    return Expectation(server, site, ours, names)
