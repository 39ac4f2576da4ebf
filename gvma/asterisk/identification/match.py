"""``match`` of a PJSIP identify: addresses, networks and names, with or without a port. Pure.

As a file has it, and as Asterisk shows it: 10.0.0.1 is 10.0.0.1/32 then, 10.0.0.1:5060 is 10.0.0.1:5060/32, and a
name is its addresses.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass

_WITH_PORT = re.compile(r"(\[[^\]]+\]|[^:\[\]/]+):(\d+)((?:/.*)?)")


@dataclass(frozen=True, slots=True)
class Match:
    """host: an address, a network or a name. port: None where any will do."""

    host: str
    port: int | None = None

    @classmethod
    def of(cls, text: str) -> Match:
        with_port = _WITH_PORT.fullmatch(text.strip())
        if with_port is None:
            return cls(text.strip().strip("[]"))
        return cls(with_port[1].strip("[]") + with_port[3], int(with_port[2]))

    @property
    def is_name(self) -> bool:
        """Whether it is a host name, which Asterisk looks up."""
        try:
            ipaddress.ip_network(self.host, strict=False)
        except ValueError:
            return bool(self.host)
        return False

    def holds_host(self, hosts: Collection[str]) -> bool:
        """Whether one of the hosts is meant, on whatever port. hosts: addresses and names."""
        return any(self._holds(host.strip("[]")) for host in hosts)

    def _holds(self, host: str) -> bool:
        if self.host.lower() == host.lower():
            return True
        try:
            return ipaddress.ip_address(host) in ipaddress.ip_network(self.host, strict=False)
        except ValueError:
            return False


def holds(match: str, host: str, port: int) -> bool:
    """Whether a request from this host and port is matched."""
    found = Match.of(match)
    return found.port in {None, port} and found.holds_host([host])
