"""What the database has to guarantee before gvma writes: nothing is missing, and no right is too wide.

The database's own catalogue is asked, and for row level security the effect is tried, since a policy can be written
in many ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psycopg
from psycopg import Connection, errors

from gvma.asterisk.roles import OWN_CONTEXTS, SUBSCRIPTION_PREFIX
from gvma.errors import DatabaseError, UnpreparedDatabaseError
from gvma.printable import first_names
from gvma.sinks.realtime.database.connection import UNCHANGED, answered, where_of
from gvma.sinks.realtime.owner_sql import RESET_ARGUMENTS, RESET_BODY
from gvma.sinks.realtime.rows.columns import Columns
from gvma.sinks.realtime.rows.names import (
    ACCOUNT,
    AOR_MAILBOXES,
    AORS,
    KEY_OF_OURS,
    KEYS,
    NEEDED,
    OURS,
    RECORDS,
    RESET_PIN,
    SEQUENCES,
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
_TRIED = "gvma-try"
_VALUE, _OTHER_VALUE = "Tried By gvma", "gvma Tries More"
"""Values that a trigger of the site's would not leave alone, if it changes values at all."""
_OWN = {
    VOICEMAIL: (
        f"insert into {VOICEMAIL} (context, mailbox, password, fullname) "
        f"select context, '{_TRIED}', '', '{_VALUE}' from unnest('{{{','.join(OWN_CONTEXTS)}}}'::text[]) context",
        "fullname",
        f"{OURS[VOICEMAIL]} and mailbox = '{_TRIED}'",
        len(OWN_CONTEXTS),
    ),
    AORS: (
        f"insert into {AORS} (id, {AOR_MAILBOXES}) values ('{SUBSCRIPTION_PREFIX}{_TRIED}', '{_VALUE}')",
        AOR_MAILBOXES,
        f"id = '{SUBSCRIPTION_PREFIX}{_TRIED}'",
        1,
    ),
}
"""Rows that must be taken: how they are added, a column that is changed, which they are, and how many."""
_ATTRIBUTES = """
select concat_ws(', ', case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end,
  case when rolcreaterole then 'createrole' end, case when rolreplication then 'replication' end)
from pg_roles where rolname = current_user
"""
_MEMBERSHIPS = """
select string_agg(rolname, ', ' order by rolname) from pg_roles
where rolname <> current_user and pg_has_role(current_user, oid, 'member')
"""
"""Also roles whose rights are not inherited: ``set role`` has them."""
_UNUSABLE_SEQUENCES = f"""
select string_agg(numbers::text, ', ') from ({SEQUENCES} offset 0) found (numbers)
where not has_sequence_privilege(numbers, 'usage')
"""
"""``offset 0``: the right is asked of sequences alone, whatever the planner prefers."""
_AS_PRINTED = f"""
select l.lanname = 'sql' and f.prosecdef and pg_get_function_result(f.oid) = 'boolean'
  and pg_get_function_identity_arguments(f.oid) = '{RESET_ARGUMENTS}'
  and regexp_replace(btrim(f.prosrc, E' \\r\\n\\t'), '\\s+', ' ', 'g') = %s
from pg_proc f join pg_language l on l.oid = f.prolang where f.oid = to_regprocedure('{_SIGNATURE}')
"""
_RUNS_AS_OWNER = f"""
select f.prosecdef and f.proconfig = array['search_path=' || t.relnamespace::regnamespace::text || ', pg_temp']
  and f.pronamespace = t.relnamespace
  and pg_has_role(f.proowner, t.relowner, 'usage') and not pg_has_role(current_user, f.proowner, 'member')
from pg_proc f, pg_class t
where f.oid = to_regprocedure('{_SIGNATURE}') and t.oid = to_regclass('{VOICEMAIL}')
"""


def require(connection: Connection[tuple[object, ...]], columns: Columns) -> None:
    """Raises UnpreparedDatabaseError (14), which names what is missing or too wide, or DatabaseError (18) where the
    database takes no writes."""
    with answered(connection):
        faults = list(found_faults(connection, columns))
    if faults:
        raise UnpreparedDatabaseError(
            f"the database is not prepared: {first_names(faults, _NAMED, between='; ')}",
            where=where_of(connection),
            hint=f"{UNCHANGED} Have the owner of the tables run what `gvma realtime sql` prints, then try again.",
        )


def found_faults(connection: Connection[tuple[object, ...]], columns: Columns) -> Iterator[str]:
    """A clause for each fault.

    Raises psycopg.Error where the database fails, DatabaseError where it takes no writes.
    """
    if _asked(connection, "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean"):
        raise DatabaseError(
            "the database takes no writes: it is a standby, or read-only",
            where=where_of(connection),
            hint=f"{UNCHANGED} Let realtime_dsn name the primary, then run the command again.",
        )
    encoding = _text(connection, "select current_setting('server_encoding')")
    if encoding != "UTF8":
        yield f"its encoding is {encoding}, not UTF8: make another database for Asterisk's tables"
    missing = [
        *(table for table in (*TABLES, RECORDS) if not _asked(connection, "select to_regclass(%s) is not null", table)),
        *([] if _asked(connection, "select to_regprocedure(%s) is not null", _SIGNATURE) else [RESET_PIN]),
    ]
    if missing:
        searched = _text(connection, "select array_to_string(current_schemas(false), ', ')")
        yield f"there is no {', no '.join(missing)} where gvma's account looks for them (schema {searched or 'none'})"
        return
    yield from _of_the_account(connection)
    if numbers := _text(connection, _UNUSABLE_SEQUENCES):
        yield f"the right to use the sequence {numbers} is missing"
    for table in TABLES:
        faults = list(_of_table(connection, table, columns))
        yield from faults or _of_own_rows(connection, table)
    yield from _missing_rights(connection, RECORDS, ("select", "insert", "update", "delete"))
    yield from list(_of_the_function(connection)) or _of_its_effect(connection)
    if not _asked(connection, "select has_database_privilege(current_database(), 'temporary')"):
        yield "the right to make temporary tables is missing, which the owner of the database grants"


def _asked(connection: Connection[tuple[object, ...]], question: str, *values: object) -> bool:
    row = connection.execute(question.encode(), values or None).fetchone()
    return row is not None and bool(row[0])


def _text(connection: Connection[tuple[object, ...]], question: str) -> str:
    """Empty where the answer is NULL."""
    row = connection.execute(question.encode()).fetchone()
    return "" if row is None or row[0] is None else str(row[0])


def _of_the_account(connection: Connection[tuple[object, ...]]) -> Iterator[str]:
    if attributes := _text(connection, _ATTRIBUTES):
        yield f"gvma's account has {attributes}: take that from it with alter role"
    owner = "select bool_or(pg_has_role(current_user, relowner, 'usage')) from pg_class where oid = any(%s::regclass[])"
    if _asked(connection, owner, [*TABLES, RECORDS]):
        yield "gvma's account owns the tables"
    roles = _text(connection, _MEMBERSHIPS)
    if roles and "superuser" not in attributes:  # who is a member of every role
        yield f"gvma's account is a member of {roles}, and may do what that role may: revoke the membership"


def _of_table(connection: Connection[tuple[object, ...]], table: str, columns: Columns) -> Iterator[str]:
    lacking = sorted({*NEEDED[table]} - columns.every[table].keys())
    if lacking:
        yield f"{table} lacks {', '.join(lacking)}"
        return
    if not _is_unique(connection, table):
        yield f"{table} has no unique index on {', '.join(sorted(KEYS[table]))}"
    yield from _of_null(table, columns)
    yield from _missing_rights(connection, table, ("select", "insert", "delete"))
    yield from _of_columns(connection, table, columns)
    for right, does in (("truncate", "truncate"), ("trigger", "add triggers to"), ("references", "refer to")):
        if _asked(connection, f"select has_table_privilege(%s, '{right}')", table):
            yield f"gvma's account may {does} {table}"
    creates = "select has_schema_privilege(relnamespace, 'create') from pg_class where oid = %s::regclass"
    if _asked(connection, creates, table):
        yield f"gvma's account may create objects in the schema of {table}: revoke create from it, and from public"
    yield from _of_rows(connection, table)


def _is_unique(connection: Connection[tuple[object, ...]], table: str) -> bool:
    """Whether PostgreSQL finds the index that a sync's ``on conflict`` names."""
    columns = ", ".join(KEYS[table])
    adds = f"explain insert into {table} ({columns}) select {columns} from {table}"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"{adds} on conflict {KEY_OF_OURS[table]} do nothing".encode())
    except (errors.InvalidColumnReference, errors.ObjectNotInPrerequisiteState):
        return False
    except errors.InsufficientPrivilege:  # a fault of its own
        return True
    return True


def _of_null(table: str, columns: Columns) -> Iterator[str]:
    """Columns that gvma leaves NULL, and that refuse it."""
    options = {column.name for column in columns.every_option} if table == VOICEMAIL else set()
    filled = {*NEEDED[table]}
    refusing = [one for name, one in columns.every[table].items() if name not in filled and not one.may_be_null]
    if of_options := [one.name for one in refusing if one.name in options]:
        yield f"{table} ({', '.join(of_options)}) may not be NULL, as an option that a mailbox lacks: drop not null"
    if others := [
        one.name for one in refusing if one.name not in options and not one.has_default and not one.is_automatic
    ]:
        yield f"{table} ({', '.join(others)}) may not be NULL and has no default: set one, or drop not null"


def _of_columns(connection: Connection[tuple[object, ...]], table: str, columns: Columns) -> Iterator[str]:
    may = "select has_column_privilege(%s, %s, 'update')"
    written = [AOR_MAILBOXES] if table == AORS else ["fullname", "email", "pager", *(c.name for c in columns.options)]
    missing = [column for column in written if not _asked(connection, may, table, column)]
    if missing:
        yield f"the right to update {table} ({', '.join(missing)}) is missing"
    unwritten = UNWRITTEN[VOICEMAIL] if table == VOICEMAIL else columns.every[AORS].keys() - {AOR_MAILBOXES}
    for column in sorted(unwritten & columns.every[table].keys()):
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
        "select exists (select 1 from pg_policy where polrelid = %s::regclass"
        f" and (polpermissive and polroles = '{{0}}' or polname = '{ACCOUNT}'))"
    )
    if not _asked(connection, everybody, table):
        yield f"no policy lets everybody go on with {table}"
    if _asked(connection, f"select exists (select 1 from {table} where not ({OURS[table]}))"):
        yield f"gvma's account sees rows of {table} that are not gvma's"
    try:
        # The policies let a row through that only another constraint stops.
        with suppress(psycopg.IntegrityError), connection.transaction(force_rollback=True):
            connection.execute(_OTHERS[table].encode())
    except (errors.InsufficientPrivilege, errors.RaiseException):  # of a trigger, which is looked at with own rows
        return
    yield f"gvma's account may add rows to {table} that are not gvma's"


def _of_own_rows(connection: Connection[tuple[object, ...]], table: str) -> Iterator[str]:
    """Adds, finds, changes and removes rows of gvma's, and takes all of it back."""
    insert, column, which, expected = _OWN[table]
    hides = f"a policy or trigger hides from gvma's account rows that it {{}} in {table}"
    alters = f"a trigger or rule of the site's writes other values than gvma into {table}"
    try:
        with connection.transaction(force_rollback=True):
            for said, statement in (
                (hides.format("adds"), insert),
                (hides.format("sees"), f"select 1 from {table} where {which}"),
                (alters, f"select 1 from {table} where {which} and {column} = '{_VALUE}'"),
                (hides.format("changes"), f"update {table} set {column} = '{_OTHER_VALUE}' where {which}"),
                (alters, f"select 1 from {table} where {which} and {column} = '{_OTHER_VALUE}'"),
                (hides.format("removes"), f"delete from {table} where {which}"),
            ):
                if connection.execute(statement.encode()).rowcount != expected:
                    yield said
                    return
    except errors.InsufficientPrivilege as error:
        yield f"gvma's account may not keep its own rows in {table}: {error.diag.message_primary}"
    except errors.RaiseException as error:
        yield f"a trigger of the site's refuses gvma's rows in {table}: {error.diag.message_primary}"
    except psycopg.IntegrityError:  # of a rule of the site's, which is looked at behind every policy
        return


def _of_the_function(connection: Connection[tuple[object, ...]]) -> Iterator[str]:
    if not _asked(connection, "select has_function_privilege(%s, 'execute')", _SIGNATURE):
        yield f"the right to execute {RESET_PIN} is missing"
    if _asked(connection, "select has_function_privilege('public', %s, 'execute')", _SIGNATURE):
        yield f"everybody may execute {RESET_PIN}"
    if not _asked(connection, _RUNS_AS_OWNER):
        yield f"{RESET_PIN} does not run as its owner, who has the tables, with a search_path of its own"
    if not _asked(connection, _AS_PRINTED, " ".join(RESET_BODY.split())):
        yield f"{RESET_PIN} is not the function that gvma prints"


def _of_its_effect(connection: Connection[tuple[object, ...]]) -> Iterator[str]:
    """Sets PINs of rows of gvma's, and takes all of it back."""
    insert, _, which, expected = _OWN[VOICEMAIL]
    resets = f"select 1 from {VOICEMAIL} where {which} and {RESET_PIN}(context, mailbox, '', '0')"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(insert.encode())
            if connection.execute(resets.encode()).rowcount == expected:
                return
    except (psycopg.ProgrammingError, psycopg.IntegrityError):  # of what has been found already
        return
    yield f"{RESET_PIN} does not reach rows of {VOICEMAIL}: a policy or trigger hides them from their owner"
