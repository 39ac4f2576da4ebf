"""SIP Server's addresses, as the settings list them. Pure."""

from __future__ import annotations

from gvma.settings.model import GvmaSettings


def sipserver_hosts(settings: GvmaSettings) -> tuple[str, ...]:
    """Addresses or names of ``siptserver_host``; commas separate those of an HA pair."""
    return tuple(dict.fromkeys(host for part in settings.siptserver_host.split(",") if (host := part.strip())))


def uri_host(host: str) -> str:
    """The host as a SIP URI has it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
