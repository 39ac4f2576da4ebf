"""One look at the two tables."""

from __future__ import annotations

from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.entries import GvmaWarning
from gvma.looks import is_noting
from gvma.plan.present import Place, Present, SiteDefined
from gvma.plan.wanted import Wanted
from gvma.routing import SiteRouting
from gvma.sinks.realtime.database.connection import at_one_moment
from gvma.sinks.realtime.database.rows import (
    Versions,
    is_as_wanted,
    look_at_rows,
    read_mailboxes,
    read_subscriptions,
)
from gvma.sinks.realtime.database.session import Session
from gvma.sinks.realtime.nodes.node_folder import old_files
from gvma.sinks.realtime.rows.fitting import fitted
from gvma.sinks.realtime.rows.marks import marks_of_present
from gvma.sinks.realtime.rows.names import TABLES


class RealtimeReading:
    """Rows are read when somebody asks for them. versions: of those that ``present`` has read."""

    site = SiteDefined()
    routing_site = SiteRouting()
    warnings: tuple[GvmaWarning, ...] = ()
    notes: tuple[str, ...] = ()

    def __init__(self, session: Session) -> None:
        self._session = session
        self._present: Present | None = None
        self.versions = Versions({}, {}, {})

    def fitted(self, wanted: Wanted) -> Wanted:
        """Endpoints and dialplan are the nodes' own files, of which is said where they are old."""
        old = tuple(old_files(wanted, self._session.settings))
        return fitted(wanted._replace(warnings=(*wanted.warnings, *old)), self._session.columns)

    def holds(self, wanted: Wanted) -> bool:
        connection, columns = self._session.connection, self._session.columns
        with at_one_moment(connection):
            is_so = is_as_wanted(connection, columns, wanted.mailboxes, wanted.subscriptions)
            if is_so:  # else they are read
                self._note_rows()
        return is_so

    def present(self) -> Present:
        if self._present is None:
            connection, columns = self._session.connection, self._session.columns
            settings_text = PJSIP.subscription_settings(self._session.settings)
            with at_one_moment(connection):
                self._present = Present(
                    mailboxes=read_mailboxes(connection, columns, self.versions),
                    subscriptions=read_subscriptions(connection, columns, settings_text, self.versions),
                )
                self._note_rows()
        return self._present

    def _note_rows(self) -> None:
        """The rows at the moment of which the plan knows them."""
        for table in TABLES if is_noting() else ():
            look_at_rows(self._session.connection, table)

    def place_of(self, kind: str, name: str) -> Place | None:
        present = self.present()
        if kind == "mailbox":
            return Place(table="voicemail") if name in present.mailboxes else None
        return Place(table="ps_aors") if name in present.subscriptions else None

    def marks(self) -> dict[str, str | None]:
        present = self.present()
        return marks_of_present(present.mailboxes, present.subscriptions)
