"""What the database has to guarantee before gvma writes: nothing is missing, and no right is too wide.

The database's own catalogue is asked, and for row level security the effect is tried, since a policy can be written
in many ways.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import Connection, errors

from gvma.errors import DatabaseError, UnpreparedDatabaseError
from gvma.sinks.realtime.columns import Columns
from gvma.sinks.realtime.database.connection import UNCHANGED, answered, where_of
from gvma.sinks.realtime.names import (
    AOR_MAILBOXES,
    AORS,
    KEYS,
    OURS,
    RECORDS,
    RESET_PIN,
    TABLES,
    UNWRITTEN,
    VOICEMAIL,
)

_NAMED = 6
_SIGNATURE = f"{RESET_PIN}(text, text, text, text)"
_OTHERS = {
    VOICEMAIL: f"insert into {VOICEMAIL} (context, mailbox, password) values ('gvma-tries-its-rights', '0', '')",
    AORS: f"insert into {AORS} (id) values ('tries-the-rights-of-gvma')",
}
"""Rows that must be refused."""
_UNIQUE = """
select exists (
  select 1 from pg_index i
  where i.indrelid = %s::regclass and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    and (select array_agg(a.attname::text order by a.attname) from pg_attribute a
         where a.attrelid = i.indrelid and a.attnum = any(i.indkey[0:i.indnkeyatts - 1])) = %s)
"""


def require(connection: Connection[tuple[object, ...]], columns: Columns) -> None:
    """Raises UnpreparedDatabaseError (14), which names what is missing or too wide, or DatabaseError (18) where the
    database takes no writes."""
    with answered(connection):
        if _asked(connection, "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean"):
            raise DatabaseError(
                "the database takes no writes: it is a standby, or read-only",
                where=where_of(connection),
                hint=f"{UNCHANGED} Let realtime_dsn name the primary, then run the command again.",
            )
        faults = list(found_faults(connection, columns))
    if faults:
        more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        raise UnpreparedDatabaseError(
            f"the database is not prepared: {'; '.join(faults[:_NAMED])}{more}",
            where=where_of(connection),
            hint=f"{UNCHANGED} Have the owner of the tables run what `gvma realtime sql` prints, then try again.",
        )


def found_faults(connection: Connection[tuple[object, ...]], columns: Columns) -> Iterator[str]:
    """A clause for each fault. Raises psycopg.Error where the database fails."""
    if not _asked(connection, "select current_setting('server_encoding') = 'UTF8'"):
        yield "its encoding is not UTF8"
    missing = [
        *(table for table in (*TABLES, RECORDS) if not _asked(connection, "select to_regclass(%s) is not null", table)),
        *([] if _asked(connection, "select to_regprocedure(%s) is not null", _SIGNATURE) else [RESET_PIN]),
    ]
    if missing:
        yield f"there is no {', no '.join(missing)}"
        return
    yield from _of_the_account(connection)
    for table in TABLES:
        yield from _of_table(connection, table, columns)
    yield from _missing_rights(connection, RECORDS, ("select", "insert", "update", "delete"))
    yield from _of_the_function(connection)
    if not _asked(connection, "select has_database_privilege(current_database(), 'temporary')"):
        yield "the right to make temporary tables is missing"


def _asked(connection: Connection[tuple[object, ...]], question: str, *values: object) -> bool:
    row = connection.execute(question.encode(), values or None).fetchone()
    return row is not None and bool(row[0])


def _of_the_account(connection: Connection[tuple[object, ...]]) -> Iterator[str]:
    asked = "select bool_or(rolsuper or rolbypassrls) from pg_roles where rolname = current_user"
    if _asked(connection, asked):
        yield "gvma's account is a superuser, or passes by row level security"
    owner = "select bool_or(pg_has_role(current_user, relowner, 'usage')) from pg_class where oid = any(%s::regclass[])"
    if _asked(connection, owner, [*TABLES, RECORDS]):
        yield "gvma's account owns the tables"


def _of_table(connection: Connection[tuple[object, ...]], table: str, columns: Columns) -> Iterator[str]:
    key = sorted(KEYS[table])
    lacking = {*key, *({"password", "fullname", "email", "pager"} if table == VOICEMAIL else {AOR_MAILBOXES})}
    lacking -= set(columns.every[table])
    if lacking:
        yield f"{table} lacks {', '.join(sorted(lacking))}"
        return
    if not _asked(connection, _UNIQUE, table, key):
        yield f"{table} has no unique index on {', '.join(key)}"
    yield from _missing_rights(connection, table, ("select", "insert", "delete"))
    yield from _of_columns(connection, table, columns)
    if _asked(connection, "select has_table_privilege(%s, 'truncate')", table):
        yield f"gvma's account may truncate {table}"
    yield from _of_rows(connection, table)


def _of_columns(connection: Connection[tuple[object, ...]], table: str, columns: Columns) -> Iterator[str]:
    may = "select has_column_privilege(%s, %s, 'update')"
    written = [AOR_MAILBOXES] if table == AORS else ["fullname", "email", "pager", *(c.name for c in columns.options)]
    missing = [column for column in written if not _asked(connection, may, table, column)]
    if missing:
        yield f"the right to update {table} ({', '.join(missing)}) is missing"
    unwritten = {"password"} if table == VOICEMAIL else set(columns.every[AORS]) - {AOR_MAILBOXES} - UNWRITTEN[AORS]
    for column in sorted(unwritten):
        if _asked(connection, may, table, column):
            yield f"gvma's account may update {table} ({column})"


def _missing_rights(connection: Connection[tuple[object, ...]], table: str, rights: tuple[str, ...]) -> Iterator[str]:
    missing = [right for right in rights if not _asked(connection, "select has_table_privilege(%s, %s)", table, right)]
    if missing:
        yield f"the right to {', '.join(missing)} on {table} is missing"


def _of_rows(connection: Connection[tuple[object, ...]], table: str) -> Iterator[str]:
    if not _asked(connection, "select row_security_active(%s)", table):
        yield f"row level security is not in force on {table}"
        return
    everybody = (
        "select exists (select 1 from pg_policy where polrelid = %s::regclass and polpermissive and polroles = '{0}')"
    )
    if not _asked(connection, everybody, table):
        yield f"no policy lets everybody go on with {table}"
    if _asked(connection, f"select exists (select 1 from {table} where not ({OURS[table]}))"):
        yield f"gvma's account sees rows of {table} that are not gvma's"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(_OTHERS[table].encode())
    except errors.InsufficientPrivilege:
        return
    except psycopg.IntegrityError:
        pass
    yield f"gvma's account may add rows to {table} that are not gvma's"


def _of_the_function(connection: Connection[tuple[object, ...]]) -> Iterator[str]:
    if not _asked(connection, "select has_function_privilege(%s, 'execute')", _SIGNATURE):
        yield f"the right to execute {RESET_PIN} is missing"
    if _asked(connection, "select has_function_privilege('public', %s, 'execute')", _SIGNATURE):
        yield f"everybody may execute {RESET_PIN}"
    fixed = (
        "select prosecdef and exists (select 1 from unnest(proconfig) one where one like 'search_path=%%') "
        "from pg_proc where oid = to_regprocedure(%s)"
    )
    if not _asked(connection, fixed, _SIGNATURE):
        yield f"{RESET_PIN} does not run as its owner with a search_path of its own"
