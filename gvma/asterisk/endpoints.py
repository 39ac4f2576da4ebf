"""The peers and endpoints of business call routing (the manual's lines 1970-2032), for chan_sip and PJSIP. Pure.

None has a ``secret``: SIP Server cannot answer a challenge (the manual's lines 2028-2032).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from gvma.asterisk.hosts import uri_host
from gvma.settings.model import GvmaSettings


class Drawer(Protocol):
    """One channel driver's way to write them. identified: addresses that the site identifies already."""

    def gateway(self, settings: GvmaSettings, hosts: tuple[str, ...], identified: Collection[str]) -> str: ...
    def sipserver(self, settings: GvmaSettings, hosts: tuple[str, ...], identified: Collection[str]) -> str: ...
    def phone(self, number: str, settings: GvmaSettings) -> str: ...


class _Sip:
    """chan_sip. ``callcounter`` and ``busylevel`` are what makes it tell busy from idle in a presence NOTIFY."""

    def gateway(self, settings: GvmaSettings, hosts: tuple[str, ...], identified: Collection[str]) -> str:
        return (
            f"[{settings.routing_gateway_peer}]\ntype=peer\nhost={settings.routing_gateway_host}\n"
            f"port={settings.routing_gateway_port}\ncontext={settings.routing_endpoint_context}\ncanreinvite=no\n"
        )

    def sipserver(self, settings: GvmaSettings, hosts: tuple[str, ...], identified: Collection[str]) -> str:
        name = settings.routing_sipserver_peer
        return (
            f"[{name}]\ntype=peer\nusername={name}\nhost={hosts[0]}\nport={settings.siptserver_port}\n"
            f"context={settings.routing_endpoint_context}\ncanreinvite=no\n"
        )

    def phone(self, number: str, settings: GvmaSettings) -> str:
        return (
            f"[{number}]\ntype=friend\nusername={number}\nhost=dynamic\ncontext={settings.routing_endpoint_context}\n"
            "notifyringing=yes\ncallcounter=yes\nbusylevel=1\ncanreinvite=no\n"
        )


class _Pjsip:
    """PJSIP. Gateway and SIP Server are known by their addresses alone, phones by the user that they name."""

    def gateway(self, settings: GvmaSettings, hosts: tuple[str, ...], identified: Collection[str]) -> str:
        name, host, port = settings.routing_gateway_peer, settings.routing_gateway_host, settings.routing_gateway_port
        match = f"{uri_host(host)}:{port}" if host in hosts else host
        return _by_address(
            name, settings.routing_endpoint_context, [f"{uri_host(host)}:{port}"], [] if host in identified else [match]
        )

    def sipserver(self, settings: GvmaSettings, hosts: tuple[str, ...], identified: Collection[str]) -> str:
        port = settings.siptserver_port
        matches = [
            f"{uri_host(host)}:{port}" if host == settings.routing_gateway_host else host
            for host in hosts
            if host not in identified
        ]
        contacts = [f"{uri_host(host)}:{port}" for host in hosts]
        return _by_address(settings.routing_sipserver_peer, settings.routing_endpoint_context, contacts, matches)

    def phone(self, number: str, settings: GvmaSettings) -> str:
        return (
            f"[{number}]\ntype=endpoint\ncontext={settings.routing_endpoint_context}\ndisallow=all\nallow=ulaw,alaw\n"
            f"direct_media=no\nidentify_by=username\naors={number}\n"
            f"[{number}]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n"
        )


def _by_address(name: str, context: str, contacts: list[str], matches: list[str]) -> str:
    """Endpoint, AOR and identify. With several contacts Asterisk asks each whether it is there, to dial one that is."""
    text = (
        f"[{name}]\ntype=endpoint\ncontext={context}\ndisallow=all\nallow=ulaw,alaw\ndirect_media=no\n"
        f"identify_by=ip\naors={name}\n[{name}]\ntype=aor\n"
    )
    text += "".join(f"contact=sip:{contact}\n" for contact in contacts)
    if len(contacts) > 1:
        text += "qualify_frequency=30\n"
    if matches:
        text += f"[{name}]\ntype=identify\nendpoint={name}\n" + "".join(f"match={match}\n" for match in matches)
    return text


SIP: Drawer = _Sip()
PJSIP: Drawer = _Pjsip()
