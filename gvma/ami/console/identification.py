"""What Asterisk says of how it knows the senders of requests; what that means for SIP Server is not decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gvma.asterisk.drivers import PJSIP, Driver
from gvma.asterisk.drivers.base import Known
from gvma.asterisk.identification.chan_sip import ChanSipKnown, Peer
from gvma.asterisk.identification.model import SipServer
from gvma.asterisk.identification.pjsip import (
    ANONYMOUS,
    USERNAME,
    Identify,
    PjsipKnown,
    is_anonymous,
    is_number,
    numbers_and_users,
)
from gvma.asterisk.roles import SUBSCRIPTION_PREFIX
from gvma.errors import AsteriskRefusedError

if TYPE_CHECKING:
    from gvma.ami.manager import AsteriskManager

SINGLY = 100
"""So many endpoints are asked for one by one."""

_IDENTIFY = re.compile(r"\s*Identify:\s+([^<\s].*)/(.*\S)\s*\Z")
_CRITERION = re.compile(r"\s*(Match|Header|RequestURI|Transport):\s+([^<\s].*\S|[^<\s])\s*\Z")
_ADDRESS = re.compile(r"!?(\S+)/\d+")
_REQUEST_KINDS = {"Match": "header", "Header": "header", "RequestURI": "request_uri", "Transport": "transport"}
_NO_GUESTS = re.compile(r"\s*Allow unknown access:\s+No\b")
_CONTEXT = re.compile(r"\s*Context:\s+(\S+)")


def known(ami: AsteriskManager, driver: Driver, server: SipServer) -> Known | None:
    """Everything that may concern SIP Server; None where the driver's module is not loaded.

    Raises AsteriskUnreachableError, AmiPermissionError.
    """
    if not ami.loaded(driver.module):
        return None
    return _pjsip(ami, server) if driver is PJSIP else _chan_sip(ami, server)


def _pjsip(ami: AsteriskManager, server: SipServer) -> PjsipKnown:
    """A number or a name is asked about only where nobody is known by the address, since the address comes first."""
    order = tuple(identifiers(_lines(ami, "pjsip show identifiers")))
    found = PjsipKnown(order, tuple(identifies(_lines(ami, "pjsip show identifies"))))
    anonymous = {*ami.endpoint_details([ANONYMOUS])}  # a database that is not listed may have it
    if all(found.by_address(server, (host, *addresses)) for host, addresses in server.addresses.items()):
        return found._replace(anonymous=tuple(anonymous))
    auths = ami.endpoint_auths()
    anonymous |= {name for name in auths if is_anonymous(name)}
    by_identify = {one.endpoint for one in found.identifies}
    without_auth = [name for name, needed in auths.items() if not needed]
    numbers_first = [
        *sorted(name for name in without_auth if is_number(name)),
        *sorted(name for name in without_auth if not is_number(name) and name not in by_identify),
    ]
    details = ami.endpoint_details(numbers_first[:SINGLY])
    numbers, users = numbers_and_users(
        {name: one.context for name, one in details.items() if USERNAME in one.identify_by and not one.outbound_auth}
    )
    return found._replace(anonymous=tuple(sorted(anonymous)), numbers=numbers, users=users)


def _chan_sip(ami: AsteriskManager, server: SipServer) -> ChanSipKnown:
    """Without the peers of Realtime, which chan_sip 16 finds before ours (tried), and lists only while it has them."""
    addresses = {address for host in server.addresses.values() for address in host}
    names = [name for name, address in ami.sip_peer_addresses().items() if address in addresses]
    asked = ami.sip_peer_details(name for name in names if not name.startswith(SUBSCRIPTION_PREFIX))
    peers = (
        Peer(name, one.address, one.port, one.context, any_port="port" in one.insecure) for name, one in asked.items()
    )
    settings = _lines(ami, "sip show settings")
    context = next((found[1] for line in settings if (found := _CONTEXT.match(line))), "")
    return ChanSipKnown(tuple(peers), context, not any(_NO_GUESTS.match(line) for line in settings))


def _lines(ami: AsteriskManager, command: str) -> list[str]:
    """What a command prints; nothing where the module that has it is not loaded."""
    try:
        return ami.command(command)
    except AsteriskRefusedError:
        return []


def identifiers(lines: list[str]) -> Iterator[str]:
    """The names of ``pjsip show identifiers`` in their order; one without a name is left out."""
    for line in lines[1:]:
        name = line.strip()
        if name and " " not in name:
            yield name


def identifies(lines: list[str]) -> Iterator[Identify]:
    """The objects of ``pjsip show identifies``. Asterisk 16 shows a header as a Match too."""
    endpoint: str | None = None
    matches: list[str] = []
    requests: set[str] = set()
    for line in lines:
        if found := _IDENTIFY.match(line):
            if endpoint is not None:
                yield Identify(endpoint, tuple(matches), frozenset(requests))
            endpoint, matches, requests = found[2], [], set()
        elif found := _CRITERION.match(line):
            if found[1] == "Match" and _ADDRESS.fullmatch(found[2]):
                matches.append(found[2])
            else:
                requests.add(_REQUEST_KINDS[found[1]])
    if endpoint is not None:
        yield Identify(endpoint, tuple(matches), frozenset(requests))
