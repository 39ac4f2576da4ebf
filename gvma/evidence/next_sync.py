"""What a sync would do with Configuration Server's answers: it is planned from the files as they are, and not done.

Asterisk is asked as a dry run asks it, so that both make the same plan.
"""

from __future__ import annotations

from gvma.configserver.fetch import ROUTING_QUERIES, ServerAnswers
from gvma.errors import GvmaError
from gvma.evidence.model import QUERIES, Evidence, NextSync
from gvma.plan.brake import brake
from gvma.sinks.addresses import Addresses
from gvma.sinks.opening import opened_to_plan
from gvma.sinks.planner import Planner


def plan_next_sync(evidence: Evidence, addresses: Addresses) -> NextSync | None:
    """None where a query that a sync asks was not answered: the sync would stop there. addresses: by host of the
    settings."""
    settings, seen = evidence.settings.gvma, evidence.configserver
    needed = [*QUERIES[:3], *(ROUTING_QUERIES if settings.routing else ())]
    asked = [query for query in needed if query in seen.answers]
    if not any(query in seen.answers for query in QUERIES[:3]) or not all(seen.answered(query) for query in asked):
        return None
    further = {query: seen.objects(query) for query in ROUTING_QUERIES if query in asked}
    answers = ServerAnswers(seen.dns, seen.agents, seen.groups, further)
    try:
        with opened_to_plan(settings, addresses) as sink:
            planned = Planner(settings, answers, evidence.wanted, sink.driver, ()).plan(sink)
    except GvmaError as problem:
        return NextSync(problem=problem)
    return NextSync(
        items=tuple(planned.plan.items()),
        files=tuple(path.name for path, changes in planned.change.files.items() if changes),
        warnings=planned.warnings,
        brake=brake(planned.plan.shrinkage, settings.max_remove_percent),
    )
