"""Which switch the site has, and whether its phones are registered on Asterisk. Pure."""

from __future__ import annotations

from gvma.evidence.model import Evidence


def guessed_profile(evidence: Evidence) -> str:
    """The id of the switch whose telling options stand on the DNs; empty where none does."""
    layer = evidence.configserver
    services = {one.options.get("service-type", "").strip().lower() for one in layer.services}
    named = {name for one in (*layer.dns, *layer.trunks) for name in one.options}
    applications = {name for one in layer.applications for name in one.options}
    if "softswitch" in services:
        return "openscape-voice"
    if "blf" in services:
        return "broadworks"
    if named & {"subscribe-presence", "subscribe-presence-domain", "make-call-rfc3725-flow"}:
        return "asterisk"
    if "oos-check" in named or "recovery-timeout" in named:
        refer = {one.options.get("refer-enabled", "").strip().lower() for one in layer.trunks}
        return "audiocodes" if "true" in refer else "cisco-mgc"
    return "f5-bigip-ltm" if applications & {"sip-interface", "internal-registrar-persistent"} else ""


def phones_on_asterisk(evidence: Evidence) -> bool:
    """Whether the Extension DNs' phones are registered on Asterisk itself."""
    settings = evidence.settings.gvma
    return settings.routing or (settings.switch_profile or guessed_profile(evidence)) == "asterisk"
