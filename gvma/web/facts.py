"""What the pages show: the evidence and its readers, asked as rarely as a reader of a page needs it.

No page keeps a site's whole evidence: of 50,000 mailboxes it has a row each.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from gvma.check.catalogue import findings
from gvma.check.finding import Finding
from gvma.check.muting import without_muted
from gvma.configserver.reading.reader import without_garbage_collection
from gvma.errors import GvmaError
from gvma.evidence.at_a_glance import glance
from gvma.evidence.by_name import look_by_name
from gvma.evidence.collect import collect
from gvma.evidence.model import Evidence
from gvma.evidence.model.media import MediaFigures
from gvma.evidence.servers.media_figures import ask_figures
from gvma.explain.chain import Explanation, explain
from gvma.explain.verdict import not_asked, verdict
from gvma.plan.owners import OwnerNames
from gvma.settings import Settings
from gvma.settings.reader import Examined
from gvma.status import as_json, troubles
from gvma.storage.history import log
from gvma.storage.history.log import History
from gvma.web.kept import Background, Kept, Latest

_GLANCE_SECONDS = 10.0
_CHECK_SECONDS = 300.0
_HISTORY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """A mailbox in the list. owners: such as ``DN 1000, Agent Login 2222``. subscription: empty where it has none."""

    mailbox: str
    name: str
    owners: str
    subscription: str

    def matches(self, words: str) -> bool:
        """Whether any part of it contains the words, capitals aside."""
        return words in f"{self.mailbox}\n{self.name}\n{self.owners}\n{self.subscription}".casefold()


@dataclass(frozen=True, slots=True)
class Glance:
    """What ``gvma status`` says. state: its JSON fields. problem: why there is none. at: Unix time."""

    at: float
    syncs: bool
    state: dict[str, object]
    troubles: tuple[Finding, ...]
    version: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``gvma check`` finds. muted: notes by code that the site has accepted. at: Unix time."""

    at: float
    found: tuple[Finding, ...]
    muted: dict[str, int]


@dataclass(frozen=True, slots=True)
class Explained:
    """What ``gvma explain`` says of a name. verdict: one sentence. not_asked: who could not be asked."""

    found: Explanation
    verdict: str
    not_asked: tuple[str, ...]


class Facts:
    """The facts of one site. look: reads its settings as they are now."""

    def __init__(self, look: Callable[[], Examined]) -> None:
        self._look = look
        self._glance = Kept(self._ask_glance, _GLANCE_SECONDS)
        self._check = Background(self._ask_check, _CHECK_SECONDS)
        self._history = Kept(self._ask_history, _HISTORY_SECONDS)

    def settings(self) -> Settings:
        return self._look().loaded.settings

    def glance(self) -> Glance:
        """Raises GvmaError where the settings cannot be read."""
        return self._glance.now()

    def check(self) -> Latest[Checked]:
        return self._check.latest()

    def history(self) -> History:
        """Raises BackupSetError where it cannot be read."""
        return self._history.now()

    def media(self) -> MediaFigures | None:
        """None where the media server shows no figures. Raises MediaServerUnreachableError."""
        metrics = self.settings().media.metrics
        return None if metrics is None else ask_figures(metrics)

    def explain(self, name: str) -> Explained:
        """Asks Configuration Server and Asterisk, each time."""
        with without_garbage_collection():
            evidence = look_by_name(self._look(), (name,))
            (found,) = explain(evidence)
            return Explained(found, verdict(evidence, found), tuple(not_asked(evidence)))

    def _ask_glance(self) -> Glance:
        with without_garbage_collection():
            evidence = glance(self._look())
            return Glance(
                time.time(),
                evidence.syncs,
                as_json(evidence),
                tuple(troubles(evidence)),
                evidence.ami.version if evidence.ami else "",
                _rows(evidence),
            )

    def _ask_check(self) -> Checked:
        with without_garbage_collection():
            evidence = collect(self._look())
            found, muted = without_muted(findings(evidence), evidence.settings.gvma.check_ignore)
            return Checked(time.time(), tuple(found), muted)

    def _ask_history(self) -> History:
        return log.read(self.settings().gvma.backup_path)


def _rows(evidence: Evidence) -> tuple[Row, ...]:
    present = evidence.sink.present
    names = OwnerNames(evidence.records.owners, b"")
    of_mailboxes, of_subscriptions = (
        names.of_mailboxes(present.mailboxes),
        names.of_subscriptions(present.subscriptions),
    )
    watches = {watched.mailbox: name for name, watched in present.subscriptions.items()}
    rows = [
        Row(key, mailbox.name, of_mailboxes.get(key, ""), watches.pop(key, ""))
        for key, mailbox in present.mailboxes.items()
    ]
    foreign = [Row(key, "", of_subscriptions.get(name, ""), name) for key, name in watches.items()]
    return (*rows, *foreign)


def reason(error: GvmaError) -> str:
    """What a page says of a failure."""
    return f"{error} {error.hint}".strip()
