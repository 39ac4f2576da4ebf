"""Hosts as the settings, SIP URIs and PJSIP's identifies write them. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from gvma.settings.model import GvmaSettings

HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_CONTACT = rf"(?:sips?:)?(?:[^@]*@)?({HOST})(?::(\d{{1,5}}))?(?:[;?].*)?\Z"
_WITH_PORT = r"(\[[^\]]+\]|[^:\[\]/]+):(\d+)((?:/.*)?)"


def sipserver_hosts(settings: GvmaSettings) -> tuple[str, ...]:
    """Addresses or names of ``siptserver_host``; commas separate those of an HA pair."""
    return tuple(dict.fromkeys(host for part in settings.siptserver_host.split(",") if (host := part.strip())))


def uri_host(host: str) -> str:
    """The host as a SIP URI has it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def host_and_port(contact: str) -> tuple[str, int]:
    """Host (lower case) and port (5060 where none stands) of a contact; an empty host where it is none."""
    match = re.match(_CONTACT, contact.strip())
    return (match[1].lower(), int(match[2] or 5060)) if match else ("", 0)


def is_address(host: str) -> bool:
    """Whether it is an IP address, in brackets or not, and no name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


class Match(NamedTuple):
    """One ``match`` of a PJSIP identify. host: an address, a network or a name. port: None where any will do."""

    host: str
    port: int | None = None

    @classmethod
    def of(cls, text: str) -> Match:
        """text: as pjsip.conf has it (an address, a network with a length or a mask, ``address:port``, a name), or as
        Asterisk shows it (``10.0.0.1/32``, ``10.0.0.1:5060/32``)."""
        with_port = re.fullmatch(_WITH_PORT, text.strip())
        host = with_port[1] + with_port[3] if with_port else text.strip()
        return cls(host.replace("[", "").replace("]", ""), int(with_port[2]) if with_port else None)

    @property
    def is_name(self) -> bool:
        """Whether it is a host name, which Asterisk looks up."""
        try:
            ipaddress.ip_network(self.host, strict=False)
        except ValueError:
            return bool(self.host)
        return False

    def has_host(self, host: str) -> bool:
        """Whether an address or a name is meant, on whatever port. Names are compared, and never looked up."""
        host = host.strip("[]")
        if self.host.lower() == host.lower():
            return True
        try:
            return ipaddress.ip_address(host) in ipaddress.ip_network(self.host, strict=False)
        except ValueError:
            return False


def match_has(match: str, host: str, port: int) -> bool:
    """Whether the ``match`` of an identify has a host; ``port``: that of the host."""
    found = Match.of(match)
    return found.port in {None, port} and found.has_host(host)


def match_wants_port(match: str) -> bool:
    """Whether the ``match`` of an identify names a port."""
    return Match.of(match).port is not None


def hosts_written(settings: GvmaSettings) -> tuple[tuple[str, str], ...]:
    """(key, host) of every host of the settings by which Asterisk is to know somebody, so that it needs an address.

    In REGISTER mode SIP Server is known by the object that it registers on.
    """
    peers = settings.routing and settings.routing_endpoints
    sipservers = sipserver_hosts(settings) if peers or settings.mwi_mode == "SUBSCRIBE" else ()
    gateways = (settings.routing_gateway_host,) if peers and settings.routing_gateway_host else ()
    return (
        *(("siptserver_host", host) for host in sipservers),
        *(("routing_gateway_host", host) for host in gateways),
    )
