"""A backup set as a change of the rows: gvma's rows as they were when the set was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from gvma.asterisk.drivers import PJSIP
from gvma.asterisk.entries import PresentMailbox, PresentSubscription
from gvma.backups.backup_set import BackupSet
from gvma.backups.remarks import remarks
from gvma.backups.rows import SavedRow, masked_rows_diff, saved_rows
from gvma.backups.sets import BackupSets
from gvma.plan.compare import items_between
from gvma.plan.counts import Counts
from gvma.plan.owners import OwnerNames
from gvma.plan.present import Present
from gvma.sinks.realtime.database.session import Session
from gvma.sinks.realtime.rows.change import Gone, PinReset, ReadBack, RealtimeChange, Row, TableChange, Version
from gvma.sinks.realtime.rows.columns import Columns, joined
from gvma.sinks.realtime.rows.encoding import NOT_OURS, copy_line, decoded
from gvma.sinks.realtime.rows.marks import marks_of_present
from gvma.sinks.realtime.rows.names import AOR_MAILBOXES, AORS, KEYS, TABLES, UNWRITTEN, VOICEMAIL
from gvma.sinks.realtime.sink import RealtimeSink

_ASKED = 50
_Rows = Mapping[tuple[str, ...], SavedRow]


def restore_rows(session: Session, backup_set: BackupSet, *, pins: bool = False) -> RealtimeChange:
    """Mailboxes that exist keep the PIN in force, those that come back get the set's. pins: all get the set's.

    Raises BackupSetError where the set is damaged.
    """
    settings = session.settings
    sets = BackupSets(settings.backup_path)
    sets.verify(backup_set, settings)
    sink = RealtimeSink(session)
    reading = sink.read()
    before = reading.present()
    then = {one.name: sets.rows(backup_set, one) for one in backup_set.tables if one.name in TABLES}
    now = {table: content for table, content in sink.rows().items() if table in then}
    rows_then = {table: _by_key(table, content) for table, content in then.items()}
    rows_now = {table: _by_key(table, content) for table, content in now.items()}
    versions: dict[str, dict[tuple[str, ...], Version]] = {
        VOICEMAIL: {tuple(reversed(key.rsplit("@", 1))): one for key, one in reading.versions.mailboxes.items()},
        AORS: {(name,): one for name, one in reading.versions.subscriptions.items()},
    }
    changes = {
        table: _table_change(table, rows_now.get(table, {}), rows_then.get(table, {}), versions[table], session.columns)
        if table in then
        else TableChange()
        for table in TABLES
    }
    after = _present(rows_then, before, session, keeps_pins=not pins)
    items = tuple(items_between(before, after, OwnerNames(sink.left().owners, b"")))
    resets = tuple(_resets(rows_now[VOICEMAIL], rows_then[VOICEMAIL])) if pins and VOICEMAIL in then else ()
    return RealtimeChange(
        changes | ({VOICEMAIL: _with_resets(changes[VOICEMAIL], resets)} if resets else {}),
        resets=resets,
        new_marks=partial(marks_of_present, after.mailboxes, after.subscriptions),
        lines=lambda: (masked_rows_diff(table, now[table], then[table], pins=pins) for table in then),
        read_back=_read_back(before, after),
        items=items,
        notes=tuple(_notes(session, backup_set, pins)),
    )


def _notes(session: Session, backup_set: BackupSet, pins: bool) -> Iterator[str]:
    yield from remarks(backup_set, pins=pins)
    for table in backup_set.tables:
        lacking = set(_columns_of(session, backup_set, table.name)) - set(session.columns.every[table.name])
        if lacking:
            yield f"{table.name}: columns of the set that the table no longer has: {', '.join(sorted(lacking))}."


def _columns_of(session: Session, backup_set: BackupSet, table: str) -> list[str]:
    saved = backup_set.table(table)
    assert saved is not None
    content = BackupSets(session.settings.backup_path).rows(backup_set, saved)
    return content.partition(b"\n")[0].decode().split("\t")


def _by_key(table: str, content: bytes) -> _Rows:
    return {tuple(str(row[column]) for column in KEYS[table]): row for row in saved_rows(content)}


def _table_change(
    table: str, now: _Rows, then: _Rows, versions: Mapping[tuple[str, ...], Version], columns: Columns
) -> TableChange:
    there = {name for name, column in columns.every[table].items() if not column.is_automatic}
    known = [column for column in next(iter(then.values()), {}) if column in there]
    written = [column for column in known if column not in UNWRITTEN[table]]
    written = [AOR_MAILBOXES] if table == AORS else written
    inserted = tuple(column for column in known if column != "uniqueid")
    changed = [
        Row(key, {column: row[column] for column in written}, versions[key])
        for key, row in then.items()
        if key in now and any(row[column] != now[key].get(column) for column in written)
    ]
    added = [row for key, row in then.items() if key not in now]
    gone = [Gone(key, versions[key]) for key in now if key not in then]
    return TableChange(
        counts=Counts(len(added), len(changed), len(gone)),
        columns=inserted,
        add=lambda: (copy_line(*(row[column] for column in inserted)) for row in added),
        change=tuple(changed),
        remove=tuple(gone),
    )


def _resets(now: _Rows, then: _Rows) -> Iterator[PinReset]:
    for key, row in then.items():
        present = now.get(key)
        if present is not None and present["password"] != row["password"]:
            yield PinReset(key[0], key[1], str(present["password"]), str(row["password"]))


def _with_resets(change: TableChange, resets: tuple[PinReset, ...]) -> TableChange:
    """A mailbox whose PIN alone is set counts as changed."""
    keys = {row.key for row in change.change} | {(one.context, one.box) for one in resets}
    counts = Counts(change.counts.add, len(keys), change.counts.remove)
    return TableChange(counts, change.columns, change.add, change.change, change.remove)


def _present(rows: Mapping[str, _Rows], before: Present, session: Session, *, keeps_pins: bool) -> Present:
    """What the rows mean, as a reading of the tables would give it."""
    settings_text = PJSIP.subscription_settings(session.settings)
    mailboxes = dict(before.mailboxes) if VOICEMAIL not in rows else {}
    for (context, box), row in rows.get(VOICEMAIL, {}).items():
        key = f"{box}@{context}"
        one = _mailbox(row, session.columns)
        has_own = keeps_pins and key in before.mailboxes
        pin = before.mailboxes[key].pin if has_own else one.pin
        mailboxes[key] = PresentMailbox(pin, one.name, one.email, one.pager, one.options)
    subscriptions = dict(before.subscriptions) if AORS not in rows else {}
    for (name,), row in rows.get(AORS, {}).items():
        subscriptions[name] = PresentSubscription(decoded(row[AOR_MAILBOXES] or ""), settings_text)
    return Present(mailboxes=mailboxes, subscriptions=subscriptions)


def _mailbox(row: SavedRow, columns: Columns) -> PresentMailbox:
    names = [column.name for column in columns.options]
    options = {name: str(row[name]) for name in names if row.get(name) is not None}
    if columns.rest is not None and row.get(columns.rest.name):
        options[columns.rest.name] = str(row[columns.rest.name])
    name, email, pager = (
        decoded(NOT_OURS if row.get(column) is None else str(row[column])) for column in ("fullname", "email", "pager")
    )
    return PresentMailbox(decoded(str(row["password"])), name, email, pager, decoded(joined(options)))


def _read_back(before: Present, after: Present) -> ReadBack:
    """The first that come back, and the first that go."""
    back = [key for key in after.mailboxes if key not in before.mailboxes][:_ASKED]
    gone = [key for key in before.mailboxes if key not in after.mailboxes][:_ASKED]
    names = [name for name in after.subscriptions if name not in before.subscriptions][:_ASKED]
    names_gone = [name for name in before.subscriptions if name not in after.subscriptions][:_ASKED]
    return ReadBack(
        {key: after.mailboxes[key].name for key in back} | dict.fromkeys(gone),
        {name: after.subscriptions[name].mailbox for name in names} | dict.fromkeys(names_gone),
    )
