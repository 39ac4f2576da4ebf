"""Which Extension DNs business call routing concerns (``routing_dns``). Pure.

Phones that are registered on SIP Server are none of Asterisk's: a hint and a Dial to them would take their calls away
(the manual's lines 2175-2178, 2528-2533).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gvma.asterisk.hosts import host_and_port
from gvma.routing.model import NumberedObject
from gvma.settings.model import GvmaSettings


def is_watched(dn: NumberedObject, settings: GvmaSettings, own_hosts: Collection[str]) -> bool:
    """Whether SIP Server watches the DN's phone on Asterisk: it names a presence Trunk (the manual's line 2244), or
    its ``contact`` is this Asterisk; every one is where ``routing_dns`` is ``all``.

    own_hosts: addresses and names of this Asterisk, lower case.
    """
    if settings.routing_dns == "all":
        return True
    options = dn.options  # once: they may be a text that is read anew each time
    if options.get("subscribe-presence", "").strip():
        return True
    contact = options.get("contact", "")
    return bool(contact) and host_and_port(contact)[0] in own_hosts


def mentioned_hosts(dns: Iterable[NumberedObject], settings: GvmaSettings) -> frozenset[str]:
    """The hosts of which ``is_watched`` has to know whether they are this Asterisk."""
    if not settings.routing or settings.routing_dns == "all":
        return frozenset()
    contacts = (contact for dn in dns if (contact := dn.options.get("contact")))
    return frozenset(host_and_port(contact)[0] for contact in contacts) - {""}
