"""gvma's rows, read: as values for a plan, compared with what is wanted, and as texts for a backup set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from psycopg import Connection, sql

from gvma.asterisk.entries import Mailbox, PresentMailbox, PresentSubscription, Subscription
from gvma.looks import note
from gvma.sinks.realtime.rows.change import Version
from gvma.sinks.realtime.rows.columns import Column, Columns
from gvma.sinks.realtime.rows.encoding import NOT_OURS, blocks, decoded
from gvma.sinks.realtime.rows.names import AORS, KEYS, OURS, VOICEMAIL

_ROWS = 2000
_STAGED = {VOICEMAIL: "gvma_wanted_mailboxes", AORS: "gvma_wanted_aors"}
_Connection = Connection[tuple[object, ...]]


class Versions(NamedTuple):
    """Which version of each row was read, by ``box@context`` and by name: another one means that somebody wrote.

    pins: those whose text gvma would not have written so, as they stand.
    """

    mailboxes: dict[str, Version]
    subscriptions: dict[str, Version]
    pins: dict[str, str]

    def __repr__(self) -> str:
        return f"Versions({len(self.mailboxes)}, {len(self.subscriptions)})"


def read_mailboxes(connection: _Connection, columns: Columns, versions: Versions) -> dict[str, PresentMailbox]:
    """By ``box@context``; versions is filled. Options as ``columns.joined`` has them."""
    asked = sql.SQL(
        "select mailbox || '@' || context, password::text, {texts}, {options}, xmin::text::bigint, {print}"
        " from voicemail t where {ours}"
    ).format(
        texts=_texts(),
        options=_options(columns),
        print=row_print(columns, VOICEMAIL),
        ours=sql.SQL(OURS[VOICEMAIL]),
    )
    found: dict[str, PresentMailbox] = {}
    with connection.cursor() as cursor:
        cursor.execute(asked)
        while rows := cursor.fetchmany(_ROWS):
            for key, pin, name, email, pager, options, xmin, row_print_ in rows:
                versions.mailboxes[key] = Version(xmin, row_print_)  # type: ignore[index, arg-type]
                one = found[key] = _mailbox(pin, name, email, pager, options)  # type: ignore[arg-type, index]
                if one.pin != pin:
                    versions.pins[key] = pin  # type: ignore[index, assignment]
    return found


def _mailbox(pin: str, name: str, email: str, pager: str, options: str) -> PresentMailbox:
    if "^" in (all_of_it := f"{pin}{name}{email}{pager}{options}") or ";" in all_of_it:
        return PresentMailbox(decoded(pin), decoded(name), decoded(email), decoded(pager), decoded(options))
    return PresentMailbox(pin, name, email, pager, options)


def read_subscriptions(
    connection: _Connection, columns: Columns, settings_text: str, versions: Versions
) -> dict[str, PresentSubscription]:
    """By name. settings_text: what a subscription has beside its mailbox; a row of ps_aors has no more."""
    asked = sql.SQL(
        "select id::text, coalesce(mailboxes::text, ''), xmin::text::bigint, {print} from ps_aors t where {ours}"
    ).format(print=row_print(columns, AORS), ours=sql.SQL(OURS[AORS]))
    found: dict[str, PresentSubscription] = {}
    for name, mailbox, xmin, row_print_ in connection.execute(asked):
        versions.subscriptions[name] = Version(xmin, row_print_)  # type: ignore[index, arg-type]
        found[name] = PresentSubscription(decoded(mailbox), settings_text)  # type: ignore[arg-type, index]
    return found


def is_as_wanted(
    connection: _Connection, columns: Columns, mailboxes: Iterable[Mailbox], subscriptions: Iterable[Subscription]
) -> bool:
    """Whether the tables have just these rows, PINs aside; the database compares."""
    boxes = (f"{one.box}@{one.context}\t{one.name}\t{one.email}\t{one.pager}\t{one.options}" for one in mailboxes)
    _stage(connection, _STAGED[VOICEMAIL], "key text, fullname text, email text, pager text, options text", boxes)
    asked = sql.SQL(
        "select not exists (select 1 from (select mailbox || '@' || context as key, {texts}, {options} as options"
        " from voicemail where {ours}) v full join {staged} s using (key)"
        " where (v.fullname, v.email, v.pager, v.options) is distinct from (s.fullname, s.email, s.pager, s.options))"
    ).format(
        texts=_texts(),
        options=_options(columns),
        ours=sql.SQL(OURS[VOICEMAIL]),
        staged=sql.Identifier(_STAGED[VOICEMAIL]),
    )
    if connection.execute(asked).fetchone() != (True,):
        return False
    aors = (f"{one.name}\t{one.box}@{one.context}" for one in subscriptions)
    _stage(connection, _STAGED[AORS], "id text, mailboxes text", aors)
    compared = (
        f"select not exists (select 1 from (select id::text, mailboxes::text from {AORS} where {OURS[AORS]}) a"
        f" full join {_STAGED[AORS]} s using (id) where (a.id, a.mailboxes) is distinct from (s.id, s.mailboxes))"
    )
    return connection.execute(compared.encode()).fetchone() == (True,)


def look_at_rows(connection: _Connection, table: str) -> None:
    """A look (gvma.looks) at all of gvma's rows of a table, of which none leaves the database.

    Its digest is of whole rows, with PIN and columns of the site's own. The text of a row tells NULL from an empty
    value, and where each value ends. The rows' digests are sorted: it does not matter where a row lies.
    """
    digests = f'select md5((t.*)::text) collate "C" as of_row from {table} t where {OURS[table]} order by 1'
    asked = f"select count(*), md5(string_agg(of_row, '')) from ({digests}) sorted"
    note("rows", (table,), *connection.execute(asked.encode()).fetchone() or ())


def copied(connection: _Connection, table: str, columns: Columns) -> Iterator[bytes]:
    """All of gvma's rows of a table in the text format of COPY, in the order of their keys, below a line with the
    columns' names. A PIN stands in them."""
    yield ("\t".join(columns.every[table]) + "\n").encode()
    order = ", ".join(f'{column} collate "C"' for column in KEYS[table])
    asked = sql.SQL("copy (select {} from {} where {} order by {}) to stdout").format(
        sql.SQL(", ").join(map(_unpadded, columns.every[table].values())),
        sql.Identifier(table),
        sql.SQL(OURS[table]),
        sql.SQL(order),
    )
    with connection.cursor() as cursor, cursor.copy(asked) as copy:
        for block in copy:
            yield bytes(block)


def _stage(connection: _Connection, table: str, columns: str, lines: Iterable[str]) -> None:
    """lines: rows whose values have no tab and no line end, not yet encoded."""
    connection.execute(f"drop table if exists pg_temp.{table}".encode())
    connection.execute(f"create temporary table {table} ({columns})".encode())
    with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
        for block in blocks(lines):
            copy.write(block)
    connection.execute(f"analyze {table}".encode())


def row_print(columns: Columns, table: str) -> sql.Composable:
    """Of all columns but the PIN, of a row ``t``."""
    texts = (
        sql.SQL("t.{}::text").format(sql.Identifier(column)) for column in columns.every[table] if column != "password"
    )
    return sql.SQL("md5(array[{}]::text)").format(sql.SQL(", ").join(texts))


def _unpadded(column: Column) -> sql.Composable:
    """The blanks that a ``char(n)`` adds are none of the value."""
    return sql.SQL("{}::text" if column.type == "character" else "{}").format(sql.Identifier(column.name))


def _texts() -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("coalesce({}::text, {}) as {}").format(
            sql.Identifier(name), sql.Literal(NOT_OURS), sql.Identifier(name)
        )
        for name in ("fullname", "email", "pager")
    )


def _options(columns: Columns) -> sql.Composable:
    """All option columns as one text: ``attach=yes|tz=eu``, and the column ``options`` as it is."""
    parts = [
        sql.SQL("{} || {}::text").format(sql.Literal(f"{column.name}="), sql.Identifier(column.name))
        for column in columns.options
    ]
    if columns.rest is not None:
        parts.append(sql.SQL("nullif({}, '')").format(sql.Identifier(columns.rest.name)))
    return sql.SQL("concat_ws('|', {})").format(sql.SQL(", ").join(parts)) if parts else sql.SQL("''")
