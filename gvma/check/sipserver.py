"""The SIP Server Application, Trunk DNs and media service DNs against our settings; nothing here asks a server."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.entries import AGENT_CONTEXT, DN_CONTEXT, GROUP_CONTEXT
from gvma.check.evidence import Evidence, owner
from gvma.check.finding import Finding, Rule
from gvma.check.nearest import nearest
from gvma.check.values import BOOLEANS, host_and_port
from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import desired

NO_MWI = Rule(
    "sipserver-mwi-missing", "error", "the SIP Server Application lacks an option that MWI needs",
    "SIP Server sends no MWI request without it (manual 2277-2347).",
    "Set the option in section TServer of the SIP Server Application.",
)  # fmt: skip
MWI_MODE = Rule(
    "sipserver-mwi-mode", "error", "mwi-mode of SIP Server and mwi_mode of our settings differ",
    "The gvm-* objects of one mode refuse the other mode's requests (manual 2277-2322).",
    "Set both to SUBSCRIBE, or both to REGISTER.",
)  # fmt: skip
MWI_MODE_OLD = Rule(
    "sipserver-mwi-register", "info", "MWI by REGISTER",
    "The manual (2360-2364) recommends SUBSCRIBE: REGISTER does not work for agents registered on Asterisk.",
    "Set mwi-mode and mwi_mode to SUBSCRIBE unless SIP Server is older than 7.6.",
)  # fmt: skip
MWI_HOST = Rule(
    "sipserver-mwi-host", "error", "mwi-host does not name this Asterisk",
    "SIP Server sends its MWI requests there (manual 2329-2337), so they never arrive.",
    "Set mwi-host to the host name or address of this Asterisk.",
)  # fmt: skip
MWI_PORT = Rule(
    "sipserver-mwi-port", "error", "mwi-port is not the SIP port of this Asterisk",
    "SIP Server sends its MWI requests there (manual 2329-2337), so they never arrive.",
    "Set mwi-port to the SIP port that Asterisk listens on.",
)  # fmt: skip
MWI_DOMAIN = Rule(
    "sipserver-mwi-domain", "warning", "mwi-domain is not known to this Asterisk",
    "It stands in every MWI request and must fit Asterisk (manual 2324-2327); host name or address of Asterisk do.",
    "Set mwi-domain to Asterisk's host name or address, or make the domain known to Asterisk.",
)  # fmt: skip
MWI_ENABLE = Rule(
    "sipserver-mwi-enable", "warning", "boxes of a kind whose mwi-*-enable is not true",
    "SIP Server never subscribes for this kind of box (manual 2339-2347), so its owners get no notification.",
    "Set the option to true in the SIP Server Application, or remove the boxes.",
)  # fmt: skip
MWI_VALUE = Rule(
    "sipserver-mwi-value", "error", "an mwi-* option with a value that SIP Server does not know",
    "SIP Server then takes its default (manual 2277-2347).",
    "Correct the value.",
)  # fmt: skip
MISSPELT = Rule(
    "sipserver-mwi-misspelt", "error", "an option of the SIP Server Application whose name is nearly an mwi option's",
    "SIP Server ignores an option that it does not know (manual 2277-2347).",
    "Correct the name of the option.",
)  # fmt: skip
TRUNK = Rule(
    "sipserver-trunk-prefix", "warning", "no Trunk DN carries a prefix that reaches the boxes",
    "Agents on SIP Server dial prefix + box; without a Trunk of that prefix the call never comes (manual 2561-2571).",
    "Create a Trunk DN with this prefix and Asterisk's contact, or correct vm_*_ext_prefix.",
)  # fmt: skip
TRUNK_CONTACT = Rule(
    "sipserver-trunk-contact", "error", "the Trunk DN of a box prefix leads elsewhere",
    "Calls to the boxes go to its contact (manual 2561-2571).",
    "Set contact of the Trunk DN to this Asterisk.",
)  # fmt: skip
SERVICE = Rule(
    "sipserver-media-contact", "warning", "no Voice over IP Service DN sends a media service to this Asterisk",
    "SIP Server asks one DN for each service: treatment, music, mcu, recorder (manual 3119-3137).",
    "Create the DN with service-type and with contact = this Asterisk, if it is to be the media server.",
)  # fmt: skip
SERVICE_ELSEWHERE = Rule(
    "sipserver-media-elsewhere", "info", "a media service goes to another host, and this Asterisk serves no media",
    "SIP Server asks one DN for each service: treatment, music, mcu, recorder (manual 3119-3137).",
    "Right where another server plays announcements; else include dialplan/gvma-media-*.conf, and correct contact.",
)  # fmt: skip
OVERFLOW = Rule(
    "no-answer-overflow-unknown", "warning", "no-answer-overflow names a box that does not exist",
    "Unanswered calls are sent there (manual 1838-1859).",
    "Set no-answer-overflow to prefix and box, or to a box that exists.",
)  # fmt: skip
RULES = (
    NO_MWI, MWI_MODE, MWI_MODE_OLD, MWI_HOST, MWI_PORT, MWI_DOMAIN, MWI_ENABLE, MWI_VALUE, MISSPELT, TRUNK,
    TRUNK_CONTACT, SERVICE, SERVICE_ELSEWHERE, OVERFLOW,
)  # fmt: skip

MWI_OPTIONS = frozenset({
    "mwi-mode", "mwi-domain", "mwi-host", "mwi-port", "mwi-extension-enable", "mwi-agent-enable", "mwi-group-enable",
})  # fmt: skip
_OUTSIDE = frozenset({"external_signaling_address", "externip", "externaddr", "externhost"})
MEDIA_SERVICES = ("treatment", "music", "mcu", "recorder")
NOT_BOXES = frozenset({"none", "recall", "default", "release"})


def _option(thing: ConfigObject, name: str) -> str:
    return thing.options.get(name, "").strip()


def check_mwi(evidence: Evidence) -> Iterator[Finding]:
    """``mwi-*`` of the SIP Server Application against our settings and this Asterisk (the manual's lines 2277-2347)."""
    for application in evidence.layer.applications:
        missing = [name for name in ("mwi-domain", "mwi-host", "mwi-port") if not _option(application, name)]
        for name in missing:
            yield NO_MWI.at(owner(application), f"{name} is missing")
        for name in sorted(application.options.keys() - MWI_OPTIONS):
            meant = nearest(name, MWI_OPTIONS, 0.85)
            if meant:
                yield MISSPELT.at(owner(application), f"{name} is probably {meant}")
        yield from _mode(evidence, application)
        yield from _address(evidence, application)
        yield from _enabled(evidence, application)


def _mode(evidence: Evidence, application: ConfigObject) -> Iterator[Finding]:
    theirs = _option(application, "mwi-mode").upper() or "SUBSCRIBE"
    ours = evidence.settings.gvma.mwi_mode
    if theirs not in {"SUBSCRIBE", "REGISTER"}:
        yield MWI_VALUE.at(owner(application), f"mwi-mode = {theirs}, neither SUBSCRIBE nor REGISTER")
    elif theirs != ours:
        yield MWI_MODE.at(owner(application), f"mwi-mode = {theirs}, but mwi_mode = {ours} in the settings")
    elif theirs == "REGISTER":
        yield MWI_MODE_OLD.at(owner(application), "mwi-mode = REGISTER")


def _address(evidence: Evidence, application: ConfigObject) -> Iterator[Finding]:
    here, addresses = evidence.this_asterisk, addresses_here(evidence)
    host, port = _option(application, "mwi-host").lower(), _option(application, "mwi-port")
    domain = _option(application, "mwi-domain").lower()
    if host and addresses and host not in addresses:
        yield MWI_HOST.at(owner(application), f"mwi-host = {host}; this Asterisk is {_names(addresses)}")
    if port and not (port.isdecimal() and 1 <= int(port) <= 65535):
        yield MWI_VALUE.at(owner(application), f"mwi-port = {port} is no port")
    elif port and here.sip_ports and int(port) not in here.sip_ports:
        ports = ", ".join(str(known) for known in sorted(here.sip_ports))
        yield MWI_PORT.at(owner(application), f"mwi-port = {port}; this Asterisk listens on {ports}")
    if domain and addresses and domain not in addresses | _domains(evidence):
        yield MWI_DOMAIN.at(owner(application), f"mwi-domain = {domain}; this Asterisk is {_names(addresses)}")


def addresses_here(evidence: Evidence) -> frozenset[str]:
    """This Asterisk's addresses and names, and those that it gives itself behind a NAT; empty where none is known."""
    driver, known = evidence.confs.get("driver"), evidence.this_asterisk.addresses
    outside = (line.value for line in driver.lines if line.key.lower() in _OUTSIDE) if driver and known else ()
    return known | {host_and_port(value)[0] for value in outside}


def _domains(evidence: Evidence) -> set[str]:
    """The domains that sip.conf or pjsip.conf names."""
    driver = evidence.confs.get("driver")
    sections = [section for section in driver.sections if not section.template] if driver else []
    named = {
        line.value.partition(",")[0].strip() for section in sections for line in section.lines if line.key == "domain"
    }
    return {name.lower() for name in named | {one.name for one in sections if one.value("type") == "domain_alias"}}


def _names(addresses: frozenset[str]) -> str:
    return ", ".join(sorted(addresses)[:6])


def _enabled(evidence: Evidence, application: ConfigObject) -> Iterator[Finding]:
    layer = evidence.layer
    boxed = {
        "mwi-extension-enable": bool(layer.dns),
        "mwi-agent-enable": any(_option(thing, "gvm_mailbox") for thing in layer.agents),
        "mwi-group-enable": any(_option(thing, "gvm_mailbox") for thing in layer.groups),
    }
    for name, has_boxes in boxed.items():
        value = _option(application, name).lower()
        if value and value not in BOOLEANS:
            yield MWI_VALUE.at(owner(application), f"{name} = {value}, neither true nor false")
        elif has_boxes and value != "true":
            yield MWI_ENABLE.at(owner(application), f"{name} is {value or 'not set'}, yet there are such boxes")


def check_trunks(evidence: Evidence) -> Iterator[Finding]:
    """Trunk DNs whose ``prefix`` is one of ``vm_*_ext_prefix`` (the manual's lines 2561-2571), for the kinds of
    boxes that there are.

    A shorter prefix that leads here does as well, where no longer one takes the calls (manual 1288).
    """
    layer, settings = evidence.layer, evidence.settings.gvma
    if not layer.answered("trunkquery"):
        return
    boxed = {box.context for box in desired(layer.dns, layer.agents, layer.groups).mailboxes}
    for key, query, context in (
        ("vm_dn_ext_prefix", "dnquery", DN_CONTEXT),
        ("vm_agt_ext_prefix", "agentquery", AGENT_CONTEXT),
        ("vm_grp_ext_prefix", "agentgroupquery", GROUP_CONTEXT),
    ):
        if layer.answered(query) and context not in boxed:
            continue
        prefix = getattr(settings, key)
        taken = max((_option(dn, "prefix") for dn in layer.trunks if _carries(dn, prefix)), key=len, default="")
        trunks = [dn for dn in layer.trunks if _option(dn, "prefix") == taken]
        if taken != prefix and not any(leads_here(evidence, dn) for dn in trunks if taken):
            yield TRUNK.at(key, f"no Trunk DN has prefix {prefix}")
            continue
        for trunk in trunks:
            yield from _elsewhere(evidence, trunk, TRUNK_CONTACT)


def _carries(trunk: ConfigObject, prefix: str) -> bool:
    """Whether SIP Server would send a number of this prefix to a Trunk, unless to one with a longer prefix."""
    own = _option(trunk, "prefix")
    return bool(own) and prefix.startswith(own)


def leads_here(evidence: Evidence, thing: ConfigObject) -> bool:
    """Whether an object's ``contact`` is this Asterisk, as far as its addresses and ports are known."""
    here = evidence.this_asterisk
    host, port = host_and_port(_option(thing, "contact"))
    return host in addresses_here(evidence) and (not here.sip_ports or port in here.sip_ports)


def _elsewhere(evidence: Evidence, thing: ConfigObject, rule: Rule) -> Iterator[Finding]:
    if evidence.this_asterisk.addresses and not leads_here(evidence, thing):
        yield rule.at(owner(thing), f"contact = {_option(thing, 'contact') or '(none)'} is not this Asterisk")


def check_media_services(evidence: Evidence) -> Iterator[Finding]:
    """Voice over IP Service DNs for treatment, music, mcu, recorder whose contact is this Asterisk.

    This Asterisk is a media server where its dialplan has the context for it; else a DN elsewhere is right.
    """
    if not evidence.layer.answered("servicequery"):
        return
    for service in MEDIA_SERVICES:
        dns = [dn for dn in evidence.layer.services if _option(dn, "service-type").lower() == service]
        if not evidence.media.used:
            for dn in dns:
                yield from _elsewhere(evidence, dn, SERVICE_ELSEWHERE)
        elif not dns:
            yield SERVICE.at("servicequery", f"no DN has service-type = {service}")
        elif not any(leads_here(evidence, dn) for dn in dns):
            yield from _elsewhere(evidence, dns[0], SERVICE)


def check_overflow(evidence: Evidence) -> Iterator[Finding]:
    """``no-answer-overflow`` of DNs and Agent Logins against the boxes: box, or prefix + box, with commas."""
    layer, settings = evidence.layer, evidence.settings.gvma
    outcome = desired(layer.dns, layer.agents, layer.groups, allow_mailcmd=settings.allow_mailcmd)
    prefixes = {
        "GVMA_DN": settings.vm_dn_ext_prefix,
        "GVMA_AGENT": settings.vm_agt_ext_prefix,
        "GVMA_AGENTGROUP": settings.vm_grp_ext_prefix,
    }
    boxes = {subscription.box for subscription in outcome.subscriptions}
    dialled = {prefixes.get(box.context, "") + box.box for box in outcome.mailboxes}
    known = boxes | dialled | {thing.number for thing in (*layer.dns, *layer.objects("routingpointquery"))}
    for thing in (*layer.dns, *layer.agents):
        for part in _option(thing, "no-answer-overflow").split(","):
            target = part.strip()
            if target and target.lower() not in NOT_BOXES and target not in known:
                yield OVERFLOW.at(owner(thing), f"no-answer-overflow = {target}")
