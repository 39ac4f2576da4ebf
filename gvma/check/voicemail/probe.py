"""Rules about message waiting, by the answers to the SUBSCRIBEs of ``gvma check --probe``. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.conclusions.addresses import refused_as_stranger
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence, Probe

REFUSED = Rule(
    "probe-refused", "error", "Asterisk refuses a SUBSCRIBE for a mailbox",
    "SIP Server gets the same answer and tries again after a minute, for ever (manual 1825-1827).",
    "404: the subscription is not in Asterisk, run `gvma sync`. 401: this host is not the address that identifies "
    "SIP Server, or the object has a secret. 500: mailboxes= stands on an endpoint and on an AOR.",
)  # fmt: skip
SILENT = Rule(
    "probe-silent", "error", "Asterisk does not answer a SUBSCRIBE",
    "SIP Server would wait in vain too (manual 1825-1827).",
    "See that Asterisk listens for SIP over UDP, and that no firewall stands between.",
)  # fmt: skip
NO_NOTIFY = Rule(
    "probe-no-notify", "error", "Asterisk accepted a SUBSCRIBE and sent no NOTIFY",
    "Agents see no message counts (manual 1731-1780).",
    "See that app_voicemail has the mailbox, and that the NOTIFY may reach this host.",
)  # fmt: skip
ELSEWHERE = Rule(
    "probe-elsewhere", "info", "Asterisk refused the probe, and this host is not SIP Server",
    "PJSIP knows SIP Server by its address, and by its port where the identify has one. The probe came from another "
    "one, so its answer says nothing about SIP Server.",
    "Run `gvma check --probe` on SIP Server's host, or look at SIP Server's log.",
)  # fmt: skip
NOT_PROBED = Rule(
    "probe-register", "info", "no mailbox is probed in REGISTER mode",
    "The probe sends SUBSCRIBE, and the objects of REGISTER mode answer SIP Server's REGISTER (manual 2277-2322).",
    "See `pjsip show contacts` or `sip show peers` for SIP Server's registrations.",
)  # fmt: skip
RULES = (REFUSED, SILENT, NO_NOTIFY, ELSEWHERE, NOT_PROBED)


def check_probes(evidence: Evidence) -> Iterator[Finding]:
    """The answers to the SUBSCRIBEs, and the NOTIFYs that came."""
    if evidence.probes is not None and evidence.settings.gvma.mwi_mode != "SUBSCRIBE":
        yield NOT_PROBED.at("--probe", f"mwi_mode = {evidence.settings.gvma.mwi_mode}")
    for probe in evidence.probes or ():
        if probe.event != "message-summary":
            continue
        answered = f"SUBSCRIBE was answered {probe.status}"
        if probe.status == 0:
            yield _at(probe, SILENT, "no answer to SUBSCRIBE")
        elif refused_as_stranger(evidence, probe):
            yield _at(probe, ELSEWHERE, answered)
        elif probe.status >= 300:
            yield _at(probe, REFUSED, answered)
        elif not probe.notified:
            yield _at(probe, NO_NOTIFY, f"{answered}, and no NOTIFY came")


def _at(probe: Probe, rule: Rule, message: str) -> Finding:
    return rule.at(probe.node, f"{probe.name}: {message}") if probe.node else rule.at(probe.name, message)


CHECKS = (check_probes,)
