"""Which objects may own a mailbox, and which mailbox each asks for. Pure."""

from __future__ import annotations

from gvma.asterisk.roles import DN
from gvma.configserver.objects import ConfigObject, DnType
from gvma.evidence.model import Evidence

EXTENSION_TYPES = frozenset({DnType.EXTENSION, None})
"""An Extension's type, and that of a DN whose answer does not tell it: it is taken for one."""


def mailbox_owners(evidence: Evidence) -> tuple[ConfigObject, ...]:
    """Extension DNs, Agent Logins and Agent Groups."""
    layer = evidence.configserver
    return (*filter(may_own_mailbox, layer.dns), *layer.agents, *layer.groups)


def may_own_mailbox(one: ConfigObject) -> bool:
    """No DN but an Extension."""
    return one.kind != DN.element or one.type in EXTENSION_TYPES


def own_mailbox(owner: ConfigObject) -> str:
    """The mailbox that an object asks for: ``gvm_mailbox``, else that of a DN's own number (manual 2471-2480)."""
    return option(owner, "gvm_mailbox") or (owner.number if owner.kind == DN.element else "")


def option(one: ConfigObject, name: str) -> str:
    """An option's value without blanks around it; empty where it is not set."""
    return one.options[name].strip() if name in one.option_names else ""
