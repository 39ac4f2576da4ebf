"""A day of cron beside a database that fails, locks and restarts: whatever comes of a run, no PIN is lost."""

from __future__ import annotations

import os
import signal
from collections import Counter
from random import Random

import psycopg

from gvma.demo.debian import NotObtainableError
from tests.fakes.relays.postgresql_relay import PostgreSQLRelay
from tests.harness.servers.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.integration.realtime.prepared import boxes, phone_changes_pin

NUMBERS = [str(number) for number in range(1000, 1030)]
FAULTS = ("none", "none", "none", "before", "after", "stopped", "crashed", "crashes", "restarts", "locked")
"""before, after: the connection is cut there, seen from a message to the database. stopped, crashed: the server is away
the whole run. crashes, restarts: it goes in the middle of the run; it restarts by itself, as PostgreSQL does."""


class Day:
    """pins: what each mailbox has to have, once it was there. ended: how often a
    run that met a fault had which exit status."""

    def __init__(self, site: Site, database: Database, relay: PostgreSQLRelay, seed: int) -> None:
        self._site, self._database, self._relay = site, database, relay
        self._random = Random(seed)
        self.pins: dict[str, str] = {}
        self.ended: Counter[tuple[str, int]] = Counter()
        self._messages = 1

    def run(self, times: int) -> None:
        for _ in range(times):
            self._configuration_server_changes()
            self._owners_change_pins()
            before = boxes(self._database)
            fault = self._random.choice(FAULTS)
            status = self._sync(fault)
            self.ended[fault, status] += 1
            now = boxes(self._database)
            assert now in (before, self._wanted(before)), f"{fault}, exit {status}"
            assert status == 0 if fault == "none" else status in {0, 18}, (fault, status)
            if status == 0:
                assert now == self._wanted(before)
            self.pins = {key: row[0] for key, row in now.items()}

    def _configuration_server_changes(self) -> None:
        dns = self._site.layer.dns
        number = self._random.choice(NUMBERS)
        if number in dns and self._random.random() < 0.3 and len(dns) > 10:
            del dns[number]
        else:
            dns[number] = {"gvm_name": f"Name {self._random.randrange(1000)}"}

    def _owners_change_pins(self) -> None:
        for key in self._random.sample(sorted(self.pins), min(2, len(self.pins))):
            self.pins[key] = str(self._random.randrange(10_000, 99_999))
            phone_changes_pin(self._database, key, self.pins[key])

    def _sync(self, fault: str) -> int:
        server, relay = self._database.server, self._relay
        relay.sent, relay.at = 0, self._random.randrange(1, self._messages + 1)
        if fault == "locked":
            relay.at = 0
            with psycopg.connect(self._database.dsn("postgres")) as somebody:
                somebody.execute("select 1 from voicemail for update")
                return self._run()
        if fault in {"stopped", "crashed"}:
            server.stop() if fault == "stopped" else server.kill()
            status = self._run()
            server.start()
            assert status == 18
            return status
        if fault == "none":
            relay.at = 0
            status = self._run()
            self._messages = relay.sent
            return status
        relay.then = {"crashes": server.kill, "restarts": self._kill_a_backend}.get(fault, fault)
        status = self._run()
        wait_until(self._is_there, "the database is still away", str)
        return status

    def _run(self) -> int:
        return self._site.try_sync("--allow-remove").status

    def _kill_a_backend(self) -> None:
        """Of gvma's; PostgreSQL then ends all others and starts again."""
        for pid in self._database.sql("select pid from pg_stat_activity where usename = 'gvma'"):
            os.kill(int(pid), signal.SIGKILL)

    def _is_there(self) -> bool:
        """Started again, where it has crashed; the relay may still be waiting for its end."""
        try:
            self._database.server.start()
            return self._database.sql("select 1") == ["1"]
        except NotObtainableError:
            return False

    def _wanted(self, before: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """What the tables have after a sync that comes to its end; a mailbox that is new has its first PIN."""
        return {
            f"{number}@GVMA_DN": (
                before.get(f"{number}@GVMA_DN", (number,))[0],
                options.get("gvm_name", number),
                "",
                "",
            )
            for number, options in sorted(self._site.layer.dns.items())
        }
