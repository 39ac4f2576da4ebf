"""The database for one run: a connection, the site's columns, and what becomes of a commit whose answer was lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from gvma.errors import DatabaseError, GvmaError
from gvma.settings.model import GvmaSettings
from gvma.sinks.realtime.database import guarantees, records, rows
from gvma.sinks.realtime.database.columns import discovered
from gvma.sinks.realtime.database.connection import Connection, answered, hold_lock, opened, release_lock
from gvma.sinks.realtime.rows.columns import Columns


class Session:
    """connection: open; another one after a commit whose answer was lost. Everything is closed by ``session``."""

    def __init__(self, settings: GvmaSettings, stack: ExitStack, lock_seconds: float | None) -> None:
        self.settings = settings
        self._stack = stack
        self.connection: Connection = stack.enter_context(opened(settings))
        if lock_seconds is not None:
            hold_lock(self.connection, lock_seconds)
            stack.callback(release_lock, self.connection, settings.realtime_timeout)
        with answered(self.connection):
            self.columns: Columns = discovered(self.connection)
        guarantees.require(self.connection, self.columns)

    @property
    def facts(self) -> tuple[object, ...]:
        """What a plan goes by beside rows and records: the tables' columns, and the server's version, which decides how
        a value stands in a text. Which rows gvma sees, and what it may do, was looked at when this was opened.

        Database, account and search_path say where the tables are; a plan goes by what is found there."""
        return self.columns, self.connection.info.server_version

    def look_at_rows(self, table: str) -> None:
        """As ``rows.look_at_rows``. Raises GvmaError."""
        with answered(self.connection):
            rows.look_at_rows(self.connection, table)

    def pull_records(self) -> None:
        """What runs on other hosts left, copied to this host."""
        with answered(self.connection):
            records.pull(self.connection, self.settings.backup_path)

    def push_records(self) -> None:
        """What this run left, copied to the database."""
        try:
            with answered(self.connection):
                records.push(self.connection, self.settings.backup_path)
        except GvmaError as error:
            error.hint = "The rows are as planned. Run `gvma sync` again, so that other hosts know what this run found."
            raise

    @contextmanager
    def committing(self, run_id: str) -> Iterator[None]:
        """A transaction. Where its commit was sent and the answer is lost, a new connection looks whether it counts.

        run_id: of the run that is written. Raises GvmaError; then nothing of the block stands.
        """
        connection = self.connection
        lost: psycopg.Error | None = None
        try:
            with answered(connection), connection.transaction():
                yield
                records.write(connection, {records.LAST_RUN: run_id.encode()})
        except GvmaError as error:
            if not connection.broken or not isinstance(error.__cause__, psycopg.Error):
                raise
            lost, failure = error.__cause__, error
        if lost is not None and not self._is_committed(run_id):
            raise failure from lost

    def _is_committed(self, run_id: str) -> bool:
        try:
            self.connection = self._stack.enter_context(opened(self.settings))
            with answered(self.connection):
                hold_lock(self.connection, self.settings.realtime_timeout)
                self._stack.callback(release_lock, self.connection, self.settings.realtime_timeout)
                return records.content(self.connection, records.LAST_RUN) == run_id.encode()
        except GvmaError as error:
            raise DatabaseError(
                f"the database was lost at the end of a transaction, and cannot be asked whether it counts: "
                f"{error.message}",
                where=error.where,
                hint="The rows are all old or all new, gvma's records with them. Run the command again: it goes on "
                "from what is there.",
            ) from error


@contextmanager
def session(settings: GvmaSettings, *, lock_seconds: float | None = None) -> Iterator[Session]:
    """A prepared database. lock_seconds: how long to wait for the lock that all hosts see; None to take none.

    Raises CredentialsError, DatabaseError, UnpreparedDatabaseError or LockedError; nothing was changed then.
    """
    with ExitStack() as stack:
        yield Session(settings, stack, lock_seconds)
