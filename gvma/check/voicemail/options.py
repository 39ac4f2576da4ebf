"""Rules about the GVM options of DNs, Agent Logins and Agent Groups: misspelt, misplaced, against each other. Pure.

What the sync itself refuses or warns of is not found again here: ``sync-warning`` has it in the sync's own words.
"""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.roles import AGENT, BY_ELEMENT
from gvma.check.conclusions.owners import mailbox_owners, may_own_mailbox, option, own_mailbox
from gvma.check.finding import Finding, Rule
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence, object_name
from gvma.mailboxes.claims import FIELD_OPTIONS, GVM_OPTIONS
from gvma.nearest import nearest

GROUP_MAILBOX = Rule(
    "gvm-group-mailbox-unknown", "error", "gvm_group_mailbox names a mailbox that no Agent Group has",
    "SIP Server subscribes to gvm-g-<mailbox> when the agent logs in (manual 2431-2437, 2490-2498) and gets 404.",
    "Set gvm_mailbox of the Agent Group to this mailbox, or correct gvm_group_mailbox.",
)  # fmt: skip
SHARED = Rule(
    "gvm-mailbox-shared", "warning", "two owners of one kind have the same mailbox",
    "They share the mailbox and its PIN, and the first one's options count.",
    "Give each its own gvm_mailbox, unless sharing is meant.",
)  # fmt: skip
OTHER_OBJECT = Rule(
    "gvm-option-misplaced", "warning", "an option in an object of the wrong kind",
    "The manual allows gvm_* in Extension DNs, Agent Logins and Agent Groups (2386-2398), gvm_group_mailbox in "
    "Agent Logins only, and mwi-* in the SIP Server Application (2277-2347); elsewhere they have no effect.",
    "Move the option to the object that it is meant for.",
)  # fmt: skip
NO_EFFECT = Rule(
    "gvm-option-without-effect", "warning", "GVM options that another option leaves without effect",
    "An Agent Login or Agent Group without gvm_mailbox gets no mailbox (manual 2478-2480), and with "
    "gvm_mailbox_context gvma makes none (2439-2442): what describes the mailbox is not used.",
    "Set gvm_mailbox, or remove gvm_mailbox_context, or remove the options.",
)  # fmt: skip
MISSPELT = Rule(
    "gvm-option-misspelt", "warning", "an option whose name is nearly a GVM option's",
    "An unknown option is ignored, so the mailbox gets the default.",
    "Correct the name of the option.",
)  # fmt: skip
RULES = (GROUP_MAILBOX, SHARED, OTHER_OBJECT, NO_EFFECT, MISSPELT)


def check_group_mailboxes(evidence: Evidence) -> Iterator[Finding]:
    """``gvm_group_mailbox`` of Agent Logins against the Agent Groups' mailboxes (the manual's lines 2431-2437)."""
    if not evidence.configserver.answered("agentgroupquery"):
        return
    mailboxes = {option(group, "gvm_mailbox") for group in evidence.configserver.groups}
    for agent in evidence.configserver.agents:
        mailbox = option(agent, "gvm_group_mailbox")
        if mailbox and mailbox not in mailboxes:
            yield GROUP_MAILBOX.at(object_name(agent), f"gvm_group_mailbox = {mailbox}, which no Agent Group has")


def check_shared_mailboxes(evidence: Evidence) -> Iterator[Finding]:
    """One mailbox of one context with two owners."""
    first: dict[tuple[str, str], ConfigObject] = {}
    contexts = {kind: role.context for kind, role in BY_ELEMENT.items()}
    for owner in mailbox_owners(evidence):
        mailbox = own_mailbox(owner)
        place = (mailbox, option(owner, "gvm_mailbox_context") or contexts.get(owner.kind, ""))
        if mailbox and first.setdefault(place, owner) is not owner:
            yield SHARED.at(
                object_name(owner),
                f"mailbox {mailbox} of {place[1]} is also the mailbox of {object_name(first[place])}",
            )


def check_option_names(evidence: Evidence) -> Iterator[Finding]:
    """Options in the wrong object, or misspelt (the manual's lines 2365-2442)."""
    owners = mailbox_owners(evidence)
    faultless: set[tuple[str, tuple[str, ...]]] = set()  # most owners have options of the same names
    for owner in owners:
        form = owner.kind, owner.option_names
        if form in faultless:
            continue
        misplaced = {name for name in owner.options if name.startswith("mwi-")}
        if owner.kind != AGENT.element:
            misplaced |= owner.options.keys() & {"gvm_group_mailbox"}
        misspelt = {name: meant for name in sorted(owner.options.keys() - GVM_OPTIONS) if (meant := _meant(name))}
        if not misplaced and not misspelt:
            faultless.add(form)
        yield from _misplaced(owner, misplaced)
        for name, meant in misspelt.items():
            yield MISSPELT.at(object_name(owner), f"{name} is probably {meant}")
    layer = evidence.configserver
    dns = [dn for dn in layer.dns if not may_own_mailbox(dn)]
    others = (*dns, *layer.routing_points, *layer.trunks, *layer.services, *layer.applications)
    known = {(owner.kind, owner.dbid) for owner in owners} if others else set()
    for other in others:
        if (other.kind, other.dbid) not in known:
            yield from _misplaced(other, other.options.keys() & GVM_OPTIONS)


def _meant(name: str) -> str:
    """The GVM option that a name is probably meant for; empty where it is none."""
    likeness = 0.4 if name.startswith(("gvm_", "gvm-", "gvma_")) else 0.8
    name = name.replace("-", "_")
    return name if name in GVM_OPTIONS else nearest(name, GVM_OPTIONS, likeness)


def _misplaced(one: ConfigObject, names: set[str]) -> Iterator[Finding]:
    if names:
        yield OTHER_OBJECT.at(object_name(one), f"{', '.join(sorted(names))} has no effect here")


def check_options_without_effect(evidence: Evidence) -> Iterator[Finding]:
    """What describes a mailbox where none is made (the manual's lines 2534-2539)."""
    for owner in mailbox_owners(evidence):
        box, context = own_mailbox(owner), option(owner, "gvm_mailbox_context")
        if box and not context:
            continue
        names = ", ".join(name for name in FIELD_OPTIONS if option(owner, name))
        if names and not box:
            yield NO_EFFECT.at(object_name(owner), f"{names} without gvm_mailbox")
        elif names:
            yield NO_EFFECT.at(object_name(owner), f"{names} beside gvm_mailbox_context")


CHECKS = (check_group_mailboxes, check_shared_mailboxes, check_option_names, check_options_without_effect)
