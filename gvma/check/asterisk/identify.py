"""Rules about how PJSIP knows SIP Server: one endpoint for its address, and the order of the identifiers. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.hosts import is_address, match_has, sipserver_hosts
from gvma.asterisk.identification.model import UNDECIDED
from gvma.asterisk.identification.pjsip import PjsipKnown
from gvma.check.conclusions.addresses import sipserver_matches
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import AmiEvidence, Evidence
from gvma.printable import first_names
from gvma.settings import GvmaSettings

NONE = Rule(
    "identify-none", "error", "no identify of PJSIP matches SIP Server's address",
    "Asterisk answers SIP Server's SUBSCRIBE with 401, which it cannot answer (manual 2028-2032).",
    "Run `gvma sync`, or write an identify with match= SIP Server's address.",
)  # fmt: skip
TWICE = Rule(
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
UNCERTAIN = Rule(
    "identify-uncertain", "warning", "an endpoint of the site's that may be meant to get SIP Server's requests",
    "gvma leaves SIP Server's calls where they are, and cannot tell from Asterisk whether that is right.",
    "Set mwi_endpoint to ours or site, as the message says.",
)  # fmt: skip
RULES = (NONE, TWICE, ORDER, ORDER_PHONES, UNCERTAIN)

_WHERE = "pjsip.conf"


def check_identify(evidence: Evidence) -> Iterator[Finding]:
    """One endpoint for SIP Server's address, in SUBSCRIBE mode with PJSIP."""
    ami, settings = evidence.ami, evidence.settings.gvma
    if ami is None or ami.identifies is None or not evidence.driver.has_identify:
        return
    if settings.mwi_mode != "SUBSCRIBE":
        return
    for host in sipserver_hosts(settings):
        addresses = evidence.addresses.get(host, frozenset()) | {host}
        matching = {
            name
            for name, match in ami.identifies
            if any(match_has(match, address, settings.siptserver_port) for address in addresses)
        }
        if len(matching) > 1:
            yield TWICE.at(_WHERE, f"{host} is {' and '.join(sorted(matching))}")
        elif not matching and any(map(is_address, addresses)) and not _known_otherwise(ami, settings):
            yield NONE.at(_WHERE, f"nothing matches {host}")


def _known_otherwise(ami: AmiEvidence, settings: GvmaSettings) -> bool:
    """Whether an endpoint gets, or may get, the requests of senders whose address nobody is known by."""
    known = ami.sipserver.known
    other = known.otherwise(settings.routing_endpoint_context) if isinstance(known, PjsipKnown) else None
    return other is not None and other.by != "number"


def check_undecided(evidence: Evidence) -> Iterator[Finding]:
    """What the plan of a sync says of endpoints beside ours, or in place of it."""
    for warning in evidence.next_sync.warnings if evidence.next_sync else ():
        if warning.code in UNDECIDED:
            yield UNCERTAIN.at(warning.where, warning.message)


def check_identifier_order(evidence: Evidence) -> Iterator[Finding]:
    """``endpoint_identifier_order`` in REGISTER mode, and for phones behind SIP Server's address."""
    ami, settings, identified = evidence.ami, evidence.settings.gvma, sipserver_matches(evidence)
    if ami is None or not evidence.driver.has_identify or not identified or not _address_first(ami):
        return
    if settings.mwi_mode == "REGISTER":
        yield ORDER.at(_WHERE, f"endpoint_identifier_order={ami.identifier_order}")
    if settings.routing:
        own = {settings.routing_sipserver_peer} | _aors_of({endpoint for endpoint, _ in identified}, evidence)
        hosts = sipserver_hosts(settings)
        phones = sorted({name for name, host in ami.contact_hosts if host in hosts} - own)
        if phones:
            yield ORDER_PHONES.at(_WHERE, f"{first_names(phones)} register from SIP Server's address")


def _aors_of(endpoints: set[str], evidence: Evidence) -> set[str]:
    """The names of SIP Server's own endpoints and of their AORs, whose contact is SIP Server and no phone."""
    conf = evidence.files.channel
    sections = [section for section in conf.sections if section.name in endpoints] if conf else []
    return endpoints | {aor.strip() for section in sections for aor in section.value("aors").split(",")}


def _address_first(ami: AmiEvidence) -> bool:
    order = [name.strip() for name in (ami.identifier_order or "ip,username,anonymous").split(",")]
    return "ip" in order and ("username" not in order or order.index("ip") < order.index("username"))


CHECKS = (check_identify, check_identifier_order, check_undecided)
