"""SIP Server's addresses, as the settings list them. Pure."""

from __future__ import annotations

from gvma.settings.model import GvmaSettings


def sipserver_hosts(settings: GvmaSettings) -> tuple[str, ...]:
    """Addresses or names of ``siptserver_host``; commas separate those of an HA pair."""
    return tuple(dict.fromkeys(host for part in settings.siptserver_host.split(",") if (host := part.strip())))


def uri_host(host: str) -> str:
    """The host as a SIP URI has it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


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
