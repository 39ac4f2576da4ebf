"""Which objects may own a mailbox, and which mailbox each asks for. Pure."""

from __future__ import annotations

from gvma.configserver.objects import ConfigObject, DnType
from gvma.evidence.model import Evidence


def mailbox_owners(evidence: Evidence) -> tuple[ConfigObject, ...]:
    """Extension DNs, Agent Logins and Agent Groups; a DN whose type the answer does not tell is taken for one."""
    layer = evidence.configserver
    extensions = [dn for dn in layer.dns if dn.type in {DnType.EXTENSION, None}]
    return (*extensions, *layer.agents, *layer.groups)


def own_mailbox(owner: ConfigObject) -> str:
    """The mailbox that an object asks for: ``gvm_mailbox``, else that of a DN's own number (manual 2471-2480)."""
    return option(owner, "gvm_mailbox") or (owner.number if owner.kind == "CfgDN" else "")


def option(one: ConfigObject, name: str) -> str:
    """An option's value without blanks around it; empty where it is not set."""
    return one.options.get(name, "").strip()
