"""A change that is staged in the database: written in one transaction at the end, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType

from gvma.sinks.base import Purpose, SinkMoved
from gvma.sinks.realtime.database import records
from gvma.sinks.realtime.database.connection import UNCHANGED, answered, where_of
from gvma.sinks.realtime.database.session import Session
from gvma.sinks.realtime.database.writing import Staged
from gvma.sinks.realtime.rows.change import RealtimeChange
from gvma.storage.private import although_changed
from gvma.storage.signals import undisturbed
from gvma.storage.state import pause, pending_reload
from gvma.storage.state.records import forget, leave


class AppliedRows:
    """Until ``finish`` no row of Asterisk's is written or locked, so that there is nothing to put back."""

    def __init__(
        self, session: Session, change: RealtimeChange, purpose: Purpose, texts: Mapping[str, bytes | None]
    ) -> None:
        """Stages the change. Raises SinkMoved or another GvmaError; nothing was changed then."""
        self._session = session
        self._purpose = purpose
        self._texts = {**texts, **(pause.pause_record(purpose.pause) if purpose.pause else {})}
        with answered(session.connection):
            self._staged = Staged(session.connection, session.columns, change)
            is_overtaken = self._staged.is_overtaken()
        if is_overtaken:
            raise self._moved()

    @property
    def reloads(self) -> tuple[str, ...]:
        return ()

    def __enter__(self) -> AppliedRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The temporary tables go with the connection."""

    def finish(self, pending: Sequence[str]) -> bool:
        """False where an owner has changed his PIN meanwhile, which stays: everything is written, and a new plan finds
        what is left to do. Raises SinkMoved where more was changed; nothing is written then."""
        session = self._session
        with undisturbed():
            with session.committing(self._purpose.run_id):
                records.write(session.connection, self._texts)  # megabytes, before a row is locked
                has_moved = self._staged.has_moved()
                if not self._staged.write():
                    raise self._moved()
            self._copy_records(pending)
        return not has_moved

    def put_back(self) -> None:
        """Nothing: before ``finish`` no row of the tables has changed."""

    def put_back_if_moved(self) -> None:
        with answered(self._session.connection):
            has_moved = self._staged.has_moved()
        if has_moved:
            raise self._moved()

    def _moved(self) -> SinkMoved:
        where = where_of(self._session.connection)
        return SinkMoved("somebody else wrote a row since it was read", where=where, hint=UNCHANGED)

    def _copy_records(self, pending: Sequence[str]) -> None:
        path = self._session.settings.backup_path
        with although_changed():
            for name, text in self._texts.items():
                if text is None:
                    forget(path, (name,))
                else:
                    leave(path, name, text)
            pending_reload.add(path, pending)
