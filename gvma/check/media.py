"""Rules about the media server: its health, the DNs and the dialplan that lead to it, its modules and its sounds.

Pure: it asks nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.asterisk.dialplan import MEDIA_CONTEXT
from gvma.asterisk.modules import MEDIA_MODULES, TIMING_MODULES
from gvma.check.conclusions.addresses import leads_to_asterisk
from gvma.check.conclusions.contexts import unreached
from gvma.check.conclusions.owners import option
from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence, object_name
from gvma.nearest import nearest
from gvma.settings.model import Address

UNSERVED = Rule(
    "media-dialplan", "error", "a Voice over IP Service DN sends media calls here, and no context takes them",
    "SIP Server's calls for announcements, digits and conferences then get 404 (manual 3119-3137).",
    "Include dialplan/gvma-media-pjsip.conf or gvma-media-sip.conf in extensions.conf, or correct contact of the DN.",
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
SERVICE_TYPE = Rule(
    "sipserver-service-type", "error", "a service-type that is nearly one of a media service's",
    "SIP Server looks for its media services by service-type (manual 3119-3137), and finds no such DN.",
    "Correct service-type: treatment, music, mcu or recorder.",
)  # fmt: skip
HEALTH = Rule(
    "media-health", "error", "the FastAGI server does not answer its health route",
    "Calls get the dialplan's fallback: music on hold for announcements, a refusal for conferences.",
    "Start `gvma agi serve` (cron/gvma-agi.service), or correct agi_host and agi_port in [media].",
)  # fmt: skip
ADDRESS = Rule(
    "media-address", "warning", "GVMA_AGI in the dialplan is not agi_host and agi_port of [media]",
    "Calls go where the dialplan says; this check, and `gvma agi serve`, look at [media].",
    "Make GVMA_AGI in [globals] and agi_host, agi_port in [media] the same.",
)  # fmt: skip
NOT_INCLUDED = Rule(
    "media-include", "error", "no context includes moh_conf_treatment",
    "SIP Server's media calls come into the context of its endpoint, and find nothing there (manual 3095-3099).",
    "Write `include => moh_conf_treatment` into that context, or into [default].",
)  # fmt: skip
NOT_REACHED = Rule(
    "media-include-unreached", "warning", "moh_conf_treatment is included where no call comes",
    "SIP Server's media calls come into the context of its endpoint, and find nothing there (manual 3095-3099).",
    "Write `include => moh_conf_treatment` into that context, or into [default].",
)  # fmt: skip
MODULE = Rule(
    "module-media", "warning", "a module of Asterisk that the media server needs is not loaded",
    "Conferences need app_confbridge and a timing source, call flows res_agi.",
    "Load the module in modules.conf, if this Asterisk is the media server.",
)  # fmt: skip
UNUSABLE = Rule(
    "media-file", "warning", "a sound or folder of [media] that Asterisk cannot use",
    "Callers get 404, or a recording is lost.",
    "Create it, correct the path, or give Asterisk's user the right to it.",
)  # fmt: skip
RULES = (
    UNSERVED,
    SERVICE,
    SERVICE_ELSEWHERE,
    SERVICE_TYPE,
    HEALTH,
    ADDRESS,
    NOT_INCLUDED,
    NOT_REACHED,
    MODULE,
    UNUSABLE,
)

SERVICES = ("treatment", "music", "mcu", "recorder")
"""Values of ``service-type`` for what a media server does (the manual's lines 3119-3137)."""

_AGI = re.compile(r"agi://(\[[^\]]+\]|[^/:\s$]+)(?::(\d+))?/?")


def check_served(evidence: Evidence) -> Iterator[Finding]:
    """Media service DNs whose contact is this Asterisk, where nothing here takes their calls."""
    if evidence.media.used or evidence.files.dialplan is None:
        return
    for dn in evidence.configserver.services:
        if _service(dn) in SERVICES and leads_to_asterisk(evidence, dn):
            contact = option(dn, "contact")
            yield UNSERVED.at(object_name(dn), f"contact = {contact} is this Asterisk, and no context takes its calls")


def check_services(evidence: Evidence) -> Iterator[Finding]:
    """Voice over IP Service DNs for treatment, music, mcu, recorder whose contact is this Asterisk.

    This Asterisk is a media server where its dialplan has the context for it; else a DN elsewhere is right.
    """
    if not evidence.configserver.answered("servicequery"):
        return
    for service in SERVICES:
        dns = [dn for dn in evidence.configserver.services if _service(dn) == service]
        if not evidence.media.used:
            for dn in dns:
                yield from _elsewhere(evidence, dn, SERVICE_ELSEWHERE)
        elif not dns:
            yield SERVICE.at("servicequery", f"no DN has service-type = {service}")
        elif not any(leads_to_asterisk(evidence, dn) for dn in dns):
            yield from _elsewhere(evidence, dns[0], SERVICE)


def check_service_types(evidence: Evidence) -> Iterator[Finding]:
    """A type that is none of the four may be right: SIP Server has others. One that is nearly one of them is not."""
    for dn in evidence.configserver.services:
        if meant := nearest(_service(dn), frozenset(SERVICES), 0.75):
            yield SERVICE_TYPE.at(object_name(dn), f"service-type = {_service(dn)} is probably {meant}")


def _service(dn: ConfigObject) -> str:
    return option(dn, "service-type").lower()


def _elsewhere(evidence: Evidence, dn: ConfigObject, rule: Rule) -> Iterator[Finding]:
    if evidence.sip.hosts and not leads_to_asterisk(evidence, dn):
        yield rule.at(object_name(dn), f"contact = {option(dn, 'contact') or '(none)'} is not this Asterisk")


def check_health(evidence: Evidence) -> Iterator[Finding]:
    """The FastAGI server at ``agi_host:agi_port``."""
    media = evidence.settings.media
    if evidence.media.used and evidence.media.problem:
        yield HEALTH.at(str(Address(media.agi_host, media.agi_port)), evidence.media.problem)


def check_address(evidence: Evidence) -> Iterator[Finding]:
    """``GVMA_AGI`` of [globals], where it names one server and not several (hagi://)."""
    dialplan, media = evidence.files.dialplan, evidence.settings.media
    if not evidence.media.used or dialplan is None:
        return
    named = next(reversed(dialplan.values("globals", "gvma_agi")), "agi://127.0.0.1")
    found, ours = _AGI.fullmatch(named), Address(media.agi_host, media.agi_port)
    if found and (found[1].strip("[]"), found[2] or "4573") != (ours.host, str(ours.port)):
        yield ADDRESS.at(dialplan.name, f"GVMA_AGI = {named}, but [media] has {ours}")


def check_included(evidence: Evidence) -> Iterator[Finding]:
    """``include => moh_conf_treatment`` (the manual's lines 3095-3099)."""
    dialplan = evidence.files.dialplan
    if evidence.media.used and dialplan is not None:
        yield from unreached(MEDIA_CONTEXT, dialplan, evidence, not_included=NOT_INCLUDED, not_reached=NOT_REACHED)


def check_modules(evidence: Evidence) -> Iterator[Finding]:
    """Modules that call flows and conferences need."""
    loaded = evidence.ami.loaded if evidence.ami else None
    if not evidence.media.used or loaded is None:
        return
    for module in MEDIA_MODULES:
        if module not in loaded:
            yield MODULE.at(module, "is not loaded")
    if not loaded & set(TIMING_MODULES):
        yield MODULE.at("res_timing_*", "no timing module is loaded")


def check_sounds(evidence: Evidence) -> Iterator[Finding]:
    """``default_file``, ``sounds_path``, ``recordings_path`` and ``digits_prompt``, as Asterisk's user sees them."""
    if evidence.media.used:
        for path, reason in evidence.media.unusable:
            yield UNUSABLE.at(path, reason)


CHECKS = (
    check_served,
    check_services,
    check_service_types,
    check_health,
    check_address,
    check_included,
    check_modules,
    check_sounds,
)
