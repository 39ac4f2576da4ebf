"""The tables ``voicemail`` and ``ps_aors`` as a sink: read, planned, saved, and written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.drivers.base import Known
from gvma.backups.backup_set import BackupSet
from gvma.backups.manifest import TableToSave
from gvma.backups.sets import BackupSets
from gvma.plan.model import Plan
from gvma.sinks.base import NodeAnswer, Part, Purpose, Recovery
from gvma.sinks.files.driver import NEEDED_BY_REALTIME
from gvma.sinks.realtime.applied import AppliedRows
from gvma.sinks.realtime.block_pins import pins_of_block
from gvma.sinks.realtime.database import records
from gvma.sinks.realtime.database.connection import answered, at_one_moment, where_of
from gvma.sinks.realtime.database.rows import copied
from gvma.sinks.realtime.database.session import Session
from gvma.sinks.realtime.nodes.answers import node_answers
from gvma.sinks.realtime.reading import RealtimeReading
from gvma.sinks.realtime.rows.change import RealtimeChange, nothing
from gvma.sinks.realtime.rows.names import TABLES
from gvma.sinks.realtime.rows.planned import planned_change
from gvma.storage.state.pause import Pause
from gvma.storage.state.records import Left


class RealtimeSink:
    """session: the run's own; the lock that other hosts see is its affair."""

    parts = frozenset({Part.MAILBOXES, Part.SUBSCRIPTIONS})
    driver = PJSIP
    driver_reason = NEEDED_BY_REALTIME
    known: Known | None = None

    def __init__(self, session: Session) -> None:
        self._session = session
        self._settings = session.settings

    def recover(self) -> Recovery | None:
        """Never anything: PostgreSQL itself has ended an interrupted transaction, all of it or nothing, and gvma's
        records with it."""
        return None

    def pending_recovery(self) -> str:
        return ""

    def paused(self) -> Pause | None:
        with answered(self._session.connection):
            return records.read_pause(self._session.connection, self._settings.backup_path)

    def left(self) -> Left:
        with answered(self._session.connection):
            return records.read_left(self._session.connection, self._settings.backup_path)

    def marks_left(self) -> dict[str, str | None]:
        with answered(self._session.connection):
            return records.read_marks(self._session.connection, self._settings.backup_path)

    def read(self) -> RealtimeReading:
        return RealtimeReading(self._session)

    def change(self, reading: RealtimeReading, plan: Plan) -> RealtimeChange:
        if plan.unchanged:
            return nothing(partial(_marks_of, reading))
        adds = any(one.key not in plan.present.mailboxes for one in plan.mailboxes)
        pins = pins_of_block(self._settings) if adds else {}
        return planned_change(plan, self._session.columns, reading.versions, pins)

    def as_it_is(self) -> RealtimeChange:
        return nothing(partial(_marks_of, self.read()))

    def save(self, change: RealtimeChange, purpose: Purpose) -> BackupSet:
        tables = [
            TableToSave(name, where_of(self._session.connection), content, bool(change.tables[name]))
            for name, content in self.rows().items()
        ]
        return BackupSets(self._settings.backup_path).create(
            [], tables, snapshot=purpose.snapshot, reason=purpose.reason, run_id=purpose.run_id
        )

    def rows(self) -> dict[str, bytes]:
        """All of gvma's rows by table, as a backup set keeps them; both tables at one moment."""
        connection = self._session.connection
        with at_one_moment(connection):
            return {table: b"".join(copied(connection, table, self._session.columns)) for table in TABLES}

    def apply(
        self, change: RealtimeChange, saved: BackupSet, purpose: Purpose, records: Mapping[str, bytes | None]
    ) -> AppliedRows:
        return AppliedRows(self._session, change, purpose, records)

    def activate(
        self, change: RealtimeChange, asterisk: Asterisk, reloads: Sequence[str], *, undone: bool = False
    ) -> list[str]:
        """Asterisk reads a row when it needs it; nothing is reloaded."""
        return []

    def ask_nodes(self, change: RealtimeChange) -> tuple[NodeAnswer, ...]:
        return node_answers(self._settings, change.read_back)


def _marks_of(reading: RealtimeReading) -> Mapping[str, str | None]:
    return reading.marks()
