"""The connection to PostgreSQL: opened with time limits, one sync at a time, and its errors as ours."""

from __future__ import annotations

import contextlib
import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from psycopg import errors

from gvma.errors import CredentialsError, DatabaseError, GvmaError, LockedError, UnpreparedDatabaseError
from gvma.settings.dsn import dsn_words
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import SinkMoved
from gvma.sinks.realtime.database.patience import PatientConnection
from gvma.sinks.realtime.rows.names import VOICEMAIL

Connection = psycopg.Connection[tuple[object, ...]]

UNCHANGED = "Nothing was changed."
STATEMENT_TIMES = 20
"""A statement may take so many times as long as a lock may be waited for."""
_OWN_SETTINGS = (
    ("idle_session_timeout", "0"),  # Configuration Server may take its time, while we have the lock
    ("transaction_timeout", "0"),
    ("row_security", "on"),
    ("standard_conforming_strings", "on"),
    ("quote_all_identifiers", "off"),
)
"""What a site may have set for the account (``alter role``) that would end a run, or read its statements otherwise."""
_SET_KNOWN = b"""
select set_config(name, value, false) from unnest(%s::text[], %s::text[]) own (name, value)
where current_setting(name, true) is not null
"""
"""An older PostgreSQL lacks some of the settings."""
_GRACE_SECONDS = 2.0
"""So much longer than PostgreSQL itself, the connection waits for an answer."""
_POLL_SECONDS = 0.2
_LOCK_CLASS = 0x67766D61  # "gvma"
_MOVED = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)
_UNPREPARED = (psycopg.ProgrammingError, psycopg.DataError)
"""A table, a column, a function or a right is missing, or a column is of another type than before."""
_LOGIN_REFUSED = re.compile(
    r'authentication failed|no password supplied|no pg_hba.conf entry|role ".*" does not exist'
    r"|permission denied for database|is not permitted to log in"
)
_HOLDER = """
select case when a.backend_start is null then format('server process %%s of the account %%s', a.pid, a.usename)
  else format('from %%s, server process %%s, connected %%s UTC', coalesce(host(a.client_addr), 'local'), a.pid,
    to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')) end
from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.classid::bigint = %s and l.granted
  and l.database = (select oid from pg_database where datname = current_database())
"""
"""Of another account's connection no more is to be seen."""


@contextmanager
def opened(settings: GvmaSettings) -> Iterator[Connection]:
    """A connection in autocommit. Raises CredentialsError (12) or DatabaseError (18)."""
    try:
        connection = _connect(settings)
    except psycopg.OperationalError as error:
        raise _not_connected(error, settings) from None
    except psycopg.ProgrammingError as error:
        raise DatabaseError(
            f"realtime_dsn is not usable: {_first_line(error)}", where="realtime_dsn", hint=UNCHANGED
        ) from None
    known = connection.info
    connection.where = f"{known.host}:{known.port}/{known.dbname}"
    connection.longest = settings.realtime_timeout * STATEMENT_TIMES + _GRACE_SECONDS
    try:
        with answered(connection):
            _set_limits(connection, settings)
            _require_own_session(connection, settings)
        yield connection
    finally:
        with contextlib.suppress(psycopg.Error):
            connection.close()


@contextmanager
def answered(connection: Connection) -> Iterator[None]:
    """Errors of the database in here are ours."""
    try:
        yield
    except psycopg.Error as error:
        raise _ours(error, where_of(connection)) from error


@contextmanager
def at_one_moment(connection: Connection) -> Iterator[None]:
    """All that is read in here is what the database has at one moment. Errors are ours."""
    with answered(connection), connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        yield


def where_of(connection: Connection) -> str:
    """``HOST:PORT/DATABASE``, for messages."""
    return connection.where if isinstance(connection, PatientConnection) else ""


def hold_lock(connection: Connection, wait_seconds: float = 0.0) -> None:
    """Takes the lock that syncs on all hosts see; the database takes it back when the connection ends.

    Raises LockedError, which names the host that has it.
    """
    give_up = time.monotonic() + wait_seconds
    with answered(connection):
        while not _try_lock(connection):
            left = give_up - time.monotonic()
            if left <= 0:
                raise LockedError(
                    f"another run of gvma holds the lock in the database{_holder(connection)}",
                    where=where_of(connection),
                    hint=f"{UNCHANGED} Wait until it ends, or give --wait SECONDS to sync.",
                )
            time.sleep(min(_POLL_SECONDS, left))


def release_lock(connection: Connection, seconds: float) -> None:
    """Gives the lock back while the connection still stands. Raises nothing: one that is lost has lost its lock too.

    PostgreSQL may see the end of a connection late, and a run that follows at once would leave with 11.
    seconds: for which the answer is waited for.
    """
    if connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        if isinstance(connection, PatientConnection):
            connection.longest = seconds
        with contextlib.suppress(psycopg.Error):
            connection.execute(b"select pg_advisory_unlock_all()")


def _try_lock(connection: Connection) -> bool:
    table = f"coalesce(to_regclass('{VOICEMAIL}')::oid::bigint, 0)"
    asked = f"select pg_try_advisory_lock((%s::bigint << 32) | {table})"
    row = connection.execute(asked.encode(), (_LOCK_CLASS,)).fetchone()
    return row is not None and bool(row[0])


def _holder(connection: Connection) -> str:
    row = connection.execute(_HOLDER, (_LOCK_CLASS,)).fetchone()
    return f" ({row[0]})" if row else ""


def _connect(settings: GvmaSettings) -> PatientConnection:
    seconds = settings.realtime_timeout
    words: dict[str, object] = {
        "connect_timeout": max(2, math.ceil(seconds)),  # libpq takes no less
        "tcp_user_timeout": int(seconds * 1000),
        "keepalives_idle": max(1, math.ceil(seconds / 3)),
        "keepalives_interval": max(1, math.ceil(seconds / 9)),
        "application_name": "gvma",
        "client_encoding": "utf8",
    }
    if settings.realtime_password:
        words["password"] = settings.realtime_password.reveal()
    return PatientConnection.connect(settings.realtime_dsn, autocommit=True, **words)  # type: ignore[arg-type]


def _set_limits(connection: Connection, settings: GvmaSettings) -> None:
    lock = int(settings.realtime_timeout * 1000)
    longest = str(lock * STATEMENT_TIMES)
    limits = (
        ("lock_timeout", str(lock)),
        ("statement_timeout", longest),
        ("idle_in_transaction_session_timeout", longest),
        *_OWN_SETTINGS,
    )
    connection.execute(_SET_KNOWN, [list(column) for column in zip(*limits, strict=True)])


def _require_own_session(connection: Connection, settings: GvmaSettings) -> None:
    """Raises DatabaseError where a pool lends the server's sessions by transaction: the lock would stay behind
    in one of them, or be had twice. A pool shows by a process id that is not the server's."""
    ours = _server_process(connection)
    if ours == connection.info.backend_pid:
        return
    try:
        with _connect(settings) as other:
            other.longest = _GRACE_SECONDS
            with other.transaction():
                is_lent = _server_process(other) == ours or _server_process(connection) != ours
    except psycopg.OperationalError:  # a pool that has no other session to lend keeps ours for us
        return
    if is_lent:
        raise DatabaseError(
            "a pool of connections lends PostgreSQL's sessions by transaction, and a sync's lock needs one to itself",
            where=where_of(connection),
            hint=f"{UNCHANGED} Let realtime_dsn name PostgreSQL itself, or a pool in session mode.",
        )


def _server_process(connection: Connection) -> int | None:
    row = connection.execute("select pg_backend_pid()").fetchone()
    return None if row is None else cast(int, row[0])


def _not_connected(error: psycopg.OperationalError, settings: GvmaSettings) -> GvmaError:
    words = dsn_words(settings.realtime_dsn)
    where = "{}/{}".format(words.get("host", "localhost"), words.get("dbname", words["user"]))
    message = _first_line(error)
    if _LOGIN_REFUSED.search(message):
        return CredentialsError(
            f"the database refused the login: {message}",
            where=where,
            hint=f"{UNCHANGED} Compare user= of realtime_dsn and realtime_password with the database's account, and "
            "its pg_hba.conf.",
        )
    return DatabaseError(
        f"the database cannot be reached: {message}",
        where=where,
        hint=f"{UNCHANGED} Start PostgreSQL, or correct realtime_dsn, then run the command again.",
    )


def _ours(error: psycopg.Error, where: str) -> GvmaError:
    message = _first_line(error)
    if isinstance(error, _MOVED):
        return SinkMoved(f"somebody else wrote at the same time: {message}", where=where, hint=UNCHANGED)
    if isinstance(error, errors.LockNotAvailable):
        return DatabaseError(
            f"a lock was not had within realtime_timeout: {message}",
            where=where,
            hint=f"{UNCHANGED} Find out who holds it (pg_stat_activity), then run `gvma sync` again.",
        )
    if isinstance(error, _UNPREPARED):
        return UnpreparedDatabaseError(
            message,
            where=where,
            hint=f"{UNCHANGED} Have the owner of the tables run what `gvma realtime sql` prints, then try again.",
        )
    return DatabaseError(
        f"the database failed: {message}",
        where=where,
        hint=f"{UNCHANGED} Look at PostgreSQL's log, then run the command again.",
    )


def _first_line(error: psycopg.Error) -> str:
    """What PostgreSQL says, without the detail, which may repeat a row's values."""
    text = error.diag.message_primary or str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
