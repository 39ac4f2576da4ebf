"""The media server: its health, the dialplan that leads to it, and what it should play; nothing is asked here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.check.asterisk_files import not_reached
from gvma.check.evidence import Evidence, owner
from gvma.check.finding import Finding, Rule
from gvma.check.sipserver import MEDIA_SERVICES, leads_here

HEALTH = Rule(
    "media-health", "error", "the FastAGI server does not answer its health route",
    "Calls get the dialplan's fallback: music on hold for announcements, a refusal for conferences.",
    "Start `gvma agi serve` (cron/gvma-agi.service), or correct agi_host and agi_port in [media].",
)  # fmt: skip
UNSERVED = Rule(
    "media-dialplan", "error", "a Voice over IP Service DN sends media calls here, and no context takes them",
    "SIP Server's calls for announcements, digits and conferences then get 404 (manual 3119-3137).",
    "Include dialplan/gvma-media-pjsip.conf or gvma-media-sip.conf in extensions.conf, or correct contact of the DN.",
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
UNREADABLE = Rule(
    "media-file", "warning", "a sound or folder of [media] that Asterisk cannot use",
    "Callers get 404, or a recording is lost.",
    "Create it, correct the path, or give Asterisk's user the right to it.",
)  # fmt: skip
RULES = (UNSERVED, HEALTH, ADDRESS, NOT_INCLUDED, NOT_REACHED, UNREADABLE)

CONTEXT = "moh_conf_treatment"
_AGI = re.compile(r"agi://(\[[^\]]+\]|[^/:\s$]+)(?::(\d+))?/?")


def check_health(evidence: Evidence) -> Iterator[Finding]:
    """The FastAGI server at ``agi_host:agi_port``."""
    media = evidence.settings.media
    if evidence.media.used and evidence.media.health:
        yield HEALTH.at(f"{media.agi_host}:{media.agi_port}", evidence.media.health)


def check_included(evidence: Evidence) -> Iterator[Finding]:
    """``include => moh_conf_treatment`` (the manual's lines 3095-3099)."""
    dialplan = evidence.confs.get("exten")
    if not evidence.media.used or dialplan is None:
        return
    yield from not_reached(CONTEXT, dialplan, evidence, nowhere=NOT_INCLUDED, unreached=NOT_REACHED)


def check_served(evidence: Evidence) -> Iterator[Finding]:
    """Media service DNs whose contact is this Asterisk, where nothing here takes their calls."""
    if evidence.media.used or evidence.confs.get("exten") is None:
        return
    for dn in evidence.layer.services:
        if dn.options.get("service-type", "").strip().lower() in MEDIA_SERVICES and leads_here(evidence, dn):
            yield UNSERVED.at(owner(dn), f"contact = {dn.options.get('contact', '').strip()}")


def check_address(evidence: Evidence) -> Iterator[Finding]:
    """``GVMA_AGI`` of [globals], where it names one server and not several (hagi://)."""
    dialplan, media = evidence.confs.get("exten"), evidence.settings.media
    if not evidence.media.used or dialplan is None:
        return
    named = dialplan.value("globals", "gvma_agi") or "agi://127.0.0.1"
    found = _AGI.fullmatch(named)
    if found and (found[1], int(found[2] or 4573)) != (media.agi_host, media.agi_port):
        yield ADDRESS.at(dialplan.name, f"GVMA_AGI = {named}, but [media] has {media.agi_host}:{media.agi_port}")


def check_sounds(evidence: Evidence) -> Iterator[Finding]:
    """``default_file``, ``sounds_path``, ``recordings_path`` and ``digits_prompt``, as Asterisk's user sees them."""
    if evidence.media.used:
        for path, reason in evidence.media.unreadable:
            yield UNREADABLE.at(path, reason)
