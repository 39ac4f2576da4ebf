"""Whether an address is this Asterisk's, and whether an identify of PJSIP is SIP Server's. Pure."""

from __future__ import annotations

from gvma.asterisk.hosts import host_and_port, match_has, match_wants_port, sipserver_hosts
from gvma.asterisk.site import outside_hosts
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence, Probe
from gvma.settings import GvmaSettings

_UNAUTHORIZED = 401


def asterisk_hosts(evidence: Evidence) -> frozenset[str]:
    """This Asterisk's addresses and names, and those that it gives itself behind a NAT; empty where none is known."""
    channel, known = evidence.files.channel, evidence.sip.hosts
    return known | outside_hosts(channel) if channel and known else known


def leads_to_asterisk(evidence: Evidence, one: ConfigObject) -> bool:
    """Whether an object's ``contact`` is this Asterisk, as far as its addresses and ports are known."""
    host, port = host_and_port(one.options.get("contact", ""))
    return host in asterisk_hosts(evidence) and (not evidence.sip.ports or port in evidence.sip.ports)


def sipserver_matches(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Endpoint and ``match`` of every identify of PJSIP that has one of SIP Server's addresses."""
    identifies = (evidence.ami.identifies if evidence.ami else None) or ()
    return tuple((endpoint, match) for endpoint, match in identifies if is_sipserver(match, evidence.settings.gvma))


def is_sipserver(match: str, settings: GvmaSettings) -> bool:
    """Whether an identify's ``match`` has one of SIP Server's addresses."""
    return any(match_has(match, host, settings.siptserver_port) for host in sipserver_hosts(settings))


def by_port_alone(evidence: Evidence) -> bool:
    """Whether every identify that has SIP Server's address wants its port as well."""
    matches = [match for _, match in sipserver_matches(evidence)]
    return bool(matches) and all(match_wants_port(match) for match in matches)


def refused_as_stranger(evidence: Evidence, probe: Probe) -> bool:
    """Whether Asterisk challenged a probe that it could not know for SIP Server's: it says nothing of SIP Server."""
    known_otherwise = by_port_alone(evidence) or not probe.as_sipserver
    return probe.status == _UNAUTHORIZED and evidence.driver.has_identify and known_otherwise
