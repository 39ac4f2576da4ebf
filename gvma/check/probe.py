"""MWI for real: what came back to SUBSCRIBEs from this host; the sending is the collector's work."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.evidence import Evidence
from gvma.check.finding import Finding, Rule

REFUSED = Rule(
    "probe-refused", "error", "Asterisk refuses a SUBSCRIBE for a box",
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
    "probe-no-notify", "error", "a SUBSCRIBE was accepted and no NOTIFY came",
    "Agents see no message counts (manual 1731-1780).",
    "See that app_voicemail holds the box, and that the NOTIFY may reach this host.",
)  # fmt: skip
RULES = (REFUSED, SILENT, NO_NOTIFY)


def check_probes(evidence: Evidence) -> Iterator[Finding]:
    """The answers and NOTIFYs of ``gvma check --probe``."""
    for probe in evidence.probes or ():
        if probe.answer == 0:
            yield SILENT.at(probe.name, "no answer to SUBSCRIBE")
        elif probe.answer >= 300:
            yield REFUSED.at(probe.name, f"SUBSCRIBE was answered {probe.answer}")
        elif not probe.notified:
            yield NO_NOTIFY.at(probe.name, f"SUBSCRIBE was answered {probe.answer}, and no NOTIFY came")
