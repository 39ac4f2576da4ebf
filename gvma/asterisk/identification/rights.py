"""What becomes of SIP Server's SUBSCRIBE at the endpoint, or peer, that gets it. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from gvma.asterisk.drivers.base import Known

OWN_RULES = "deny/permit"
"""In place of a name: an endpoint, or a peer, has lines ``deny`` and ``permit`` of its own."""


class AclRule(NamedTuple):
    """One rule. permits: else it denies. network: an address, or a network with a length or a mask."""

    permits: bool
    network: str


class SubscribeRights(NamedTuple):
    """What an endpoint or peer allows. acls: the names of its ACLs; OWN_RULES among them."""

    may_subscribe: bool = True
    is_challenged: bool = False
    acls: tuple[str, ...] = ()


class SipServerRequests(NamedTuple):
    """What Asterisk said of SIP Server's requests.

    known: the senders that it knows; None where it was not asked. rights: of the endpoints of PJSIP that get them, or
    of the first of our peers of chan_sip. acls: rules of the ACLs that those name; one that Asterisk does not know is
    left out.
    """

    known: Known | None = None
    rights: Mapping[str, SubscribeRights] = {}
    acls: Mapping[str, tuple[AclRule, ...]] = {}


def permitted(rules: Iterable[AclRule], addresses: Collection[str]) -> bool:
    """Whether all of the addresses may come in: of the rules that have one, the last counts; without any it may."""
    return all(_last(rules, address) for address in addresses)


def _last(rules: Iterable[AclRule], address: str) -> bool:
    permits = True
    for rule in rules:
        if _has(rule.network, address):
            permits = rule.permits
    return permits


def _has(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(_with_length(network), strict=False)
    except ValueError:
        return False


def _with_length(network: str) -> str:
    """With a length in place of an IPv6 mask, which Asterisk shows: ``::/::`` is ``::/0``."""
    host, _, mask = network.partition("/")
    return f"{host}/{int(ipaddress.IPv6Address(mask)).bit_count()}" if ":" in mask else network
