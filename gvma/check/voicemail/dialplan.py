"""Rules about the dialplan that leads callers to the mailboxes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gvma.asterisk.dialplan import CONTEXT
from gvma.check.conclusions.contexts import unreached
from gvma.check.finding import Finding, Rule
from gvma.evidence.model import Evidence

NOT_INCLUDED = Rule(
    "dialplan-include", "error", "no context includes GVMA, or the routing context",
    "Agents reach the mailboxes only where their context has `include => GVMA` (manual 2879-2886).",
    "Write the include into the agents' context, or into [default], outside the markers.",
)  # fmt: skip
NOT_REACHED = Rule(
    "dialplan-include-unreached", "warning", "GVMA, or the routing context, is included where no agent's call comes",
    "Agents reach the mailboxes only where their context, or [default], leads to the include (manual 2879-2886).",
    "Write the include into the agents' context, or into [default].",
)  # fmt: skip
RULES = (NOT_INCLUDED, NOT_REACHED)


def check_dialplan_includes(evidence: Evidence) -> Iterator[Finding]:
    """``include => GVMA``, and the routing context where it is in use (the manual's lines 2879-2886)."""
    dialplan = evidence.files.dialplan
    if dialplan is None or not dialplan.exists or not evidence.syncs:
        return
    settings = evidence.settings.gvma
    for context in (CONTEXT, *((settings.routing_context,) if settings.routing else ())):
        yield from unreached(context, dialplan, evidence, not_included=NOT_INCLUDED, not_reached=NOT_REACHED)


CHECKS = (check_dialplan_includes,)
