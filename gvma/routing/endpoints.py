"""The endpoints of business call routing: gateway, SIP Server, phones (the manual's lines 1970-2032). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from gvma.asterisk.drivers import Driver
from gvma.asterisk.entries import Address, Endpoint
from gvma.asterisk.hosts import sipserver_hosts, uri_host
from gvma.routing.model import SiteRouting
from gvma.settings.model import GvmaSettings


def endpoints(phones: Iterable[str], settings: GvmaSettings, driver: Driver, site: SiteRouting) -> Iterator[Endpoint]:
    """All endpoints in the order in which they are written; one whose address is missing has no contacts.

    An address that the site identifies already is left to it: two endpoints for one address are a fault. Gateway and
    SIP Server on one host differ by their ports, and so do SIP Server and whom the site knows on its host.
    Where the site has a peer of chan_sip for SIP Server, ours has its context.
    """
    context, hosts, known = settings.routing_endpoint_context, sipserver_hosts(settings), site.identification
    gateways = (settings.routing_gateway_host,) if settings.routing_gateway_host else ()
    free = [host for host in hosts if host not in known.identified] if driver.has_identify else []
    free_gateways = gateways if driver.has_identify and not site.gateway_identified else ()
    to_gateway = tuple(Address(host, settings.routing_gateway_port) for host in gateways)
    to_sipserver = tuple(Address(host, settings.siptserver_port) for host in hosts)
    known_by = _matches(to_gateway, free_gateways, hosts)
    yield Endpoint(settings.routing_gateway_peer, "gateway", context, to_gateway, known_by)
    known_by = _matches(to_sipserver, free, {*gateways, *known.shared})
    in_context = known.peer_context or context
    yield Endpoint(settings.routing_sipserver_peer, "sipserver", in_context, to_sipserver, known_by)
    for number in phones:
        yield Endpoint(number, "phone", context)


def _matches(contacts: Iterable[Address], free: Collection[str], shared: Collection[str]) -> tuple[str, ...]:
    """The addresses that an endpoint is known by. free: those that may be matched. shared: with another endpoint."""
    return tuple(f"{uri_host(host)}:{port}" if host in shared else host for host, port in contacts if host in free)
