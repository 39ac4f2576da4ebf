"""Rules about the Trunk DNs by which SIP Server sends calls to the mailboxes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.roles import ROLES
from gvma.check.conclusions.addresses import leads_to_asterisk
from gvma.check.conclusions.owners import option
from gvma.check.conclusions.profile import names_no_asterisk
from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence, object_name

PREFIX = Rule(
    "sipserver-trunk-prefix", "warning", "no Trunk DN has a prefix that reaches the mailboxes",
    "Agents on SIP Server dial prefix + mailbox; without a Trunk of that prefix the call never comes (manual "
    "2561-2571).",
    "Create a Trunk DN with this prefix and Asterisk's contact, or correct vm_*_ext_prefix.",
)  # fmt: skip
CONTACT = Rule(
    "sipserver-trunk-contact", "error", "the Trunk DN of a mailbox prefix leads elsewhere",
    "Calls to the mailboxes go to its contact (manual 2561-2571).",
    "Set contact of the Trunk DN to this Asterisk.",
)  # fmt: skip
REPLACED = Rule(
    "sipserver-trunk-replaced", "error", "the Trunk DN of a mailbox prefix replaces the prefix",
    "Calls reach this Asterisk without the prefix that its dialplan knows the mailboxes by (manual 1317, 2561-2571).",
    "Remove replace-prefix from the Trunk DN, or correct vm_*_ext_prefix.",
)  # fmt: skip
RULES = (PREFIX, CONTACT, REPLACED)


def check_trunks(evidence: Evidence) -> Iterator[Finding]:
    """Trunk DNs whose ``prefix`` is one of ``vm_*_ext_prefix`` (the manual's lines 2561-2571), for the kinds of
    mailboxes that there are.

    A shorter prefix that leads here does as well, where no longer one takes the calls (manual 1288).
    """
    layer, settings = evidence.configserver, evidence.settings.gvma
    if not layer.answered("trunkquery") or names_no_asterisk(evidence):
        return
    used = {mailbox.context for mailbox in evidence.wanted.mailboxes}
    for role in ROLES:
        if layer.answered(role.query) and role.context not in used:
            continue
        prefix = role.dialled_before(settings)
        longest = max((option(dn, "prefix") for dn in layer.trunks if _takes(dn, prefix)), key=len, default="")
        trunks = [dn for dn in layer.trunks if longest and option(dn, "prefix") == longest]
        here = not evidence.sip.hosts or any(leads_to_asterisk(evidence, dn) for dn in trunks)
        if not longest or (longest != prefix and not here):
            yield PREFIX.at(role.dial_prefix, f"no Trunk DN has prefix {prefix}")
            continue
        for trunk in trunks:
            if evidence.sip.hosts and not leads_to_asterisk(evidence, trunk):
                contact = option(trunk, "contact") or "(none)"
                yield CONTACT.at(object_name(trunk), f"contact = {contact} is not this Asterisk")
            yield from _replaced(trunk, longest, prefix)


def _replaced(trunk: ConfigObject, taken: str, prefix: str) -> Iterator[Finding]:
    """A Trunk that takes ``taken`` off a number and writes something else, so that ``prefix`` does not arrive."""
    instead = option(trunk, "replace-prefix")
    arrives = instead + prefix[len(taken) :]
    if instead and arrives != prefix:
        yield REPLACED.at(object_name(trunk), f"replace-prefix = {instead}: {prefix} arrives as {arrives}")


def _takes(trunk: ConfigObject, number: str) -> bool:
    """Whether SIP Server sends a number to a Trunk, unless another one has a longer prefix of it."""
    prefix = option(trunk, "prefix")
    return bool(prefix) and number.startswith(prefix)


CHECKS = (check_trunks,)
