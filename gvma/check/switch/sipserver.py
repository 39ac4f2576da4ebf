"""Rules about SIP Server's own address and port, against those of our settings. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.hosts import hosts_written, sipserver_hosts
from gvma.check.conclusions.owners import option
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence, object_name

ADDRESS = Rule(
    "sipserver-address", "error", "siptserver_host is not sip-address of the SIP Server Application",
    "Asterisk knows SIP Server by siptserver_host, and sends its NOTIFYs and calls there. SIP Server's requests come "
    "from sip-address: behind a BIG-IP LTM that is the virtual address, and not that of SIP Server's host (manual "
    "4606-4611, 5654).",
    "Set siptserver_host to sip-address of each SIP Server Application, comma-separated.",
)  # fmt: skip
PORT = Rule(
    "sipserver-port", "error", "siptserver_port is not sip-port of the SIP Server Application",
    "SIP Server listens on sip-port (manual 5660): Asterisk's NOTIFYs and calls go to another port, and chan_sip does "
    "not know SIP Server's calls.",
    "Set siptserver_port to sip-port.",
)  # fmt: skip
RULES = (ADDRESS, PORT)

_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104  (SIP Server may say that it listens everywhere)


def check_sipserver(evidence: Evidence) -> Iterator[Finding]:
    """Every SIP Server Application that says where it is."""
    settings = evidence.settings.gvma
    hosts = sipserver_hosts(settings)
    if not evidence.syncs or not hosts or not hosts_written(settings):
        return
    ours = {address for host in hosts for address in _addresses(host, evidence)}
    for application in evidence.configserver.applications:
        name, host, port = object_name(application), option(application, "sip-address"), option(application, "sip-port")
        theirs = _addresses(host, evidence) if host and host not in _ANY else frozenset()
        if theirs and ours and ours.isdisjoint(theirs):
            interface = option(application, "sip-interface")
            behind = interface and not ours.isdisjoint(_addresses(interface, evidence))
            more = ", which is sip-interface, SIP Server's address behind the virtual one" if behind else ""
            yield ADDRESS.at(name, f"sip-address = {host}; siptserver_host = {','.join(hosts)}{more}")
        if port.isdecimal() and port.lstrip("0") != str(settings.siptserver_port):
            yield PORT.at(name, f"sip-port = {port}; siptserver_port = {settings.siptserver_port}")


def _addresses(host: str, evidence: Evidence) -> frozenset[str]:
    """The host's IP addresses, itself among them; none for a name that nobody looked up, or that has none."""
    found = evidence.addresses.get(host, frozenset())
    return found | {host.lower()} if found else frozenset()


CHECKS = (check_sipserver,)
