"""What there is to know of a Realtime site: its database, its nodes, and whether the nodes' files are up to date."""

from __future__ import annotations

from gvma.asterisk.dialplan import CONTEXT, patterns
from gvma.configserver.fetch import ServerAnswers
from gvma.errors import GvmaError, UnpreparedDatabaseError
from gvma.evidence.asterisk.nodes import ask_nodes
from gvma.evidence.model import ConfigServerEvidence
from gvma.evidence.model.hosts import DatabaseEvidence, HostsEvidence
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.nodes.node_files import DIALPLAN, node_files
from gvma.sinks.realtime.nodes.node_folder import outdated, wanted_by_nodes

_SAMPLES, _OF_EACH_ROLE = 5, 2


def look_at_hosts(settings: GvmaSettings, seen: ConfigServerEvidence) -> HostsEvidence:
    """Everything that can be asked. seen: DNs and Routing Points, for the dialplan of routing."""
    database = _look_at_database(settings)
    hosts = HostsEvidence(database, ask_nodes(settings, database))
    needed = ("dnquery", "routingpointquery") if settings.routing else ()
    if not all(seen.answered(query) for query in needed if query in seen.answers):
        return hosts
    points = {"routingpointquery": seen.routing_points}
    wanted = wanted_by_nodes(settings, ServerAnswers(seen.dns, (), (), points) if settings.routing else None)
    dialplan = node_files(wanted, settings, "")[DIALPLAN]
    return hosts._replace(
        outdated=outdated(wanted, settings),
        patterns=frozenset(patterns(dialplan).get(CONTEXT, ())),
        endpoints=frozenset(one.name for one in wanted.endpoints),
    )


def _look_at_database(settings: GvmaSettings) -> DatabaseEvidence:
    from gvma.sinks.realtime.database.columns import discovered  # noqa: PLC0415  (psycopg takes its time)
    from gvma.sinks.realtime.database.connection import answered, opened  # noqa: PLC0415
    from gvma.sinks.realtime.database.guarantees import found_faults  # noqa: PLC0415
    from gvma.sinks.realtime.database.samples import sampled_mailboxes, sampled_subscriptions  # noqa: PLC0415

    try:
        with opened(settings) as connection, answered(connection):
            faults = tuple(found_faults(connection, discovered(connection)))
            if faults:
                return DatabaseEvidence(faults=faults)
            boxes = sampled_mailboxes(connection, _SAMPLES)
            return DatabaseEvidence(mailboxes=boxes, subscriptions=sampled_subscriptions(connection, _OF_EACH_ROLE))
    except UnpreparedDatabaseError as fault:
        return DatabaseEvidence(faults=(fault.message,))
    except GvmaError as problem:
        return DatabaseEvidence(problem=problem)
