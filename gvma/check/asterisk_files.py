"""Asterisk's own files, outside and around the managed blocks; nothing here asks Asterisk."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.asterisk.drivers.pjsip import SIPSERVER
from gvma.asterisk.entries import OWN_CONTEXTS
from gvma.check.conf import Conf, Line, Section
from gvma.check.evidence import Evidence
from gvma.check.finding import Finding, Rule
from gvma.check.live import is_sipserver
from gvma.check.switches import guessed_profile

MISSING_FILE = Rule(
    "file-missing", "warning", "a file of Asterisk that the sync writes is not there",
    "The sync creates it, which is right on a new Asterisk and a sign of a wrong path on an old one.",
    "Look at asterisk_cfg_path and the file names in the settings.",
)  # fmt: skip
INCLUDE = Rule(
    "file-include", "error", "an #include whose file is missing, or that includes itself",
    "Asterisk throws the whole file away, and keeps what it had before.",
    "Correct the #include.",
)  # fmt: skip
REFUSED = Rule(
    "file-refused", "error", "a line that Asterisk cannot read",
    "Asterisk throws the whole file away for it, keeps what it had before, and says so in its log alone.",
    "Correct the line.",
)  # fmt: skip
EXEC = Rule(
    "file-exec", "info", "an #exec",
    "What it prints is part of the file for Asterisk; gvma does not run it, so its lines were not looked at.",
    "See that it makes none of gvma's names.",
)  # fmt: skip
UNSAFE = Rule(
    "file-unsafe", "error", "a file that a sync refuses to edit: markers out of order, an open comment",
    "A sync stops with exit 14 before it writes anything.",
    "Put the file right; `gvma backup list` has its earlier states.",
)  # fmt: skip
NOT_INCLUDED = Rule(
    "dialplan-include", "error", "no context includes GVMA, or the routing context",
    "Agents reach the boxes only where their context has `include => GVMA` (manual 2879-2886).",
    "Write the include into the agents' context, or into [default], outside the markers.",
)  # fmt: skip
NOT_REACHED = Rule(
    "dialplan-include-unreached", "warning", "GVMA, or the routing context, is included where no agent's call comes",
    "Agents reach the boxes only where their context, or [default], leads to the include (manual 2879-2886).",
    "Write the include into the agents' context, or into [default].",
)  # fmt: skip
ROUTING_PEER = Rule(
    "routing-peer-missing", "error", "a peer or endpoint that the routing context dials is not there",
    "With routing_endpoints = no the site's own file has them (manual 1970-2026); calls to what is missing fail.",
    "Write it into the file, or set routing_endpoints = yes.",
)  # fmt: skip
DIAL = Rule(
    "dialplan-dial-address", "warning", "a Dial() to SIP Server's address and not to its peer",
    "chan_sip may send the call through a gvm-* peer of the same address (manual 2903-2937).",
    "Dial the peer by its name, as in Dial(SIP/${EXTEN}@gsip,30,r).",
)  # fmt: skip
OWN_NAME = Rule(
    "file-own-name", "error", "one of gvma's names outside the managed block",
    "Asterisk joins both or takes the first, so boxes and subscriptions are not what was planned.",
    "Rename or remove what stands outside the markers.",
)  # fmt: skip
OLD_BLOCK = Rule(
    "file-old-block", "info", "a managed block that this gvma has not written",
    "The block of a Perl GVMA, or of an installation whose backup_path is gone: the next sync takes it over, "
    "keeps its PINs, and makes a backup set first.",
    "Look at `gvma sync --dry-run`, then run the sync.",
)  # fmt: skip
SECRET = Rule(
    "endpoint-secret", "error", "a phone or subscription that Asterisk challenges",
    "SIP Server cannot answer a challenge (manual 2028-2032).",
    "Remove secret (chan_sip) or auth (PJSIP), and restrict by address instead.",
)  # fmt: skip
BOTH = Rule(
    "pjsip-mailboxes-twice", "error", "mailboxes= on SIP Server's endpoint and on an AOR for the same box, or on a "
    "phone's endpoint and on its own AOR",
    "Asterisk answers that endpoint's SUBSCRIBE for the box with 500 (res_pjsip_mwi).",
    "Remove mailboxes= from the endpoint, or set mwi_subscribe_replaces_unsolicited=yes on it.",
)  # fmt: skip
RULES = (
    MISSING_FILE, UNSAFE, INCLUDE, REFUSED, EXEC, NOT_INCLUDED, NOT_REACHED, ROUTING_PEER, DIAL, OWN_NAME, OLD_BLOCK,
    SECRET, BOTH,
)  # fmt: skip

# SIP/x@host:port, SIP/host:port/x, PJSIP/endpoint/sip:x@host:port
_DIAL = re.compile(
    r"\b(?:PJ)?SIP/(?:[^,)&]*@|(?=[^@,)&]*(?:[,)&]|$)))(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9_.-]+)", re.IGNORECASE
)
_CONTEXT_KEYS = frozenset({"context", "subscribecontext", "subscribe_context", "message_context"})
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_VARIABLE = re.compile(r"\$\{([^{}]+)\}")


def check_files(evidence: Evidence) -> Iterator[Finding]:
    """Files that are missing or not safe to edit, includes that Asterisk cannot follow, lines that it cannot read."""
    for name, reason in evidence.unsafe:
        yield UNSAFE.at(name, reason)
    unsafe = {name for name, _ in evidence.unsafe}
    for conf in evidence.confs.values():
        if not conf.exists and conf.name not in unsafe:
            yield MISSING_FILE.at(conf.name, f"{conf.name} is not there")
        for where, reason in conf.refusals:
            yield REFUSED.at(where, reason)
        for directive in conf.directives:
            if directive.word == "exec":
                yield EXEC.at(directive.where, f"#exec {directive.target}")
            elif directive.problem:
                words = {"missing": "is not there", "cycle": "includes itself, or more than nine files deep"}
                yield INCLUDE.at(directive.where, f"{directive.target} {words[directive.problem]}")


def check_dialplan_includes(evidence: Evidence) -> Iterator[Finding]:
    """``include => GVMA``, and the routing context where it is in use (the manual's lines 2879-2886)."""
    dialplan = evidence.confs.get("exten")
    if dialplan is None or not dialplan.exists or not evidence.syncs:
        return
    wanted = ["GVMA"] + ([evidence.settings.gvma.routing_context] if evidence.settings.gvma.routing else [])
    for context in wanted:
        yield from not_reached(context, dialplan, evidence, nowhere=NOT_INCLUDED, unreached=NOT_REACHED)


def not_reached(
    wanted: str, dialplan: Conf, evidence: Evidence, *, nowhere: Rule, unreached: Rule
) -> Iterator[Finding]:
    """A finding where no include leads to a context, or only such as no call comes to."""
    includes: dict[str, set[str]] = {}
    for line in dialplan.lines:
        if line.key.lower() == "include" and not line.ours:
            includes.setdefault(line.section, set()).add(line.value.partition(",")[0].strip())
    for context, target in _from_elsewhere(dialplan, evidence):
        includes.setdefault(context, set()).add(target)
    if not any(wanted in targets for targets in includes.values()):
        yield nowhere.at(dialplan.name, f"nothing includes {wanted}")
        return
    reached = _entered(dialplan, evidence)
    waiting = list(reached)
    while waiting:
        further = includes.get(waiting.pop(), set()) - reached
        reached |= further
        waiting += further
    if wanted not in reached:
        where = ", ".join(f"[{context}]" for context, targets in includes.items() if wanted in targets)
        yield unreached.at(dialplan.name, f"only {where} includes {wanted}, and no call is seen to come there")


def _from_elsewhere(dialplan: Conf, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Includes that Asterisk holds and no line of the file says: from AEL, Lua, the console, an ``#exec``."""
    for context, target, registrar in evidence.live.includes if evidence.live else ():
        if registrar != "pbx_config" or dialplan.executes:
            yield context, target


def _entered(dialplan: Conf, evidence: Evidence) -> set[str]:
    """Contexts that calls come to: [default], those of endpoints, and those that a line of the dialplan names."""
    driver = evidence.confs.get("driver")
    contexts = {section.name for section in dialplan.sections if not section.ours}
    contexts |= {context for context, _ in _from_elsewhere(dialplan, evidence)}
    if driver is None or not driver.exists or driver.executes or "phones" in evidence.realtime:
        return contexts
    named = {line.value for line in driver.lines if line.key.lower() in _CONTEXT_KEYS} | evidence.led_to
    words = {word for line in dialplan.lines if line.key.lower() != "include" for word in _WORD.findall(line.value)}
    return {"default", *named, *(words & contexts)}


def check_routing_peers(evidence: Evidence) -> Iterator[Finding]:
    """Peers of SIP Server, gateway and phones that the site keeps itself (the manual's lines 1970-2026)."""
    settings, driver = evidence.settings.gvma, evidence.confs.get("driver")
    if driver is None or not settings.routing or settings.routing_endpoints:
        return
    if driver.executes or ("phones" in evidence.realtime and evidence.driver == "sip"):
        return  # PJSIP lists what it has in a database, chan_sip does not
    kinds = {"endpoint"} if evidence.driver == "pjsip" else {"peer", "friend"}
    sections = [section for section in driver.sections if not section.template]
    there = {section.name for section in sections if section.value("type").lower() in kinds}
    there |= (evidence.live.endpoints if evidence.live else None) or frozenset()
    if evidence.driver == "sip":  # which compares names without case
        there = {name.lower() for name in there}
    wanted = [settings.routing_sipserver_peer] if evidence.layer.objects("routingpointquery") else []
    wanted += [settings.routing_gateway_peer] if settings.routing_external_prefix else []
    wanted += sorted(dn.number for dn in evidence.layer.dns)
    missing = [name for name in wanted if (name if evidence.driver == "pjsip" else name.lower()) not in there]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        yield ROUTING_PEER.at(driver.name, f"{', '.join(missing[:5])}{more} not there")


def check_dials(evidence: Evidence) -> Iterator[Finding]:
    """``Dial(SIP/...@host:port)`` to SIP Server's address (the manual's lines 2903-2937); [globals] are resolved."""
    dialplan, driver = evidence.confs.get("exten"), evidence.confs.get("driver")
    addresses = {host.strip().lower() for host in evidence.settings.gvma.siptserver_host.split(",")}
    if dialplan is None or not addresses - {""}:
        return
    peers = {section.name.lower() for section in driver.sections} if driver else set()
    variables = {line.key: line.value for line in dialplan.of("globals")}
    for line in dialplan.lines:
        if line.ours or "dial(" not in line.value.lower():
            continue
        for host in _dialled(line, variables):
            if host in addresses and host not in peers:
                yield DIAL.at(line.where, f"[{line.section}] dials SIP Server by its address, {host}")


def _dialled(line: Line, variables: dict[str, str]) -> set[str]:
    text = _VARIABLE.sub(lambda name: variables.get(name[1], name[0]), line.value)
    text = _VARIABLE.sub("0", text)
    return {match[1].strip("[]").lower() for match in _DIAL.finditer(text)}


def check_own_names(evidence: Evidence) -> Iterator[Finding]:
    """gvma's contexts, boxes and gvm-* objects outside the managed blocks."""
    contexts = {"GVMA"} | ({evidence.settings.gvma.routing_context} if evidence.settings.gvma.routing else set())
    # app_voicemail compares contexts without case, and chan_sip its peers; the dialplan and PJSIP do not.
    objects = re.compile(f"gvm-.*|{SIPSERVER}") if evidence.driver == "pjsip" else re.compile("gvm-.*", re.IGNORECASE)
    yield from _named(evidence.confs.get("vm"), re.compile("|".join(OWN_CONTEXTS), re.IGNORECASE))
    yield from _named(evidence.confs.get("exten"), re.compile("|".join(map(re.escape, contexts))))
    yield from _named(evidence.confs.get("driver"), objects)


def _named(conf: Conf | None, names: re.Pattern[str]) -> Iterator[Finding]:
    for section in conf.sections if conf else ():
        if section.template or not names.fullmatch(section.name):
            continue
        strangers = [line for line in section.lines if not line.ours]
        if not section.ours:
            yield OWN_NAME.at(section.where, f"[{section.name}] stands outside the markers")
        elif strangers:
            yield OWN_NAME.at(strangers[0].where, f"{strangers[0].key} of [{section.name}] stands outside the markers")


def check_old_block(evidence: Evidence) -> Iterator[Finding]:
    """Blocks that are there although nothing was ever synced from here."""
    if evidence.synced_before:
        return
    for conf in evidence.confs.values():
        if any(section.ours for section in conf.sections):
            yield OLD_BLOCK.at(conf.name, f"{conf.name} has a block of another gvma")


def check_endpoint_secrets(evidence: Evidence) -> Iterator[Finding]:
    """``secret`` or ``auth`` on gvm-* objects, phones and SIP Server's own peer (the manual's lines 2028-2032)."""
    conf, settings = evidence.confs.get("driver"), evidence.settings.gvma
    if conf is None:
        return
    on_asterisk = settings.routing or (settings.switch_profile or guessed_profile(evidence)) == "asterisk"
    watched = {dn.number for dn in evidence.layer.dns} if on_asterisk else set()
    watched.add(settings.routing_sipserver_peer)
    keys = ("auth",) if evidence.driver == "pjsip" else ("secret", "md5secret")
    for section in conf.sections:
        if section.template or not (section.name in watched or section.name.startswith("gvm-")):
            continue
        for key in keys:
            if section.value(key):
                yield SECRET.at(section.where, f"[{section.name}] has {key}")


def check_mailboxes_twice(evidence: Evidence) -> Iterator[Finding]:
    """One box on an endpoint and on an AOR of PJSIP (asterisk res_pjsip_mwi)."""
    conf = evidence.confs.get("driver")
    if conf is None or evidence.driver != "pjsip":
        return
    sections = [section for section in conf.sections if not section.template]
    aors = {section.name: _listed(section, "mailboxes") for section in sections if section.value("type") == "aor"}
    sipserver = {SIPSERVER, evidence.settings.gvma.routing_sipserver_peer, *_of_sipserver(evidence)}
    for section in sections:
        replaces = section.value("mwi_subscribe_replaces_unsolicited").lower() in {"yes", "true", "1", "on"}
        if section.value("type") != "endpoint" or replaces:
            continue
        named = aors if section.name in sipserver else _listed(section, "aors")
        subscribed = {box for name in named for box in aors.get(name, ())}
        for box in sorted(subscribed & set(_listed(section, "mailboxes"))):
            yield BOTH.at(section.where, f"{box} stands on endpoint {section.name} and on an AOR that it subscribes to")


def _of_sipserver(evidence: Evidence) -> set[str]:
    """The endpoints that Asterisk takes SIP Server for, by its address."""
    identifies = (evidence.live.identifies if evidence.live else None) or ()
    return {endpoint for endpoint, match in identifies if is_sipserver(match, evidence.settings.gvma)}


def _listed(section: Section, key: str) -> list[str]:
    return [name.strip() for name in section.value(key).split(",") if name.strip()]
