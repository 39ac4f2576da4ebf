"""The media server: its health, the dialplan that leads to it, and what it should play; nothing is asked here."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.evidence import Evidence
from gvma.check.finding import Finding, Rule

HEALTH = Rule(
    "media-health", "error", "the FastAGI server does not answer its health route",
    "Calls get the dialplan's fallback: music on hold for announcements, a refusal for conferences.",
    "Start `gvma agi serve` (cron/gvma-agi.service), or correct agi_host and agi_port in [media].",
)  # fmt: skip
NOT_INCLUDED = Rule(
    "media-include", "error", "no context includes moh_conf_treatment",
    "SIP Server's media calls come into the context of its endpoint, and find nothing there (manual 3095-3099).",
    "Write `include => moh_conf_treatment` into that context, or into [default].",
)  # fmt: skip
UNREADABLE = Rule(
    "media-file", "warning", "a sound or folder of [media] that Asterisk cannot use",
    "Callers get 404, or a recording is lost.",
    "Create it, correct the path, or give Asterisk's user the right to it.",
)  # fmt: skip
RULES = (HEALTH, NOT_INCLUDED, UNREADABLE)

CONTEXT = "moh_conf_treatment"


def check_health(evidence: Evidence) -> Iterator[Finding]:
    """The FastAGI server at ``agi_host:agi_port``."""
    media = evidence.settings.media
    if evidence.media.used and evidence.media.health:
        yield HEALTH.at(f"{media.agi_host}:{media.agi_port}", evidence.media.health)


def check_included(evidence: Evidence) -> Iterator[Finding]:
    """``include => moh_conf_treatment`` (S95)."""
    dialplan = evidence.confs.get("exten")
    if not evidence.media.used or dialplan is None:
        return
    included = {line.value.partition(",")[0].strip() for line in dialplan.lines if line.key == "include"}
    if CONTEXT not in included:
        yield NOT_INCLUDED.at(dialplan.name, f"nothing includes {CONTEXT}")


def check_sounds(evidence: Evidence) -> Iterator[Finding]:
    """``default_file``, ``sounds_path``, ``recordings_path`` and ``digits_prompt``, as Asterisk's user sees them."""
    if evidence.media.used:
        for path, reason in evidence.media.unreadable:
            yield UNREADABLE.at(path, reason)
