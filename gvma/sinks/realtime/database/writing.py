"""Rows, staged in temporary tables first and then written in one short transaction.

No row is locked while gvma prepares: a phone that changes its PIN waits for the transaction alone. A row that
somebody else has written since it was read is never overwritten: then nothing is written, and the run plans again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from psycopg import Connection, sql

from gvma.sinks.realtime.database.rows import row_print
from gvma.sinks.realtime.rows.change import Gone, PinReset, RealtimeChange, Row
from gvma.sinks.realtime.rows.columns import Columns
from gvma.sinks.realtime.rows.encoding import copy_line
from gvma.sinks.realtime.rows.names import KEY_OF_OURS, KEYS, RESET_PIN, TABLES, VOICEMAIL

_Connection = Connection[tuple[object, ...]]
_RESETS = "gvma_resets"
_UNTOUCHED = sql.SQL("t.xmin::text::bigint = s.gvma_xmin")
_VERSION = ("gvma_xmin", "gvma_print")


class Staged:
    """A change in temporary tables of this connection."""

    def __init__(self, connection: _Connection, columns: Columns, change: RealtimeChange) -> None:
        """Stages it. Raises psycopg.Error."""
        self._connection = connection
        self._columns = columns
        self._change = change
        for table in TABLES:
            self._stage_table(table)
        if change.resets:
            rows = (copy_line(*one) for one in change.resets)
            self._stage(sql.Identifier(_RESETS), ("context", "box", "now", "new"), rows)

    def has_moved(self) -> bool:
        """Whether anybody has written a row that is changed or removed, or a PIN that is set, since it was read."""
        return any(self._moved(table, what, _UNTOUCHED) for table in TABLES for what in ("change", "remove")) or (
            self._pin_moved()
        )

    def is_overtaken(self) -> bool:
        """The same, but for PINs that were changed by phone in rows that stay: these are not written."""
        return (
            any(self._moved(table, "change", self._same(table)) for table in TABLES)
            or any(self._moved(table, "remove", _UNTOUCHED) for table in TABLES)
            or self._pin_moved()
        )

    def write(self) -> bool:
        """Inside a transaction; False where somebody else wrote meanwhile: then it has to be rolled back.

        A PIN that was changed by phone is no hindrance for a row that stays, since it is not written.
        """
        done = all(self._remove(table) and self._update(table) and self._insert(table) for table in TABLES)
        return done and self._reset()

    def _stage_table(self, table: str) -> None:
        change, key = self._change.tables_changed[table], KEYS[table]
        if change.counts.add:
            self._stage(_name(table, "add"), change.columns, change.add())
        if change.change:
            columns = (*key, *_VERSION, *change.change[0].values)
            self._stage(_name(table, "change"), columns, _changed(change.change))
        if change.remove:
            self._stage(_name(table, "remove"), (*key, *_VERSION), _gone(change.remove))

    def _stage(self, name: sql.Identifier, columns: Sequence[str], blocks: Iterable[str]) -> None:
        declared = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL("bigint" if column == _VERSION[0] else "text"))
            for column in columns
        )
        self._connection.execute(sql.SQL("drop table if exists pg_temp.{}").format(name))
        self._connection.execute(sql.SQL("create temporary table {} ({})").format(name, declared))
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.SQL("copy pg_temp.{} from stdin").format(name)) as copy,
        ):
            for block in blocks:
                copy.write(block)
        self._connection.execute(sql.SQL("analyze pg_temp.{}").format(name))

    def _same(self, table: str) -> sql.Composable:
        return sql.SQL("{} = s.gvma_print").format(row_print(self._columns, table))

    def _moved(self, table: str, what: str, same: sql.Composable) -> bool:
        """same: the condition by which a row is as it was read."""
        change = self._change.tables_changed[table]
        if not (change.change if what == "change" else change.remove):
            return False
        asked = sql.SQL("select count(*) from pg_temp.{} s left join {} t on {} and {} where t.xmin is null").format(
            _name(table, what), sql.Identifier(table), _same_key(table), same
        )
        return self._connection.execute(asked).fetchone() != (0,)

    def _pin_moved(self) -> bool:
        if not self._change.resets:
            return False
        asked = sql.SQL(
            "select count(*) from pg_temp.{} s left join {} t"
            " on t.context = s.context and t.mailbox = s.box and t.password = s.now where t.context is null"
        ).format(sql.Identifier(_RESETS), sql.Identifier(VOICEMAIL))
        return self._connection.execute(asked).fetchone() != (0,)

    def _remove(self, table: str) -> bool:
        gone = self._change.tables_changed[table].remove
        if not gone:
            return True
        asked = sql.SQL("delete from {} t using pg_temp.{} s where {} and {}").format(
            sql.Identifier(table), _name(table, "remove"), _same_key(table), _UNTOUCHED
        )
        return self._connection.execute(asked).rowcount == len(gone)

    def _update(self, table: str) -> bool:
        rows = self._change.tables_changed[table].change
        if not rows:
            return True
        values = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(column), self._typed(table, column)) for column in rows[0].values
        )
        asked = sql.SQL("update {} t set {} from pg_temp.{} s where {} and {}").format(
            sql.Identifier(table), values, _name(table, "change"), _same_key(table), self._same(table)
        )
        return self._connection.execute(asked).rowcount == len(rows)

    def _insert(self, table: str) -> bool:
        change = self._change.tables_changed[table]
        if not change.counts.add:
            return True
        asked = sql.SQL("insert into {} ({}) select {} from pg_temp.{} s on conflict {} do nothing").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, change.columns)),
            sql.SQL(", ").join(self._typed(table, column) for column in change.columns),
            _name(table, "add"),
            sql.SQL(KEY_OF_OURS[table]),
        )
        return self._connection.execute(asked).rowcount == change.counts.add

    def _reset(self) -> bool:
        resets: tuple[PinReset, ...] = self._change.resets
        if not resets:
            return True
        asked = f"select count(*) from pg_temp.{_RESETS} where {RESET_PIN}(context, box, now, new)"
        return self._connection.execute(asked.encode()).fetchone() == (len(resets),)

    def _typed(self, table: str, column: str) -> sql.Composable:
        """The staged text as the column's type; a text that is too long is an error, and is never cut."""
        known = self._columns.every[table][column]
        value = sql.SQL("s.{}").format(sql.Identifier(column))
        return value if known.is_text else sql.SQL("{}::{}").format(value, sql.SQL(known.type))


def _name(table: str, what: str) -> sql.Identifier:
    return sql.Identifier(f"gvma_{what}_{table}")


def _same_key(table: str) -> sql.Composable:
    parts = (sql.SQL("t.{} = s.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in KEYS[table])
    return sql.SQL(" and ").join(parts)


def _changed(rows: Iterable[Row]) -> Iterator[str]:
    return (copy_line(*row.key, str(row.version.xmin), row.version.print, *row.values.values()) for row in rows)


def _gone(rows: Iterable[Gone]) -> Iterator[str]:
    return (copy_line(*row.key, str(row.version.xmin), row.version.print) for row in rows)
