"""The three roles in which a mailbox can be owned, and what each is called wherever it matters. Pure.

A box of each role is in a context of its own, its subscription has a prefix of its own, and so have the numbers
that lead to it. Source: the manual's lines 2402-2435 (names of subscriptions), 2552-2571 (contexts, prefixes).
"""

from __future__ import annotations

from typing import NamedTuple

from gvma.settings.model import GvmaSettings

SUBSCRIPTION_PREFIX = "gvm-"
"""What the name of every subscription begins with, whatever its role."""


class Role(NamedTuple):
    """One role.

    kind: ``dn``, ``agent`` or ``group``, as our records and JSON call it. label, plural: for people.
    element: the class of such objects in Configuration Server. context: of its boxes in voicemail.conf.
    prefix: of its subscriptions' names. always: it has a box even without ``gvm_mailbox``.
    query, dial_prefix: keys in the settings, of the query for its objects and of what is dialled before a box.
    """

    kind: str
    label: str
    plural: str
    element: str
    context: str
    prefix: str
    always: bool
    query: str
    dial_prefix: str

    def dialled_before(self, settings: GvmaSettings) -> str:
        """What is dialled before one of its boxes, such as ``37``."""
        return str(getattr(settings, self.dial_prefix))


DN = Role("dn", "DN", "DNs", "CfgDN", "GVMA_DN", SUBSCRIPTION_PREFIX, True, "dnquery", "vm_dn_ext_prefix")
AGENT = Role(
    "agent", "Agent Login", "agent logins", "CfgAgentLogin", "GVMA_AGENT", "gvm-a-", False,
    "agentquery", "vm_agt_ext_prefix",
)  # fmt: skip
GROUP = Role(
    "group", "Agent Group", "agent groups", "CfgAgentGroup", "GVMA_AGENTGROUP", "gvm-g-", False,
    "agentgroupquery", "vm_grp_ext_prefix",
)  # fmt: skip
ROLES = (DN, AGENT, GROUP)
"""In the order in which their boxes are written."""

OWN_CONTEXTS = tuple(role.context for role in ROLES)
"""The contexts of voicemail.conf that hold the boxes that gvma creates."""

BY_KIND = {role.kind: role for role in ROLES}
BY_CONTEXT = {role.context: role for role in ROLES}
BY_ELEMENT = {role.element: role for role in ROLES}


def role_of_subscription(name: str) -> Role:
    """The role that a subscription's name tells; a DN whose box is ``a-1`` looks like an agent."""
    if name.startswith(AGENT.prefix):
        return AGENT
    return GROUP if name.startswith(GROUP.prefix) else DN
