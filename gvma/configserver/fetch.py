"""Ask Configuration Server, or an export file, all queries of a sync; what an answer means is not decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from gvma.configserver.objects import ConfigObject, ObjectSource
from gvma.errors import SettingsError
from gvma.settings.model import Settings

ROUTING_QUERIES = ("routingpointquery", "trunkquery", "servicequery", "applicationquery")


@dataclass(frozen=True, slots=True)
class ServerAnswers:
    """The objects of each query. further: those of the routing queries, by the name of their setting."""

    dns: Sequence[ConfigObject] = field(repr=False)
    agents: Sequence[ConfigObject] = field(repr=False)
    groups: Sequence[ConfigObject] = field(repr=False)
    further: Mapping[str, Sequence[ConfigObject]] = field(default_factory=dict, repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """The number of objects in each of the three answers."""
        return {"dn": len(self.dns), "agent": len(self.agents), "group": len(self.groups)}

    def by_query(self) -> dict[str, Sequence[ConfigObject]]:
        """The objects of every query, by the name of its setting."""
        return {"dnquery": self.dns, "agentquery": self.agents, "agentgroupquery": self.groups, **self.further}


def fetch_answers(settings: Settings, export: Path | None) -> ServerAnswers:
    """The answers to all queries. Raises ConfigServerError or CredentialsError if one of them fails.

    export: a file to read instead of asking Configuration Server. An empty query selects nothing.
    """
    asked = settings.cfgserver
    queries = [asked.dnquery, asked.agentquery, asked.agentgroupquery]
    if not any(queries):
        raise SettingsError(
            "none of dnquery, agentquery and agentgroupquery is set",
            where=f"{settings.path or 'settings'}: [cfgserver]",
            hint="Nothing was changed. Set them to the queries for your switch and tenant.",
        )
    with ExitStack() as stack:
        source: ObjectSource
        if export is not None:
            from gvma.configserver.export import ExportFile  # noqa: PLC0415  (one of the two is needed)

            source = ExportFile(export, asked.include_disabled)
        else:
            from gvma.configserver.client import ConfigurationServer  # noqa: PLC0415  (start-up)

            source = stack.enter_context(ConfigurationServer(asked))
        dns, agents, groups = (source.query(query) if query else [] for query in queries)
        further = {}
        if settings.gvma.routing:
            wanted = {name: getattr(asked, name) for name in ROUTING_QUERIES}
            further = {name: source.query(query) for name, query in wanted.items() if query}
    return ServerAnswers(dns, agents, groups, further)
