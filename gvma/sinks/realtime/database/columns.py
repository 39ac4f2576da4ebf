"""Which columns the site's two tables have, as the database's catalogue says."""

from __future__ import annotations

from psycopg import Connection

from gvma.sinks.realtime.rows.columns import REST, Column, Columns, is_option
from gvma.sinks.realtime.rows.names import AORS, TABLES, VOICEMAIL

_ASKED = """
select a.attrelid::regclass::text, a.attname, format_type(a.atttypid, null),
  case when a.atttypmod > 0 and a.atttypid = 'numeric'::regtype then ((a.atttypmod - 4) >> 16) & 65535
       when a.atttypmod > 0 and a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) then a.atttypmod - 4 end,
  case when a.atttypmod > 0 and a.atttypid = 'numeric'::regtype then (a.atttypmod - 4) & 2047 end,
  (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = a.atttypid), c.relname
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relname = any(%s) and pg_table_is_visible(c.oid) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
"""
_TEXTS = ("mailbox", "password", "fullname", "email", "pager")


def discovered(connection: Connection[tuple[object, ...]]) -> Columns:
    """What is there; a table that is missing is an error of the database."""
    found: dict[str, list[Column]] = {table: [] for table in TABLES}
    for _, name, kind, limit, scale, labels, table in connection.execute(_ASKED, (list(TABLES),)).fetchall():
        found[str(table)].append(Column(str(name), str(kind), limit, scale, tuple(labels or ())))  # type: ignore[arg-type]
    voicemail = {column.name: column for column in found[VOICEMAIL]}
    return Columns(
        texts={name: voicemail[name] for name in _TEXTS if name in voicemail},
        options=tuple(column for column in found[VOICEMAIL] if is_option(column.name)),
        rest=voicemail.get(REST),
        aor={column.name: column for column in found[AORS]},
        every={table: {column.name: column for column in columns} for table, columns in found.items()},
    )
