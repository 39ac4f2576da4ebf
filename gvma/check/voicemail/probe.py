"""Rules about message waiting and presence, by the answers to the SUBSCRIBEs of ``gvma check --probe``. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.check.conclusions.addresses import by_port_alone
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

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
PRESENCE_REFUSED = Rule(
    "probe-presence-refused", "error", "Asterisk refuses a SUBSCRIBE for a telephone's presence",
    "SIP Server then never learns whether the agent's telephone is registered or busy, and routes no call to it "
    "(manual 1517-1544).",
    "404: the hint is not in the context of SIP Server's endpoint or peer; include the routing context there. 401: "
    "this host is not the address that identifies SIP Server, or the object has a secret.",
)  # fmt: skip
PRESENCE_NO_NOTIFY = Rule(
    "probe-presence-no-notify", "error", "Asterisk accepted a SUBSCRIBE for presence and sent no NOTIFY with a state",
    "SIP Server then never learns whether the agent's telephone is registered or busy, and routes no call to it "
    "(manual 1517-1544).",
    "See that res_pjsip_exten_state.so and res_pjsip_pidf_body_generator.so run, and that the NOTIFY may reach this "
    "host.",
)  # fmt: skip
NOT_PROBED = Rule(
    "probe-register", "info", "no mailbox is probed in REGISTER mode",
    "The probe sends SUBSCRIBE, and the objects of REGISTER mode answer SIP Server's REGISTER (manual 2277-2322).",
    "See `pjsip show contacts` or `sip show peers` for SIP Server's registrations.",
)  # fmt: skip
RULES = (REFUSED, SILENT, NO_NOTIFY, ELSEWHERE, PRESENCE_REFUSED, PRESENCE_NO_NOTIFY, NOT_PROBED)

_UNAUTHORIZED = 401


def check_probes(evidence: Evidence) -> Iterator[Finding]:
    """The answers to the SUBSCRIBEs, and the NOTIFYs that came."""
    if evidence.probes is not None and evidence.settings.gvma.mwi_mode != "SUBSCRIBE":
        yield NOT_PROBED.at("--probe", f"mwi_mode = {evidence.settings.gvma.mwi_mode}")
    port_counts = by_port_alone(evidence)
    for probe in evidence.probes or ():
        elsewhere = evidence.driver.has_identify and (port_counts or not probe.as_sipserver)
        of_telephone = probe.event == "presence"
        if probe.status == 0:
            yield SILENT.at(probe.name, "no answer to SUBSCRIBE")
        elif probe.status == _UNAUTHORIZED and elsewhere:
            yield ELSEWHERE.at(probe.name, "SUBSCRIBE was answered 401")
        elif probe.status >= 300:
            rule = PRESENCE_REFUSED if of_telephone else REFUSED
            yield rule.at(probe.name, f"SUBSCRIBE was answered {probe.status}")
        elif not probe.notified:
            rule = PRESENCE_NO_NOTIFY if of_telephone else NO_NOTIFY
            yield rule.at(probe.name, f"SUBSCRIBE was answered {probe.status}, and no NOTIFY came")


CHECKS = (check_probes,)
