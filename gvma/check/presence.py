"""Rules about telephones' presence, by the answers to the SUBSCRIBEs of ``gvma check --probe``. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.conclusions.addresses import refused_as_stranger
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

REFUSED = Rule(
    "probe-presence-refused", "error", "Asterisk refuses a SUBSCRIBE for a telephone's presence, or does not answer it",
    "SIP Server then never learns whether the agent's telephone is registered or busy, and routes no call to it "
    "(manual 1517-1544).",
    "404: the hint is not in the context of SIP Server's endpoint or peer; include the routing context there. 401: "
    "this host is not the address that identifies SIP Server, or the object has a secret.",
)  # fmt: skip
NO_NOTIFY = Rule(
    "probe-presence-no-notify", "error", "Asterisk accepted a SUBSCRIBE for presence and sent no NOTIFY with a state",
    "SIP Server then never learns whether the agent's telephone is registered or busy, and routes no call to it "
    "(manual 1517-1544).",
    "See that res_pjsip_exten_state.so and res_pjsip_pidf_body_generator.so run, and that the NOTIFY may reach this "
    "host.",
)  # fmt: skip
ELSEWHERE = Rule(
    "probe-presence-elsewhere", "info", "Asterisk refused a probe for presence, and this host is not SIP Server",
    "PJSIP knows SIP Server by its address, and by its port where the identify has one. The probe came from another "
    "one, so its answer says nothing about SIP Server.",
    "Run `gvma check --probe` on SIP Server's host, or look at SIP Server's log.",
)  # fmt: skip
RULES = (REFUSED, NO_NOTIFY, ELSEWHERE)


def check_presence(evidence: Evidence) -> Iterator[Finding]:
    """The answers to the SUBSCRIBEs for a few hints, and the NOTIFYs that came."""
    for probe in evidence.probes or ():
        if probe.event != "presence":
            continue
        if refused_as_stranger(evidence, probe):
            yield ELSEWHERE.at(probe.name, f"SUBSCRIBE was answered {probe.status}")
        elif probe.status == 0 or probe.status >= 300:
            yield REFUSED.at(probe.name, f"SUBSCRIBE was answered {probe.status}" if probe.status else "no answer")
        elif not probe.notified:
            yield NO_NOTIFY.at(probe.name, f"SUBSCRIBE was answered {probe.status}, and no NOTIFY with a state came")


CHECKS = (check_presence,)
