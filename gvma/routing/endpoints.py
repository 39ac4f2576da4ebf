"""The endpoints of business call routing: gateway, SIP Server, phones (the manual's lines 1970-2032). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from gvma.asterisk.drivers import Driver
from gvma.asterisk.entries import Address, Endpoint
from gvma.asterisk.hosts import sipserver_hosts, uri_host
from gvma.settings.model import GvmaSettings


def endpoints(
    phones: Iterable[str], settings: GvmaSettings, driver: Driver, identified: Collection[str]
) -> Iterator[Endpoint]:
    """All endpoints in the order in which they are written; one whose address is missing has no contacts.

    identified: addresses that the site identifies already; two endpoints for one address are a fault. Gateway and
    SIP Server on one host are told apart by their ports.
    """
    context, hosts = settings.routing_endpoint_context, sipserver_hosts(settings)
    gateways = (settings.routing_gateway_host,) if settings.routing_gateway_host else ()
    free = frozenset((*hosts, *gateways)) - frozenset(identified) if driver.has_identify else frozenset()
    to_gateway = tuple(Address(host, settings.routing_gateway_port) for host in gateways)
    to_sipserver = tuple(Address(host, settings.siptserver_port) for host in hosts)
    known_by = _matches(to_gateway, free, hosts)
    yield Endpoint(settings.routing_gateway_peer, "gateway", context, to_gateway, known_by)
    known_by = _matches(to_sipserver, free, gateways)
    yield Endpoint(settings.routing_sipserver_peer, "sipserver", context, to_sipserver, known_by)
    for number in phones:
        yield Endpoint(number, "phone", context)


def _matches(contacts: Iterable[Address], free: Collection[str], shared: Collection[str]) -> tuple[str, ...]:
    """The addresses that an endpoint is known by. free: those that may be matched. shared: with another endpoint."""
    return tuple(f"{uri_host(host)}:{port}" if host in shared else host for host, port in contacts if host in free)
