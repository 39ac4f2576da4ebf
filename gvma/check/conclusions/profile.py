"""Which switches the site has, and whether it has Asterisk among them. Pure."""

from __future__ import annotations

from gvma.asterisk.roles import ROLES
from gvma.check.conclusions.addresses import leads_to_asterisk
from gvma.check.conclusions.owners import option
from gvma.configserver.objects import ConfigObject, names_of_options
from gvma.evidence.model import Evidence

ASTERISK = "asterisk"


def profiles(evidence: Evidence) -> tuple[str, ...]:
    """The ids of the site's switches: those of ``switch_profile``, else the one that the objects tell."""
    guess = guessed_profile(evidence)
    return evidence.settings.gvma.switch_profile or ((guess,) if guess else ())


def guessed_profile(evidence: Evidence) -> str:
    """The id of the switch whose telling options stand on the DNs; empty where none does."""
    layer = evidence.configserver
    services = {one.options.get("service-type", "").strip().lower() for one in layer.services}
    named = names_of_options((*layer.dns, *layer.trunks))
    applications = names_of_options(layer.applications)
    if "softswitch" in services:
        return "openscape-voice"
    if "blf" in services:
        return "broadworks"
    if named & {"subscribe-presence", "subscribe-presence-domain", "make-call-rfc3725-flow"}:
        return ASTERISK
    if "oos-check" in named or "recovery-timeout" in named:
        refer = {one.options.get("refer-enabled", "").strip().lower() for one in layer.trunks}
        return "audiocodes" if "true" in refer else "cisco-mgc"
    return "f5-bigip-ltm" if applications & {"sip-interface", "internal-registrar-persistent"} else ""


def phones_on_asterisk(evidence: Evidence) -> bool:
    """Whether the Extension DNs' phones are registered on Asterisk itself."""
    return evidence.settings.gvma.routing or ASTERISK in profiles(evidence)


def names_no_asterisk(evidence: Evidence) -> bool:
    """Whether ``switch_profile`` names other switches alone, and no object of Configuration Server is for Asterisk.

    Then SIP Server uses no mailbox, and lacks nothing of chapter 2: neither ``mwi-*`` nor Trunks to the mailboxes.
    """
    named, layer = evidence.settings.gvma.switch_profile, evidence.configserver
    if not named or ASTERISK in named:
        return False
    if any(name.startswith("mwi-") for name in names_of_options(layer.applications)):
        return False
    if any(name.startswith("gvm_") for name in names_of_options((*layer.dns, *layer.agents, *layer.groups))):
        return False
    return not any(leads_to_mailboxes(evidence, trunk) for trunk in layer.trunks)


def leads_to_mailboxes(evidence: Evidence, trunk: ConfigObject) -> bool:
    """Whether a Trunk is chapter 2's and no other switch's: it leads to this Asterisk, or has a mailbox prefix."""
    prefixes = {role.dialled_before(evidence.settings.gvma) for role in ROLES}
    return option(trunk, "prefix") in prefixes or leads_to_asterisk(evidence, trunk)
