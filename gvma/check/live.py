"""What Asterisk itself said over AMI, against the files and the settings; nothing here asks it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from gvma.asterisk.hosts import sipserver_hosts
from gvma.check.evidence import Evidence, Live
from gvma.check.finding import Finding, Rule
from gvma.errors import CredentialsError
from gvma.settings import GvmaSettings

UNREACHABLE = Rule(
    "ami-unreachable", "error", "Asterisk cannot be reached over AMI",
    "A sync reaches AMI before it writes anything, and stops with exit 16 without it.",
    "Enable AMI in manager.conf (manual 2649-2658), and look at asterisk_cm_host and asterisk_cm_port.",
)  # fmt: skip
CREDENTIALS = Rule(
    "ami-credentials", "error", "AMI refuses the account",
    "A sync stops with exit 12 before it writes anything.",
    "Make the account in manager.conf (dialplan/samples/manager.conf), and set its secret in the settings.",
)  # fmt: skip
PERMISSION = Rule(
    "ami-permission", "error", "the AMI account lacks a class",
    "Reload and read back need system, call and command (manual 2662-2675).",
    "Add the class to read= and write= of the account in manager.conf.",
)  # fmt: skip
VERSION = Rule(
    "asterisk-version", "warning", "an Asterisk older than 16",
    "gvma is tested with 16 (chan_sip) and 22 (PJSIP).",
    "Upgrade Asterisk, or try `gvma sync` on a copy first.",
)  # fmt: skip
MODULE = Rule(
    "module-missing", "error", "a module of Asterisk that boxes and subscriptions need is not loaded, or does not run",
    "Without it the files are written and nothing answers.",
    "Load the module in modules.conf; one that does not run found its file missing or not readable at its start: "
    "Asterisk's log names the line.",
)  # fmt: skip
CONFLICT = Rule(
    "module-conflict", "error", "res_mwi_external is loaded",
    "app_voicemail refuses to load beside it, so there are no boxes.",
    "noload => res_mwi_external.so in modules.conf.",
)  # fmt: skip
MEDIA_MODULE = Rule(
    "module-media", "warning", "a module of Asterisk that the media server needs is not loaded",
    "Conferences need app_confbridge and a timing source, call flows res_agi.",
    "Load the module in modules.conf, if this Asterisk is the media server.",
)  # fmt: skip
IDENTIFY_NONE = Rule(
    "identify-none", "error", "no identify of PJSIP matches SIP Server's address",
    "Asterisk answers SIP Server's SUBSCRIBE with 401, which it cannot answer (manual 2028-2032).",
    "Run `gvma sync`, or write an identify with match= SIP Server's address.",
)  # fmt: skip
IDENTIFY_TWICE = Rule(
    "identify-twice", "error", "two endpoints of PJSIP are identified by SIP Server's address",
    "Which of them gets a request is not defined.",
    "Keep one of the identify sections.",
)  # fmt: skip
ORDER = Rule(
    "identifier-order", "error", "REGISTER mode, and PJSIP asks for the address before the user name",
    "SIP Server's REGISTER is taken for the endpoint identified by its address, and gets 403.",
    "Write [global] endpoint_identifier_order=username,ip,anonymous into pjsip.conf, and restart Asterisk.",
)  # fmt: skip
ORDER_PHONES = Rule(
    "identifier-order-phones", "error", "phones behind SIP Server's address, and PJSIP asks for the address first",
    "Their calls are taken for SIP Server's. Asterisk 22 takes no other order on a reload, so the sync does not try.",
    "Write [global] endpoint_identifier_order=username,ip,anonymous into pjsip.conf, and restart Asterisk.",
)  # fmt: skip
STORAGE = Rule(
    "voicemail-storage", "info", "messages or PINs that are not kept in files",
    "With ODBC, IMAP or an external PIN program gvma sees the boxes, and not where their PINs are.",
    "See that a PIN that is changed by phone reaches the place where yours are kept.",
)  # fmt: skip
PASSWORD_LOCATION = Rule(
    "password-location", "warning", "passwordlocation is neither voicemail.conf nor spooldir",
    "Asterisk takes voicemail.conf then, which may not be what was meant.",
    "Correct passwordlocation in [general] of voicemail.conf.",
)  # fmt: skip
RULES = (
    UNREACHABLE, CREDENTIALS, PERMISSION, VERSION, MODULE, CONFLICT, MEDIA_MODULE, IDENTIFY_NONE,
    IDENTIFY_TWICE, ORDER, ORDER_PHONES, STORAGE, PASSWORD_LOCATION,
)  # fmt: skip

COMMON_MODULES = ("app_voicemail.so", "pbx_config.so")
DRIVER_MODULES = {
    "pjsip": ("res_pjsip.so", "chan_pjsip.so", "res_pjsip_pubsub.so", "res_pjsip_mwi.so",
              "res_pjsip_mwi_body_generator.so", "res_pjsip_endpoint_identifier_ip.so"),
    "sip": ("chan_sip.so",),
}  # fmt: skip
REGISTER_MODULES = ("res_pjsip_registrar.so", "res_pjsip_endpoint_identifier_user.so")
# Presence for SIP Server, and who may register.
ROUTING_MODULES = ("res_pjsip_exten_state.so", "res_pjsip_pidf_body_generator.so", "res_pjsip_registrar.so",
                   "res_pjsip_endpoint_identifier_user.so", "res_pjsip_session.so", "app_dial.so")  # fmt: skip
MEDIA_MODULES = ("app_confbridge.so", "res_agi.so", "func_env.so", "func_timeout.so")
TIMING_MODULES = ("res_timing_timerfd.so", "res_timing_pthread.so", "res_timing_dahdi.so", "res_timing_kqueue.so")
# app_voicemail with another storage has another name.
VOICEMAIL_MODULES = ("app_voicemail.so", "app_voicemail_odbc.so", "app_voicemail_imap.so")
EXTERNAL_MWI = "res_mwi_external.so"

_PORTED = re.compile(r"(\[[^\]]+\]|[^:\[\]/]+):(\d+)((?:/.*)?)")


def check_reached(evidence: Evidence) -> Iterator[Finding]:
    """AMI reached, account accepted, its classes enough (the manual's lines 2649-2675)."""
    live = evidence.live
    if live is None:
        return
    where = f"{evidence.settings.gvma.asterisk_cm_host}:{evidence.settings.gvma.asterisk_cm_port}"
    if isinstance(live.problem, CredentialsError):
        yield CREDENTIALS.at(where, live.problem.message)
    elif live.problem is not None:
        yield UNREACHABLE.at(where, live.problem.message)
    for refusal in live.refused:
        yield PERMISSION.at(where, refusal)


def check_version(evidence: Evidence) -> Iterator[Finding]:
    """The oldest Asterisk that gvma is tested with."""
    live = evidence.live
    major = re.match(r"\D*(\d+)\.", live.version) if live else None
    if live and major and int(major[1]) < 16:
        yield VERSION.at("Asterisk", f"version {live.version}")


def check_modules(evidence: Evidence) -> Iterator[Finding]:
    """Modules that voicemail, MWI and the media server need, and the one that excludes app_voicemail."""
    live = evidence.live
    if live is None or not live.asked:
        return
    if EXTERNAL_MWI in live.loaded:
        yield CONFLICT.at(EXTERNAL_MWI, "is loaded")
    for module in _needed(evidence):
        alternatives = VOICEMAIL_MODULES if module == "app_voicemail.so" else (module,)
        if not live.loaded & set(alternatives):
            yield MODULE.at(module, "is not loaded")
        elif not live.loaded & set(alternatives) - live.idle:
            yield MODULE.at(module, "is loaded and does not run")
    if evidence.media.used:
        for module in MEDIA_MODULES:
            if module not in live.loaded:
                yield MEDIA_MODULE.at(module, "is not loaded")
        if not live.loaded & set(TIMING_MODULES):
            yield MEDIA_MODULE.at("res_timing_*", "no timing module is loaded")


def _needed(evidence: Evidence) -> Iterator[str]:
    pjsip, settings = evidence.driver == "pjsip", evidence.settings.gvma
    registers = REGISTER_MODULES if pjsip and settings.mwi_mode == "REGISTER" else ()
    routes = [name for name in ROUTING_MODULES if pjsip or not name.startswith("res_pjsip")] if settings.routing else []
    yield from dict.fromkeys([*COMMON_MODULES, *DRIVER_MODULES[evidence.driver], *registers, *routes])


def check_identify(evidence: Evidence) -> Iterator[Finding]:
    """One endpoint for SIP Server's address, in SUBSCRIBE mode with PJSIP."""
    live = evidence.live
    if live is None or live.identifies is None or evidence.driver != "pjsip":
        return
    if evidence.settings.gvma.mwi_mode != "SUBSCRIBE":
        return
    port = evidence.settings.gvma.siptserver_port
    for host in sipserver_hosts(evidence.settings.gvma):
        endpoints = sorted({endpoint for endpoint, match in live.identifies if _matches(match, host, port)})
        if len(endpoints) > 1:
            yield IDENTIFY_TWICE.at("pjsip.conf", f"{host} is {' and '.join(endpoints)}")
        elif not endpoints and _is_address(host):
            yield IDENTIFY_NONE.at("pjsip.conf", f"nothing matches {host}")


def is_sipserver(match: str, settings: GvmaSettings) -> bool:
    """Whether an identify's ``match``, as Asterisk shows it, holds one of SIP Server's addresses."""
    return any(_matches(match, host, settings.siptserver_port) for host in sipserver_hosts(settings))


def by_port_alone(evidence: Evidence) -> bool:
    """Whether every identify that holds SIP Server's address wants its port as well."""
    identifies = (evidence.live.identifies if evidence.live else None) or ()
    matches = [match for _, match in identifies if is_sipserver(match, evidence.settings.gvma)]
    return bool(matches) and all(_PORTED.fullmatch(match) for match in matches)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _matches(match: str, host: str, port: int) -> bool:
    """Whether an identify's ``match`` holds the host; Asterisk shows addresses as networks, 10.0.0.1/32, and one
    with a port as 10.0.0.1:5060/32."""
    ported = _PORTED.fullmatch(match)
    if ported:
        if int(ported[2]) != port:
            return False
        match = ported[1].strip("[]") + ported[3]
    if match == host:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")) in ipaddress.ip_network(match, strict=False)
    except ValueError:
        return False


def check_identifier_order(evidence: Evidence) -> Iterator[Finding]:
    """``endpoint_identifier_order`` in REGISTER mode, and for phones behind SIP Server's address."""
    live = evidence.live
    if live is None or evidence.driver != "pjsip" or not _address_first(live):
        return
    hosts = sipserver_hosts(evidence.settings.gvma)
    identified = [match for _, match in live.identifies or () if is_sipserver(match, evidence.settings.gvma)]
    if evidence.settings.gvma.mwi_mode == "REGISTER" and identified:
        yield ORDER.at("pjsip.conf", f"endpoint_identifier_order={live.identifier_order}")
    own = {evidence.settings.gvma.routing_sipserver_peer} | _aors_of(
        {endpoint for endpoint, match in live.identifies or () if match in identified}, evidence
    )
    phones = sorted({name for name, host in live.contact_hosts if host in hosts} - own)
    if evidence.settings.gvma.routing and phones and identified:
        yield ORDER_PHONES.at("pjsip.conf", f"{', '.join(phones[:5])} register from SIP Server's address")


def _aors_of(endpoints: set[str], evidence: Evidence) -> set[str]:
    """The AORs of SIP Server's own endpoints, whose contact is SIP Server and no phone."""
    driver = evidence.confs.get("driver")
    sections = [section for section in driver.sections if section.name in endpoints] if driver else []
    return endpoints | {aor.strip() for section in sections for aor in section.value("aors").split(",")}


def _address_first(live: Live) -> bool:
    order = [name.strip() for name in (live.identifier_order or "ip,username,anonymous").split(",")]
    return "ip" in order and ("username" not in order or order.index("ip") < order.index("username"))


def check_storage(evidence: Evidence) -> Iterator[Finding]:
    """Where messages and PINs are kept (voicemail.conf [general])."""
    voicemail = evidence.confs.get("vm")
    if voicemail is None:
        return
    for key in ("odbcstorage", "imapserver", "externpass"):
        if voicemail.value("general", key):
            yield STORAGE.at(voicemail.name, f"{key} is set")
    location = voicemail.value("general", "passwordlocation")
    if location and location.lower() not in {"spooldir", "voicemail.conf"}:
        yield PASSWORD_LOCATION.at(voicemail.name, f"passwordlocation = {location}")
