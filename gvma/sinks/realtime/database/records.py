"""gvma's records in the database, which every host shares, and their copies under ``backup_path`` on this host.

The database's are what counts: a sync from any host has to know the first PINs, the owners and a pause. The copies are
for the run itself, and for whoever reads them here while the database is away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from psycopg import Connection

from gvma.sinks.realtime.rows.names import RECORDS
from gvma.storage.private import read_private
from gvma.storage.state import pause, records

LAST_RUN = "last-run"
"""The record that names the run whose rows these are: a commit whose answer was lost is found by it."""
_SHARED = (records.PINS, records.OWNERS, records.LAST, records.MARKS, pause.NAME)
_Connection = Connection[tuple[object, ...]]


def read_left(connection: _Connection, backup_path: Path) -> records.Left:
    """What the last sync left, from whichever host; where there was none with this database, what files were left."""
    if not _digests(connection):
        return records.read_left(backup_path)
    texts = [content(connection, name) or b"" for name in (records.PINS, records.OWNERS, records.LAST)]
    return records.Left(*texts)


def read_marks(connection: _Connection, backup_path: Path) -> dict[str, str | None]:
    """As ``read_left``: by table, the mark of our rows after the last run. Raises BackupSetError."""
    if not _digests(connection):
        return records.read_marks(backup_path)
    return records.marks_of(content(connection, records.MARKS) or b"")


def read_pause(connection: _Connection, backup_path: Path) -> pause.Pause | None:
    """As ``read_left``. Raises BackupSetError."""
    if not _digests(connection):
        return pause.read_pause(backup_path)
    text = content(connection, pause.NAME)
    return None if text is None else pause.pause_of(text, Path(RECORDS) / pause.NAME)


def pull(connection: _Connection, backup_path: Path) -> None:
    """The copies on this host become what the database has; all stay while the database has none, since a site that
    comes from files goes on with what these left. Raises BackupSetError."""
    there = _digests(connection)
    if not there:
        return
    folder = records.folder(backup_path)
    for name in _SHARED:
        here = read_private(folder / name)
        if name not in there:
            records.forget(backup_path, (name,))
        elif here is None or hashlib.md5(here, usedforsecurity=False).hexdigest() != there[name]:
            records.leave(backup_path, name, content(connection, name) or b"")


def push(connection: _Connection, backup_path: Path) -> None:
    """The database's records become what this host has."""
    there = _digests(connection)
    folder = records.folder(backup_path)
    changed: dict[str, bytes | None] = {}
    for name in _SHARED:
        here = read_private(folder / name)
        if here is None and name in there:
            changed[name] = None
        elif here is not None and there.get(name) != hashlib.md5(here, usedforsecurity=False).hexdigest():
            changed[name] = here
    if changed:
        with connection.transaction():
            write(connection, changed)


def write(connection: _Connection, texts: Mapping[str, bytes | None]) -> None:
    """Each text by its name; None takes it away."""
    for name, text in texts.items():
        if text is None:
            connection.execute(f"delete from {RECORDS} where name = %s".encode(), (name,))
        else:
            asked = (
                f"insert into {RECORDS} (name, content) values (%s, %b)"
                f" on conflict (name) do update set content = excluded.content"
            )
            connection.execute(asked.encode(), (name, text))


def content(connection: _Connection, name: str) -> bytes | None:
    """None where there is no such record."""
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(f"select content from {RECORDS} where name = %s".encode(), (name,)).fetchone()
    return None if row is None else bytes(row[0])  # type: ignore[call-overload]


def _digests(connection: _Connection) -> dict[str, str]:
    rows = connection.execute(f"select name, md5(content) from {RECORDS} where name <> %s".encode(), (LAST_RUN,))
    return {str(name): str(digest) for name, digest in rows}
