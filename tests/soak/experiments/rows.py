"""The kill test of the database: a sync of many changes, ended anywhere, and what comes after it.

The invariant, at every point: the rows of both tables and gvma's records are all old or all new, and the first plain
run leaves all new; no PIN is lost or set twice, no row of the site's is touched, nothing lies about on gvma's host.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.fakes.relays.postgresql_relay import PostgreSQLRelay
from tests.fakes.traced import traced
from tests.harness.command import in_this_process
from tests.harness.layer import Layer
from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.waiting import wait_until
from tests.integration.realtime.prepared import foreign_rows, phone_changes_pin, site_on

BY_PHONE, BY_ADMINISTRATOR = "10000", "10001"
PHONE_PIN, LATER_PIN = "471147", "815815"
FIRST_PINS = ("11111", "22222")
_BOXES = "select mailbox, context, password, fullname, email, tz from voicemail where context like 'GVMA%'"
_AORS = "select id, mailboxes from ps_aors where id like 'gvm-%'"
_RECORDS = "select name, md5(content) from gvma_records where name in ('first-pins', 'owners') order by 1"
_CONNECTED = "select count(*) from pg_stat_activity where usename = 'gvma'"
_LAST = 14
"""So many messages of a run are its transaction and what follows."""

Rows = dict[tuple[Any, ...], tuple[Any, ...]]
"""Keys of both tables to the other columns."""
End = Callable[[Sequence[str]], int | None]
"""Runs gvma with these words and ends it somewhere: its exit status, None where it was killed."""


def layers(changes: int) -> tuple[Layer, Layer]:
    """From one to the other so many items of a plan: a tenth are other names, the others mailboxes and subscriptions
    that come and go. One mailbox has another first PIN."""
    both = []
    for place in range(2):
        stay = {str(10_000 + number): {"gvm_name": f"Place {place}"} for number in range(changes // 10)}
        stay[BY_ADMINISTRATOR]["gvm_password"] = FIRST_PINS[place]
        move = {
            str(20_000 + 10_000 * place + number): {"gvm_email": f"{number}@example.com", "gvm_options": "tz=central"}
            for number in range(changes * 9 // 40)
        }
        both.append(Layer({**stay, **move}))
    return both[0], both[1]


class _Left(NamedTuple):
    """What outlives a run. records: first PINs and owners, which are written with the rows. files: of gvma's host,
    but the lock, in which a killed run's name stays."""

    rows: Rows
    records: list[tuple[Any, ...]]
    files: dict[str, bytes]


class RowsExperiment:
    """A site that a sync brings from one layer to the other and back, each time ended somewhere else.

    ended: how often a run ended with which status (None: killed), and left nothing at all, old rows or new ones.
    """

    def __init__(self, database: Database, folder: Path, changes: int, relay: PostgreSQLRelay | None = None) -> None:
        """relay: what stands between gvma and the database, if anything; it is served."""
        self.ended: Counter[tuple[int | None, str]] = Counter()
        self._database, self._layers, self._place = database, layers(changes), 1
        self._site = site_on(database, folder, self._layers[1])
        self._site.settings |= {"max_remove_percent": 100, "keep_last": 3, "keep_daily": 0, "keep_monthly": 0}
        if relay:
            dsn = database.dsn().replace(f"port={database.server.port}", f"port={relay.port}")
            self._site.settings["realtime_dsn"] = dsn
        self._foreign = foreign_rows(database)
        self._site.sync()
        phone_changes_pin(database, f"{BY_PHONE}@GVMA_DN", PHONE_PIN)
        self._pin = FIRST_PINS[1]

    def round(self, end: End) -> int | None:
        """A run that is ended, and a plain run; the exit status of the first.

        Where the first has left nothing at all, in the database or on gvma's host, a plain run would be the same as
        after the round before, and is spared.
        """
        target = 1 - self._place
        self._site.put(self._layers[target])
        old = self._left()
        assert old.rows == self._wanted(self._place, self._pin)
        status = end(self._site.words("sync", *self._site.from_tree))
        self._wait_until_disconnected()
        now = self._left()
        is_new = now.rows == self._wanted(target, FIRST_PINS[target])
        assert is_new or now.rows == old.rows, f"mixed, exit {status}"
        assert is_new or now.records == old.records, f"rows are old and records are not, exit {status}"
        assert status in ({None, 0, 18} if is_new else {None, 18}), status
        self.ended[status, "new" if is_new else "nothing" if now == old else "old"] += 1
        if now != old:
            self._plain_run(target, now if is_new else None)
        return status

    def _plain_run(self, target: int, new: _Left | None) -> None:
        """new: what the run before has left where it was written."""
        self._pin = FIRST_PINS[target]
        if new:  # a PIN chosen since then: the plain run must not take it for the administrator's
            phone_changes_pin(self._database, f"{BY_ADMINISTRATOR}@GVMA_DN", LATER_PIN)
            self._pin = LATER_PIN
        self._site.sync()
        self._place = target
        now = self._left()
        assert now.rows == self._wanted(target, self._pin)
        assert not new or now.records == new.records, "rows were new and records were not"
        assert not [name for name in now.files if name.endswith(".tmp")]

    def reckon(self) -> None:
        """At the end: nobody has touched the site's rows, every backup set is sound, a further run finds nothing."""
        assert foreign_rows(self._database) == self._foreign
        assert self._site.gvma("backup", "verify").status == 0
        self._site.put(self._layers[self._place])
        assert self._site.sync().stdout == ""
        assert {"new"} < {left for _, left in self.ended}

    def _wanted(self, place: int, pin: str) -> Rows:
        """pin: of the mailbox whose first PIN the administrator changes."""
        rows: Rows = {}
        for number, options in self._layers[place].dns.items():
            in_force = {BY_PHONE: PHONE_PIN, BY_ADMINISTRATOR: pin}.get(number, number)
            name, email = options.get("gvm_name", number), options.get("gvm_email", "")
            rows[number, "GVMA_DN"] = (in_force, name, email, "central" if email else None)
            rows[f"gvm-{number}",] = (f"{number}@GVMA_DN",)
        return rows

    def _left(self) -> _Left:
        with psycopg.connect(self._database.dsn("postgres"), autocommit=True) as owner:
            boxes, aors, records = (owner.execute(asked).fetchall() for asked in (_BOXES, _AORS, _RECORDS))
        assert len({row[:2] for row in boxes}) == len(boxes)
        rows = {row[:2]: row[2:] for row in boxes} | {row[:1]: row[1:] for row in aors}
        kept = (path for path in self._site.backup_path.rglob("*") if path.is_file() and path.name != "lock")
        files = {str(path): path.read_bytes() for path in kept}
        return _Left(rows, records, files)

    def _wait_until_disconnected(self) -> None:
        """PostgreSQL has noticed that its client is gone, and is done with what it was asked."""
        with psycopg.connect(self._database.dsn("postgres"), autocommit=True) as owner:
            wait_until(lambda: owner.execute(_CONNECTED).fetchone() == (0,), "gvma is still connected", str)


def kill_at_system_calls(experiment: RowsExperiment, every: int) -> int:
    """A round for each ``every``-th system call that has an effect outside of the process, until a run ends before it
    is killed; how many were killed."""
    killed = 0
    while True:
        at = 1 + killed * every
        if experiment.round(_killed_at_call(at)) is not None:
            return killed
        killed += 1


def _killed_at_call(number: int) -> End:
    return lambda words: traced(lambda: in_this_process(*words).status, number).status


def kill_at_messages(experiment: RowsExperiment, relay: PostgreSQLRelay, every: int) -> int:
    """The same for what gvma sends to the database: one in ``every``, and each of the last."""

    def run(words: Sequence[str]) -> int | None:
        child = os.fork()
        if child == 0:
            os._exit(in_this_process(*words).status)
        relay.then = lambda: os.kill(child, signal.SIGKILL)
        _, ended = os.waitpid(child, 0)
        return os.WEXITSTATUS(ended) if os.WIFEXITED(ended) else None

    return _at_messages(experiment, relay, every, run)


def cut_at_messages(experiment: RowsExperiment, relay: PostgreSQLRelay, then: str, every: int) -> int:
    """The connection ends there, ``before`` the database has the message or ``after``; how often it was cut."""
    relay.then = then
    return _at_messages(experiment, relay, every, lambda words: in_this_process(*words).status)


def _at_messages(experiment: RowsExperiment, relay: PostgreSQLRelay, every: int, run: End) -> int:
    sent = []

    def at(number: int) -> End:
        def end(words: Sequence[str]) -> int | None:
            relay.sent, relay.at = 0, number
            status = run(words)
            sent.append(relay.sent)
            relay.at = 0
            return status

        return end

    assert experiment.round(at(0)) == 0
    whole = sent[0]
    points = [number for number in range(1, whole + 1) if number % every == 0 or number > whole - _LAST]
    for number in points:
        experiment.round(at(number))
    return len(points)
