"""Rules about Asterisk's files as Asterisk reads them: what it cannot follow or read, and what it challenges. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.conf.model import Section
from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.drivers.pjsip import SIPSERVER
from gvma.asterisk.roles import SUBSCRIPTION_PREFIX
from gvma.check.conclusions.addresses import sipserver_matches
from gvma.check.conclusions.profile import phones_on_asterisk
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

MISSING = Rule(
    "file-missing", "warning", "a file of Asterisk that the sync writes does not exist",
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
SECRET = Rule(
    "endpoint-secret", "error", "a phone or subscription that Asterisk challenges",
    "SIP Server cannot answer a challenge (manual 2028-2032).",
    "Remove secret (chan_sip) or auth (PJSIP), and restrict by address instead.",
)  # fmt: skip
TWICE = Rule(
    "pjsip-mailboxes-twice", "error", "mailboxes= on SIP Server's endpoint and on an AOR for the same mailbox, or on a "
    "phone's endpoint and on its own AOR",
    "Asterisk answers that endpoint's SUBSCRIBE for the mailbox with 500 (res_pjsip_mwi).",
    "Remove mailboxes= from the endpoint, or set mwi_subscribe_replaces_unsolicited=yes on it.",
)  # fmt: skip
OTHER_FOLDER = Rule(
    "asterisk-other-folder", "error", "asterisk_cfg_path or asterisk_spool_path is not the folder that Asterisk uses",
    "What a sync writes there Asterisk never reads (it stops with exit 78 instead), and a PIN that is reset stays.",
    "Set the key to Asterisk's own folder (`core show settings`), or asterisk_cm_host and asterisk_cm_port to the "
    "Asterisk that uses this one.",
)  # fmt: skip
MOUNTED = Rule(
    "file-mounted", "error", "a file that a sync writes is mounted by itself, as containers do it",
    "It cannot be replaced in there, and replaced outside it stays the old one in the container.",
    "Mount the folder, not the file.",
)  # fmt: skip
ELSEWHERE = Rule(
    "sorcery-elsewhere", "error", "sorcery.conf has Asterisk read PJSIP's objects from elsewhere than from gvma's file",
    "What a sync writes into pjsip.conf Asterisk never reads, and it puts everything back (exit 15).",
    "Add a line such as aor=config,pjsip.conf,criteria=type=aor beside the mapping in sorcery.conf.",
)  # fmt: skip
RULES = (MISSING, INCLUDE, REFUSED, EXEC, SECRET, TWICE, OTHER_FOLDER, MOUNTED, ELSEWHERE)

_PROBLEMS = {
    "missing": "does not exist",
    "cycle": "includes itself, or more than nine files deep",
    "limit": "is one of more than 10,000 files, of 256 MiB or of 3 million lines that are included or inherited",
}


def check_files(evidence: Evidence) -> Iterator[Finding]:
    """Files that are missing, includes that Asterisk cannot follow, lines that it cannot read."""
    unsafe = {name for name, _ in evidence.files.unsafe}
    for conf in evidence.files.looked_at:
        if not conf.exists and conf.name not in unsafe:
            yield MISSING.at(conf.name, f"{conf.name} does not exist")
        for where, reason in conf.refusals:
            yield REFUSED.at(where, reason)
        for directive in conf.directives:
            if directive.kind == "exec":
                yield EXEC.at(directive.where, f"#exec {directive.target}")
            elif directive.problem:
                yield INCLUDE.at(directive.where, f"{directive.target} {_PROBLEMS[directive.problem]}")


def check_secrets(evidence: Evidence) -> Iterator[Finding]:
    """``secret`` or ``auth`` on gvm-* objects, phones and SIP Server's own peer (the manual's lines 2028-2032)."""
    conf = evidence.files.channel
    if conf is None:
        return
    keys = ("auth",) if evidence.driver is PJSIP else ("secret", "md5secret")
    challenged = {one.section for one in conf.with_key(*keys)}
    if not challenged:
        return
    watched = {dn.number for dn in evidence.configserver.dns} if phones_on_asterisk(evidence) else set()
    watched.add(evidence.settings.gvma.routing_sipserver_peer)
    for section in conf.objects:
        if section.name in challenged and (section.name in watched or section.name.startswith(SUBSCRIPTION_PREFIX)):
            for key in keys:
                if section.value(key):
                    yield SECRET.at(section.where, f"[{section.name}] has {key}")


def check_mailboxes_twice(evidence: Evidence) -> Iterator[Finding]:
    """One mailbox on an endpoint and on an AOR of PJSIP (res_pjsip_mwi)."""
    conf = evidence.files.channel
    if conf is None or evidence.driver is not PJSIP:
        return
    endpoints = conf.of_type("endpoint", having="mailboxes")
    if not endpoints:
        return
    aors = {one.name: _listed(one, "mailboxes") for one in conf.of_type("aor", having="mailboxes")}
    identified = {endpoint for endpoint, _ in sipserver_matches(evidence)}
    sipserver = {SIPSERVER, evidence.settings.gvma.routing_sipserver_peer, *identified}
    for section in endpoints:
        if section.value("mwi_subscribe_replaces_unsolicited").lower() in {"yes", "true", "1", "on"}:
            continue
        subscribing = aors if section.name in sipserver else _listed(section, "aors")
        subscribed = {mailbox for name in subscribing for mailbox in aors.get(name, ())}
        for mailbox in sorted(subscribed & set(_listed(section, "mailboxes"))):
            yield TWICE.at(
                section.where, f"{mailbox} is on endpoint {section.name} and on an AOR that it subscribes to"
            )


def _listed(section: Section, key: str) -> list[str]:
    return [name.strip() for name in section.value(key).split(",") if name.strip()]


def check_read_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Whether Asterisk reads what a sync writes: folders, mounts, and sorcery.conf for what our block holds."""
    for key, named, used in evidence.ami.other_folders if evidence.ami else ():
        yield OTHER_FOLDER.at(key, f"it is {named}, and this Asterisk uses {used}")
    for name in evidence.files.mounted:
        yield MOUNTED.at(name, "it is a mount point itself")
    channel = evidence.files.channel
    if channel is None or evidence.driver is not PJSIP:
        return
    for type_, place in evidence.files.elsewhere:
        if type_ == "aor" or any(one.ours for one in channel.of_type(type_)):
            yield ELSEWHERE.at("sorcery.conf", f"{type_} is read from {place}, and not from {channel.name}")


CHECKS = (check_files, check_secrets, check_mailboxes_twice, check_read_elsewhere)
