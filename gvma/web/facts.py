"""What the pages show, asked as rarely as a reader of a page needs it.

No page keeps a site's whole evidence: of 50,000 mailboxes it has a row each.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gvma.backups.sets import set_names
from gvma.errors import GvmaError
from gvma.evidence.model.media import MediaFigures
from gvma.evidence.servers.media_figures import ask_figures
from gvma.settings import Settings
from gvma.settings.reader import examine
from gvma.storage.history import log
from gvma.storage.history.log import History
from gvma.web.apart import Apart
from gvma.web.kept import Background, Kept, Latest
from gvma.web.questions import Changes, Checked, Explained, Glance, Row, ask_changes, ask_check, ask_explain, ask_glance

_GLANCE_SECONDS = 10.0
_CHECK_SECONDS = 60.0
_HISTORY_SECONDS = 5.0
# A list of 50,000 mailboxes takes longer to read than a reader should wait for: he gets the last one meanwhile.
_ROWS_PATIENCE = 0.3
# A state is asked for in a second, but for an Asterisk that does not answer.
_STATE_PATIENCE = 8.0
# Most sites are checked in less, and the page then has all that there is to find.
_CHECK_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Listed:
    """The mailboxes as they were at a time, in Unix seconds. asking: a newer list is on its way.

    unread: why there is none; empty where they could be read. problem: why there is no newer list than this one.
    """

    rows: tuple[Row, ...]
    at: float
    asking: bool
    unread: str = ""
    problem: str = ""


class Facts:
    """The facts of one site. config: its settings file as the command line names it; read anew for each question."""

    def __init__(self, config: Path | None) -> None:
        self._config = config
        self._apart = Apart()
        self._glance = Background(partial(self._apart.ask, ask_glance, config), _GLANCE_SECONDS)
        self._check = Background(partial(self._apart.ask, ask_check, config), _CHECK_SECONDS)
        self._history = Kept(self._ask_history, _HISTORY_SECONDS)

    def begin(self) -> None:
        """Ask what the first reader will want to see."""
        self._glance.latest()
        self._check.latest()

    def settings(self) -> Settings:
        return examine(self._config, os.environ).loaded.settings

    def glance(self) -> Glance:
        """The last one where the next waits for a long question. Raises GvmaError where the settings cannot be read."""
        found = self._glance.latest(_STATE_PATIENCE)
        if found.answer is None:
            found = self._glance.wait()
        if found.answer is None or found.error is not None:
            raise found.error or GvmaError("no answer came")
        return replace(found.answer, asking=found.asking)

    def mailboxes(self) -> Listed:
        """Raises GvmaError where they have never been read."""
        found = self._glance.latest(_ROWS_PATIENCE)
        glance = found.answer or self.glance()
        is_newer_asked = found.asking and found.answer is not None
        return Listed(glance.rows, glance.at, is_newer_asked, glance.unread, found.problem)

    def backup_sets(self) -> frozenset[str]:
        """The ids of the sets that there are; a run's own may have been forgotten."""
        return frozenset(set_names(self.settings().gvma.backup_path))

    def check(self) -> Latest[Checked]:
        return self._check.latest(_CHECK_PATIENCE)

    def history(self) -> History:
        """Raises BackupSetError where it cannot be read."""
        return self._history.now()

    def media(self) -> MediaFigures | None:
        """None where the media server shows no figures. Raises MediaServerUnreachableError."""
        metrics = self.settings().media.metrics
        return None if metrics is None else ask_figures(metrics)

    def explain(self, name: str) -> Explained:
        """Asks Configuration Server and Asterisk, each time."""
        return self._apart.ask_at_once(ask_explain, self._config, name)

    def changes(self, backup_set: str) -> Changes:
        """Raises BackupSetError where there is no such set, or a copy in it is damaged."""
        return self._apart.ask_at_once(ask_changes, self._config, backup_set)

    def _ask_history(self) -> History:
        return log.read(self.settings().gvma.backup_path)
