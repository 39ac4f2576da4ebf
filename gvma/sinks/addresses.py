"""The addresses of SIP Server, the gateway and this Asterisk, looked up before anything is written.

Asterisk looks a name up once, when it loads it. PJSIP drops an identify of which one name has no address, and chan_sip
keeps a peer without one: SIP Server would be refused, or never be sent a NOTIFY, until somebody reloads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gvma.ami.nodes import nodes
from gvma.asterisk.hosts import hosts_written, sipserver_hosts
from gvma.errors import SettingsError
from gvma.routing import NumberedObject
from gvma.routing.watched import mentioned_hosts
from gvma.settings.model import REALTIME, GvmaSettings
from gvma.sip.addresses import addresses_of, hosts_of_asterisk

Addresses = Mapping[str, frozenset[str]]
"""IP addresses by host, as the settings name it."""

_SECONDS = 10.0


def look_up(settings: GvmaSettings) -> Addresses:
    """Of SIP Server and the gateway; none for a host that cannot be resolved within ten seconds."""
    gateways = {settings.routing_gateway_host} if settings.routing_gateway_host else set()
    return addresses_of({*sipserver_hosts(settings), *gateways}, _SECONDS)


def own_hosts(settings: GvmaSettings, dns: Iterable[NumberedObject]) -> frozenset[str]:
    """Addresses and names of Asterisk (of a Realtime site, of all its nodes), where it matters whether the DNs'
    contacts are among them."""
    mentioned = mentioned_hosts(dns, settings)
    if not mentioned:
        return frozenset()
    each = nodes(settings).values() if settings.sink == REALTIME else ()
    hosts = {one.asterisk_cm_host for one in each} or {settings.asterisk_cm_host}
    return frozenset().union(*(hosts_of_asterisk(host, mentioned, _SECONDS) for host in hosts))


def require(addresses: Addresses, settings: GvmaSettings) -> None:
    """Raises SettingsError where a host that is to be written has no address."""
    for problem in unresolved(addresses, settings):
        raise problem


def unresolved(addresses: Addresses, settings: GvmaSettings) -> Iterator[SettingsError]:
    """An error for each host without an address that is to be written."""
    for key, host in hosts_written(settings):
        if not addresses[host]:
            yield SettingsError(
                f"{key} = {host} cannot be resolved: Asterisk would know nobody by it",
                where=f"[gvma_settings] {key}",
                hint="Nothing was changed. Correct the name, make DNS or /etc/hosts of this host know it, or write an "
                "IP address.",
            )
