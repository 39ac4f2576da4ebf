"""Rules about business call routing: peers that the site keeps itself, numbers, and calls to SIP Server. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.asterisk.conf.model import Setting
from gvma.asterisk.dialplan import CONTEXT
from gvma.asterisk.drivers import CHAN_SIP, PJSIP
from gvma.asterisk.hosts import sipserver_hosts
from gvma.asterisk.roles import ROLES
from gvma.check.conclusions.addresses import asterisk_hosts
from gvma.check.conclusions.owners import EXTENSION_TYPES
from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import DnType
from gvma.evidence.model import Evidence
from gvma.printable import first_names
from gvma.routing.watched import is_watched

PEER = Rule(
    "routing-peer-missing", "error", "a peer or endpoint that the routing context dials is missing",
    "With routing_endpoints = no the site's own file has them (manual 1970-2026); calls to what is missing fail.",
    "Write it into the file, or set routing_endpoints = yes.",
)  # fmt: skip
HIDDEN = Rule(
    "routing-number-hidden", "warning", "a number of business call routing that begins with a mailbox prefix",
    "Of two contexts that one context includes, Asterisk takes the first that matches. Where GVMA comes first, the "
    "call ends at a mailbox and not at the phone or at SIP Server.",
    "Include the routing context before GVMA, or choose another prefix.",
)  # fmt: skip
DIAL = Rule(
    "dialplan-dial-address", "warning", "a Dial() to SIP Server's address and not to its peer",
    "chan_sip may send the call through a gvm-* peer of the same address (manual 2903-2937).",
    "Dial the peer by its name, as in Dial(SIP/${EXTEN}@gsip,30,r).",
)  # fmt: skip
RULES = (PEER, HIDDEN, DIAL)

# SIP/x@host:port, SIP/host:port/x, PJSIP/endpoint/sip:x@host:port
_DIAL = re.compile(
    r"\b(?:PJ)?SIP/(?:[^,)&]*@|(?=[^@,)&]*(?:[,)&]|$)))(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9_.-]+)", re.IGNORECASE
)
_VARIABLE = re.compile(r"\$\{([^{}]+)\}")


def check_peers(evidence: Evidence) -> Iterator[Finding]:
    """Peers of SIP Server, gateway and phones that the site keeps itself (the manual's lines 1970-2026)."""
    settings, channel = evidence.settings.gvma, evidence.files.channel
    if channel is None or not settings.routing or settings.routing_endpoints:
        return
    driver = evidence.driver
    if channel.executes or ("phones" in evidence.files.realtime and driver is CHAN_SIP):
        return  # PJSIP lists what it has in a database, chan_sip does not
    kinds = {"endpoint"} if driver is PJSIP else {"peer", "friend"}
    present = {section.name for kind in kinds for section in channel.of_type(kind)}
    present |= (evidence.ami.endpoints if evidence.ami else None) or frozenset()
    present = {driver.folded(name) for name in present}
    hosts, dns = asterisk_hosts(evidence), evidence.configserver.dns
    phones = sorted(dn.number for dn in dns if is_watched(dn, settings, hosts))
    to_sipserver = bool(evidence.configserver.routing_points) or len(phones) < len(dns)
    wanted = [settings.routing_sipserver_peer] if to_sipserver else []
    wanted += [settings.routing_gateway_peer] if settings.routing_external_prefix else []
    wanted += phones
    missing = [name for name in wanted if driver.folded(name) not in present]
    if missing:
        yield PEER.at(channel.name, f"{first_names(missing)} missing")


def check_hidden_numbers(evidence: Evidence) -> Iterator[Finding]:
    """Extension DNs and Routing Points behind ``_37X.`` of a context that includes GVMA first."""
    settings, dialplan = evidence.settings.gvma, evidence.files.dialplan
    if not settings.routing or dialplan is None:
        return
    included: dict[str, list[str]] = {}
    for one in dialplan.with_key("include"):
        if not one.ours:
            included.setdefault(one.section, []).append(one.value.partition(",")[0].strip())
    first = [name for name, targets in included.items() if _before(CONTEXT, settings.routing_context, targets)]
    if not first:
        return
    prefixes = tuple(role.dialled_before(settings) for role in ROLES)
    hidden = sorted(number for number in _numbers(evidence) if number.startswith(prefixes) and number not in prefixes)
    if hidden:
        yield HIDDEN.at(dialplan.name, f"[{first[0]}] includes {CONTEXT} first, which takes {first_names(hidden)}")


def _before(one: str, other: str, targets: list[str]) -> bool:
    return one in targets and other in targets and targets.index(one) < targets.index(other)


def _numbers(evidence: Evidence) -> set[str]:
    layer = evidence.configserver
    extensions = {dn.number for dn in layer.dns if dn.type in EXTENSION_TYPES}
    return extensions | {dn.number for dn in layer.routing_points if dn.type in {DnType.ROUTING_POINT, None}}


def check_dials(evidence: Evidence) -> Iterator[Finding]:
    """``Dial(SIP/...@host:port)`` to SIP Server's address (the manual's lines 2903-2937); [globals] are resolved."""
    dialplan, channel = evidence.files.dialplan, evidence.files.channel
    addresses = {host.lower() for host in sipserver_hosts(evidence.settings.gvma)}
    if dialplan is None or not addresses:
        return
    sections = (section for section in dialplan.objects if section.name == "globals")
    variables = {one.key: one.value for section in sections for one in section.settings}
    dials = (one for one in dialplan.sites_own if "dial(" in one.value.lower())
    found = [(one, host) for one in dials for host in _dialled(one, variables) if host in addresses]
    peers = {section.name.lower() for section in channel.sections} if channel and found else set()
    for one, host in found:
        if host not in peers:
            yield DIAL.at(one.where, f"[{one.section}] dials SIP Server by its address, {host}")


def _dialled(setting: Setting, variables: dict[str, str]) -> set[str]:
    text = _VARIABLE.sub(lambda name: variables.get(name[1], name[0]), setting.value)
    text = _VARIABLE.sub("0", text)
    return {match[1].strip("[]").lower() for match in _DIAL.finditer(text)}


CHECKS = (check_peers, check_hidden_numbers, check_dials)
