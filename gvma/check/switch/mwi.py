"""Rules about ``mwi-*`` of the SIP Server Application, against our settings and this Asterisk. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.conclusions.addresses import asterisk_hosts
from gvma.check.conclusions.owners import option
from gvma.check.conclusions.profile import names_no_asterisk
from gvma.check.finding import Finding, Rule
from gvma.check.switch.placeholders import is_placeholder
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence, object_name
from gvma.nearest import nearest
from gvma.printable import first_names
from gvma.switches.values import BOOLEANS, complaint

MISSING = Rule(
    "sipserver-mwi-missing", "error", "the SIP Server Application lacks an option that MWI needs",
    "SIP Server sends no MWI request without it (manual 2277-2347).",
    "Set the option in section TServer of the SIP Server Application.",
)  # fmt: skip
MODE = Rule(
    "sipserver-mwi-mode", "error", "mwi-mode of SIP Server and mwi_mode of the settings differ",
    "The gvm-* objects of one mode refuse the other mode's requests (manual 2277-2322).",
    "Set both to SUBSCRIBE, or both to REGISTER.",
)  # fmt: skip
REGISTER = Rule(
    "sipserver-mwi-register", "info", "MWI by REGISTER",
    "The manual (2360-2364) recommends SUBSCRIBE: REGISTER does not work for agents registered on Asterisk.",
    "Set mwi-mode and mwi_mode to SUBSCRIBE unless SIP Server is older than 7.6.",
)  # fmt: skip
HOST = Rule(
    "sipserver-mwi-host", "error", "mwi-host does not name this Asterisk",
    "SIP Server sends its MWI requests there (manual 2329-2337), so they never arrive.",
    "Set mwi-host to the host name or address of this Asterisk.",
)  # fmt: skip
PORT = Rule(
    "sipserver-mwi-port", "error", "mwi-port is not the SIP port of this Asterisk",
    "SIP Server sends its MWI requests there (manual 2329-2337), so they never arrive.",
    "Set mwi-port to the SIP port that Asterisk listens on.",
)  # fmt: skip
DOMAIN = Rule(
    "sipserver-mwi-domain", "warning", "mwi-domain is not known to this Asterisk",
    "It is part of every MWI request and must fit Asterisk (manual 2324-2327).",
    "Set mwi-domain to Asterisk's host name or address, or make the domain known to Asterisk.",
)  # fmt: skip
ENABLE = Rule(
    "sipserver-mwi-enable", "warning", "mailboxes of a kind whose mwi-*-enable is not true",
    "SIP Server never subscribes for this kind of mailbox (manual 2339-2347), so its owners get no notification.",
    "Set the option to true in the SIP Server Application, or remove the mailboxes.",
)  # fmt: skip
VALUE = Rule(
    "sipserver-mwi-value", "error", "an mwi-* option with a value that SIP Server does not know",
    "SIP Server then takes its default (manual 2277-2347).",
    "Correct the value.",
)  # fmt: skip
MISSPELT = Rule(
    "sipserver-mwi-misspelt", "error", "an option of the SIP Server Application whose name is nearly an mwi option's",
    "SIP Server ignores an option that it does not know (manual 2277-2347).",
    "Correct the name of the option.",
)  # fmt: skip
RULES = (MISSING, MODE, REGISTER, HOST, PORT, DOMAIN, ENABLE, VALUE, MISSPELT)

_NEEDED = ("mwi-domain", "mwi-host", "mwi-port")
ENABLE_OF = {"dn": "mwi-extension-enable", "agent": "mwi-agent-enable", "group": "mwi-group-enable"}
"""The option that has SIP Server subscribe for the mailboxes of one kind of owner."""
_ENABLES = tuple(ENABLE_OF.values())
_OPTIONS = frozenset({"mwi-mode", *_NEEDED, *_ENABLES})


def check_mwi(evidence: Evidence) -> Iterator[Finding]:
    """Every SIP Server Application (the manual's lines 2277-2347)."""
    without = names_no_asterisk(evidence)
    for application in evidence.configserver.applications:
        name = object_name(application)
        for wanted in _NEEDED:
            if not (without or option(application, wanted)):
                yield MISSING.at(name, f"{wanted} is missing")
        for given in sorted(application.options.keys() - _OPTIONS):
            if meant := nearest(given, _OPTIONS, 0.85):
                yield MISSPELT.at(name, f"{given} is probably {meant}")
        yield from _mode(evidence, application)
        yield from _address(evidence, application)
        if not without:
            yield from _enabled(evidence, application)


def _mode(evidence: Evidence, application: ConfigObject) -> Iterator[Finding]:
    theirs, ours = option(application, "mwi-mode").upper() or "SUBSCRIBE", evidence.settings.gvma.mwi_mode
    if theirs not in {"SUBSCRIBE", "REGISTER"}:
        yield VALUE.at(object_name(application), f"mwi-mode = {theirs}, neither SUBSCRIBE nor REGISTER")
    elif theirs != ours:
        yield MODE.at(object_name(application), f"mwi-mode = {theirs}, but mwi_mode = {ours} in the settings")
    elif theirs == "REGISTER":
        yield REGISTER.at(object_name(application), "mwi-mode = REGISTER")


def _address(evidence: Evidence, application: ConfigObject) -> Iterator[Finding]:
    name, hosts, ports = object_name(application), asterisk_hosts(evidence), evidence.sip.ports
    host, port, domain = (option(application, wanted).lower() for wanted in ("mwi-host", "mwi-port", "mwi-domain"))
    if is_placeholder(host) or is_placeholder(domain):
        return  # it has a finding of its own
    if host and hosts and host not in hosts:
        yield HOST.at(name, f"mwi-host = {host}; this Asterisk is {first_names(sorted(hosts))}")
    if port and complaint("port", port):
        yield VALUE.at(name, f"mwi-port = {port} is no port")
    elif port and ports and int(port) not in ports:
        yield PORT.at(name, f"mwi-port = {port}; this Asterisk listens on {', '.join(map(str, sorted(ports)))}")
    if domain and hosts and domain not in hosts | _domains(evidence):
        yield DOMAIN.at(name, f"mwi-domain = {domain}; this Asterisk is {first_names(sorted(hosts))}")


def _domains(evidence: Evidence) -> set[str]:
    """The domains that sip.conf or pjsip.conf names."""
    channel = evidence.files.channel
    if channel is None:
        return set()
    named = {one.value.partition(",")[0].strip() for one in channel.with_key("domain")}
    aliases = {one.name for one in channel.of_type("domain_alias")}
    return {name.lower() for name in named | aliases}


def _enabled(evidence: Evidence, application: ConfigObject) -> Iterator[Finding]:
    layer = evidence.configserver
    present = (
        bool(layer.dns),
        any(option(agent, "gvm_mailbox") for agent in layer.agents),
        any(option(group, "gvm_mailbox") for group in layer.groups),
    )
    for name, mailboxes in zip(_ENABLES, present, strict=True):
        value = option(application, name).lower()
        if value and value not in BOOLEANS:
            yield VALUE.at(object_name(application), f"{name} = {value}, neither true nor false")
        elif mailboxes and value != "true":
            yield ENABLE.at(object_name(application), f"{name} is {value or 'not set'}, yet there are such mailboxes")


CHECKS = (check_mwi,)
