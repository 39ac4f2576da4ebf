"""What most of these syncs begin with, and what a sync must say and leave that is refused."""

from __future__ import annotations

from collections.abc import Callable

from tests.harness.command import Done
from tests.harness.layer import Layer
from tests.harness.site import Site

OBJECTS = Layer(
    dns={
        "61001": {},
        "61002": {"gvm_mailbox": "61902", "gvm_name": "Ulla Iso", "gvm_password": "86420"},
        "61003": {"gvm_mailbox": "7", "gvm_mailbox_context": "site"},
    },
    agents={"A17": {"gvm_mailbox": "61017", "gvm_group_mailbox": "61500"}, "A18": {}},
    groups={"Claims": {"gvm_mailbox": "61500", "gvm_email": "claims@example.net"}},
)
"""Four boxes, and five subscriptions: one watches a box of the site's own."""
FEWER = Layer(dns={"61001": {}}, agents=OBJECTS.agents, groups=OBJECTS.groups)
"""So few that the safety brake holds."""
BY_NAME = {
    "dnquery": "CfgTenant[@name='Environment']/switches/CfgSwitch[@name='SIP_Switch']/DNs/CfgDN[@type='1']",
    "agentquery": "CfgSwitch[@name='SIP_Switch']/agentLogins/CfgAgentLogin",
    "agentgroupquery": "CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup",
}
"""The queries as the manual has them, for the simulator's own objects."""


def says_four_parts(done: Done, what: str, where: object, to_do: str) -> None:
    """stderr: what happened, where, that nothing was changed, and what to do; nothing on stdout, no traceback."""
    assert done.stdout == ""
    assert "Traceback" not in done.stderr, done.stderr
    for part in (what, str(where), "Nothing was", to_do):
        assert part in done.stderr, (part, done.stderr)


def refused(
    site: Site, status: int, what: str, where: object, to_do: str, *words: str, look: Callable[[], object] | None = None
) -> Done:
    """A sync that must leave with this status, say the four parts, and change no byte of Asterisk's folder."""
    look = look or site.asterisk_files
    before = look()
    done = site.gvma("sync", *(words or site.from_tree))
    assert done.status == status, str(done)
    says_four_parts(done, what, where, to_do)
    assert look() == before
    assert not list(site.backup_path.glob("2*")), "a refused sync made a backup set"
    return done
