"""What Configuration Server answers to the queries of the settings; nothing is judged here.

Nothing is waited for long: a query that has no answer in some seconds has an error in its place.
"""

from __future__ import annotations

from threading import Thread

from gvma.configserver.client import ConfigurationServer
from gvma.configserver.objects import ObjectSource
from gvma.errors import (
    ConfigServerFault,
    ConfigServerMalformed,
    ConfigServerTimeout,
    ConfigServerTruncated,
    GvmaError,
)
from gvma.evidence.model import QUERIES, ConfigServerEvidence, QueryAnswer
from gvma.settings import Settings
from gvma.settings.lacking import sections_in_use
from gvma.settings.reader import Examined

# After these the next query may still be answered; after any other failure it would only fail again.
_OF_ONE_QUERY = (ConfigServerFault, ConfigServerMalformed, ConfigServerTruncated)
# A sync may wait longer, as the settings say; whoever looks wants to hear what is slow.
_ANSWER_SECONDS = 10.0
_ALL_QUERIES_SECONDS = 60.0
# Keys of [cfgserver] without which nobody can be asked, or somebody else would be.
_TO_REACH_IT = frozenset({"host", "port", "url", "username", "password", "password_file"})


def why_not_asked(examined: Examined) -> str:
    """Why Configuration Server is not to be asked; empty where it is. Nobody else gets its credentials."""
    if examined.wrong_keys & _TO_REACH_IT:
        return "the settings have problems in [cfgserver], see above"
    if "cfgserver" not in sections_in_use(examined.loaded):
        return "[cfgserver] sets nothing"
    origins, cfgserver = examined.loaded.origins, examined.loaded.settings.cfgserver
    if not (cfgserver.url or origins["cfgserver.host"] != "default"):
        return "neither host nor url is set in [cfgserver]"
    return ""


class Questions:
    """The queries that are set, asked one after another on a thread of their own, while other sources are asked.

    not_asked: as ``why_not_asked`` gives it; where it is not empty, nobody is asked.
    """

    def __init__(self, settings: Settings, not_asked: str = "") -> None:
        queries = {query: getattr(settings.cfgserver, query) for query in QUERIES}
        self._queries = {query: xpath for query, xpath in queries.items() if xpath}
        self._settings = settings.cfgserver._replace(timeout=min(settings.cfgserver.timeout, _ANSWER_SECONDS))
        self._not_asked = not_asked
        self._answers: dict[str, QueryAnswer] = {}
        self._defect: Exception | None = None
        self._thread = Thread(target=self._ask, name="queries", daemon=True)
        if not not_asked:
            self._thread.start()

    def answers(self) -> ConfigServerEvidence:
        """One answer for each query; an error for those that had none in time."""
        if self._not_asked:
            return ConfigServerEvidence(not_asked=self._not_asked)
        self._thread.join(_ALL_QUERIES_SECONDS)
        if self._defect is not None:
            raise self._defect
        answers = dict(self._answers)
        late = ConfigServerTimeout(f"no complete answer within {_ALL_QUERIES_SECONDS:g} seconds")
        return ConfigServerEvidence(
            {
                query: answers.get(query) or QueryAnswer(query, xpath, error=late)
                for query, xpath in self._queries.items()
            }
        )

    def _ask(self) -> None:
        try:
            with ConfigurationServer(self._settings) as source:
                self._ask_each(source)
        except GvmaError as error:
            for query, xpath in self._queries.items():
                self._answers.setdefault(query, QueryAnswer(query, xpath, error=error))
        except Exception as defect:
            self._defect = defect  # raised again where the answers are wanted

    def _ask_each(self, source: ObjectSource) -> None:
        for query, xpath in self._queries.items():
            try:
                self._answers[query] = QueryAnswer(query, xpath, tuple(source.query(xpath)))
            except _OF_ONE_QUERY as error:
                self._answers[query] = QueryAnswer(query, xpath, error=error)
