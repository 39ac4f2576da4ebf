"""Ask Configuration Server, or an export file, all queries of a sync; what an answer means is not decided here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.objects import ConfigObject, ObjectSource, Store
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
    queries, asked = queries_of(settings), settings.cfgserver
    with ExitStack() as stack:
        source: ObjectSource
        if export is not None:
            from gvma.configserver.export import ExportFile  # noqa: PLC0415  (one of the two is needed)

            source = ExportFile(export, asked.include_disabled)
        else:
            source = stack.enter_context(ConfigurationServer(asked))
        return _answers({name: source.query(query) for name, query in queries.items()})


def receive_answers(settings: Settings, stores: Mapping[str, Store]) -> Callable[[], ServerAnswers]:
    """Puts the answer to each query into its store; what comes back reads them. Both raise as ``fetch_answers``.

    stores: for each of ``queries_of``, by its name.
    """
    with ConfigurationServer(settings.cfgserver) as server:
        readers = {name: server.receive(query, stores[name]) for name, query in queries_of(settings).items()}
    return lambda: _answers({name: read() for name, read in readers.items()})


def queries_of(settings: Settings) -> dict[str, str]:
    """The queries of a sync, by the name of their setting. Raises SettingsError where there is none."""
    asked = settings.cfgserver
    names = ["dnquery", "agentquery", "agentgroupquery"]
    if not any(getattr(asked, name) for name in names):
        raise SettingsError(
            "none of dnquery, agentquery and agentgroupquery is set",
            where=f"{settings.path or 'settings'}: [cfgserver]",
            hint="Nothing was changed. Set them to the queries for your switch and tenant.",
        )
    if settings.gvma.routing:
        names += ROUTING_QUERIES
    return {name: query for name in names if (query := getattr(asked, name))}


def _answers(found: Mapping[str, Sequence[ConfigObject]]) -> ServerAnswers:
    further = {name: found[name] for name in ROUTING_QUERIES if name in found}
    return ServerAnswers(
        found.get("dnquery", []), found.get("agentquery", []), found.get("agentgroupquery", []), further
    )
