"""Which rule of the manual applied to an object, and what of its options gvma reads. Pure; no PIN is shown."""

from __future__ import annotations

from gvma.asterisk.roles import AGENT, BY_ELEMENT, ROLES, Role
from gvma.check.conclusions.owners import option
from gvma.configserver.objects import DISABLED, ConfigObject
from gvma.evidence.model import QUERIES, Evidence, object_name
from gvma.mailboxes.claims import GVM_OPTIONS, owner_of
from gvma.secrecy import masked_option

_WARNINGS = frozenset({"refused-value", "name-collision", "shared-box", "option-left-out", "mailbox-unreachable"})
_REFUSED = frozenset({"refused-value", "name-collision"})


def queries_of(evidence: Evidence, one: ConfigObject) -> tuple[str, ...]:
    """The queries of the settings that select an object."""
    layer = evidence.configserver
    return tuple(query for query in QUERIES if any(other is one for other in layer.objects(query)))


def gvm_options(one: ConfigObject) -> dict[str, str]:
    """Its GVM options, secrets masked, in the order of their names."""
    return {key: masked_option(key, one.options[key]) for key in sorted(one.options.keys() & GVM_OPTIONS)}


def remarks(evidence: Evidence, one: ConfigObject) -> tuple[str, ...]:
    """What a sync warns of because of this object."""
    role = BY_ELEMENT.get(one.kind)
    if role is None:
        return ()
    owner = owner_of(role, one)
    return tuple(
        warning.message
        for warning in evidence.wanted.warnings
        if warning.code in _WARNINGS and warning.where.partition(",")[0] == owner
    )


def rule_of(evidence: Evidence, one: ConfigObject) -> str:
    """A sentence: why the object has this mailbox, or none."""
    role = BY_ELEMENT.get(one.kind)
    if role is None:
        return "Only DNs, agent logins and agent groups have mailboxes."
    if role.query not in queries_of(evidence, one):
        return _not_selected(evidence, one, role)
    if refusal := refusal_of(evidence, one):
        return f"Refused: {refusal}"
    context = option(one, "gvm_mailbox_context")
    box = option(one, "gvm_mailbox")
    if not box and role is AGENT and option(one, "gvm_group_mailbox"):
        return "gvm_group_mailbox: without a mailbox of its own, it hears of the mailbox of its group."
    if not box and not role.always:
        return f"{role.label}s have a mailbox only where gvm_mailbox is set (manual 2478-2480)."
    if context:
        return f"gvm_mailbox_context: the mailbox is the site's own in [{context}] (manual 2439-2442)."
    if box:
        return "gvm_mailbox names the mailbox (manual 2471)."
    return "A DN without gvm_mailbox has the mailbox of its own number (manual 2474)."


def has_mailbox_query(evidence: Evidence, one: ConfigObject) -> bool:
    """Whether the query for owners of its kind selects it."""
    role = BY_ELEMENT.get(one.kind)
    return role is not None and role.query in queries_of(evidence, one)


def refusal_of(evidence: Evidence, one: ConfigObject) -> str:
    """A sentence: why a sync gives the object no mailbox although it asks for one; empty where it is not refused."""
    role = BY_ELEMENT.get(one.kind)
    if role is None or role.query not in queries_of(evidence, one):
        return ""
    if not any(refused.kind == role.kind and refused.dbid == one.dbid for refused in evidence.wanted.refused):
        return ""
    owner = owner_of(role, one)
    said = (
        warning.message
        for warning in evidence.wanted.warnings
        if warning.code in _REFUSED and warning.where.partition(",")[0] == owner
    )
    return next(said, "its values cannot be used.")


def _not_selected(evidence: Evidence, one: ConfigObject, role: Role) -> str:
    answer = evidence.configserver.answers.get(role.query)
    if answer is not None and answer.error is not None:
        return f"Whether {role.query} selects it is not known, since it was not answered."
    if one.state == DISABLED and not evidence.settings.cfgserver.include_disabled:
        return "It is disabled in Configuration Server, and include_disabled = no."
    asked = f"{role.query} does not select it" if answer is not None else f"{role.query} is not set"
    return f"{asked}, so that gvma gives it no mailbox."


def label(one: ConfigObject) -> str:
    """``DN 1000``; by DBID where its number cannot be shown."""
    role = BY_ELEMENT.get(one.kind)
    return owner_of(role, one) if role is not None else object_name(one)


def roles_of(keys: tuple[str, ...], owners: tuple[ConfigObject, ...]) -> frozenset[str]:
    """The kinds of owner that objects and mailboxes have: ``dn``, ``agent``, ``group``."""
    contexts = {key.rpartition("@")[2] for key in keys}
    of_objects = {BY_ELEMENT[one.kind].kind for one in owners if one.kind in BY_ELEMENT}
    return frozenset(of_objects | {role.kind for role in ROLES if role.context in contexts and not of_objects})
