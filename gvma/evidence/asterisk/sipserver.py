"""What Asterisk does with SIP Server's requests, and the addresses that SIP Server has; nothing is judged here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from gvma.ami.console.identification import known
from gvma.ami.manager import AsteriskManager
from gvma.asterisk.drivers import Driver
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.identification.model import SipServer
from gvma.asterisk.identification.pjsip import PjsipKnown
from gvma.asterisk.identification.rights import OWN_RULES, AclRule, SipServerRequests, SubscribeRights
from gvma.configserver.objects import ConfigObject
from gvma.errors import AsteriskRefusedError
from gvma.settings import GvmaSettings
from gvma.sinks.addresses import Addresses
from gvma.sip.addresses import addresses_of

_SECONDS = 3.0
_PEERS = 3
_ACL_RULE = re.compile(r"\s*\d+:\s+(deny|permit|allow)\s+-\s+(\S+)")
_OF_PEER = re.compile(r"\s*(Subscriptions|Secret|MD5Secret|ACL)\s*:\s*(.*?)\s*\Z")


def ask_about_sipserver(
    ami: AsteriskManager, driver: Driver, settings: GvmaSettings, addresses: Addresses, peers: Iterable[str]
) -> SipServerRequests:
    """Nothing in REGISTER mode, where SIP Server is known by the object that it registers on.

    addresses: by host of the settings. peers: names of our subscriptions.
    Raises AsteriskUnreachableError, AmiPermissionError.
    """
    if settings.mwi_mode != "SUBSCRIBE":
        return SipServerRequests()
    server = SipServer({host: addresses.get(host, ()) for host in sipserver_hosts(settings)}, settings.siptserver_port)
    senders = known(ami, driver, server)
    if senders is None:
        return SipServerRequests()
    if isinstance(senders, PjsipKnown):
        rights = _endpoints(ami, {*_that_get_requests(senders, server)})
    else:
        rights = {name: _peer(ami.command(f"sip show peer {name}")) for name in sorted(peers)[:_PEERS]}
    names = {name for one in rights.values() for name in one.acls if name != OWN_RULES}
    acls = {name: tuple(_acl_rules(lines)) for name in sorted(names) if (lines := _acl(ami, name))}
    return SipServerRequests(senders, rights, acls)


def _that_get_requests(senders: PjsipKnown, server: SipServer) -> Iterator[str]:
    for host, addresses in server.addresses.items():
        yield from senders.by_address(server, (host, *addresses)) or senders.anonymous[:1]


def _endpoints(ami: AsteriskManager, names: Iterable[str]) -> Mapping[str, SubscribeRights]:
    return {
        name: SubscribeRights(
            may_subscribe=one.allow_subscribe,
            is_challenged=bool(one.auth),
            acls=tuple(acl for word in one.acl.split(",") if (acl := word.strip())),
        )
        for name, one in ami.endpoint_details(sorted(names)).items()
    }


def _peer(lines: list[str]) -> SubscribeRights:
    """Of the answer to ``sip show peer``."""
    said = {found[1]: found[2] for line in lines if (found := _OF_PEER.match(line))}
    return SubscribeRights(
        may_subscribe=said.get("Subscriptions", "Yes") == "Yes",
        is_challenged="<Set>" in {said.get("Secret"), said.get("MD5Secret")},
        acls=(OWN_RULES,) if said.get("ACL") == "Yes" else (),
    )


def _acl(ami: AsteriskManager, name: str) -> list[str]:
    """What Asterisk shows of an ACL; nothing where it knows none of this name."""
    try:
        lines = ami.command(f"acl show {name}")
    except AsteriskRefusedError:
        return []
    return lines if any(line.startswith("ACL: ") for line in lines) else []


def _acl_rules(lines: Iterable[str]) -> Iterator[AclRule]:
    for line in lines:
        if found := _ACL_RULE.match(line):
            yield AclRule(found[1] != "deny", found[2])


def addresses_named(applications: Iterable[ConfigObject]) -> Addresses:
    """The IP addresses of what SIP Server Applications call their own address."""
    named = {one.options.get(key, "").strip() for one in applications for key in ("sip-address", "sip-interface")}
    return addresses_of(named - {""}, _SECONDS)
