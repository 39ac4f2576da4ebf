"""Which columns the site's two tables have, as the database's catalogue says."""

from __future__ import annotations

from psycopg import Connection

from gvma.sinks.realtime.rows.columns import REST, Column, Columns, is_option
from gvma.sinks.realtime.rows.names import AORS, TABLES, VOICEMAIL

_ASKED = """
with found as (
  select c.relname, a.attname, a.attrelid, a.attnum,
    case when t.typtype = 'd' then t.typbasetype else a.atttypid end as type,
    case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as size,
    not (a.attnotnull or t.typnotnull) as may_be_null,
    a.atthasdef or t.typdefault is not null as has_default,
    coalesce(to_jsonb(a) ->> 'attgenerated', '') <> '' or coalesce(to_jsonb(a) ->> 'attidentity', '') <> ''
      or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%%', false) as is_automatic
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relname = any(%s) and pg_table_is_visible(c.oid) and a.attnum > 0 and not a.attisdropped
)
select relname, attname, format_type(type, null),
  case when size > 0 and type = 'numeric'::regtype then ((size - 4) >> 16) & 65535
       when size > 0 and type in ('varchar'::regtype, 'bpchar'::regtype) then size - 4 end,
  case when size > 0 and type = 'numeric'::regtype then (size - 4) & 2047 end,
  (select array_agg(enumlabel::text order by enumsortorder) from pg_enum where enumtypid = type),
  may_be_null, has_default, is_automatic
from found order by attrelid, attnum
"""
"""An identity, or an expression, is a matter of later versions of PostgreSQL: older ones lack these columns."""
_TEXTS = ("mailbox", "password", "fullname", "email", "pager")


def discovered(connection: Connection[tuple[object, ...]]) -> Columns:
    """What is there; a table that is missing is an error of the database."""
    found: dict[str, list[Column]] = {table: [] for table in TABLES}
    for table, name, kind, limit, scale, labels, *rules in connection.execute(_ASKED, (list(TABLES),)).fetchall():
        found[str(table)].append(Column(str(name), str(kind), limit, scale, tuple(labels or ()), *map(bool, rules)))  # type: ignore[arg-type]
    voicemail = {column.name: column for column in found[VOICEMAIL]}
    return Columns(
        texts={name: voicemail[name] for name in _TEXTS if name in voicemail},
        options=tuple(column for column in found[VOICEMAIL] if is_option(column.name)),
        rest=voicemail.get(REST),
        aor={column.name: column for column in found[AORS]},
        every={table: {column.name: column for column in columns} for table, columns in found.items()},
    )
