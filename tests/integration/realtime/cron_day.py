"""A day of cron beside a database that fails, locks and restarts: whatever comes of a run, no PIN is lost."""

from __future__ import annotations

from random import Random

import psycopg

from tests.fakes.postgresql_relay import PostgreSQLRelay
from tests.harness.postgresql_fixtures import Database
from tests.harness.site import Site
from tests.integration.realtime.prepared import boxes, phone_changes_pin

NUMBERS = [str(number) for number in range(1000, 1030)]
FAULTS = ("none", "none", "none", "before", "after", "stopped", "crashed", "locked")


class Day:
    """pins: what each mailbox has to have, once it was there. ended: exit statuses with how often each came."""

    def __init__(self, site: Site, database: Database, relay: PostgreSQLRelay, seed: int) -> None:
        self._site, self._database, self._relay = site, database, relay
        self._random = Random(seed)
        self.pins: dict[str, str] = {}
        self.ended: dict[int, int] = {}

    def run(self, times: int) -> None:
        for _ in range(times):
            self._configuration_server_changes()
            self._owners_change_pins()
            before = boxes(self._database)
            status = self._sync(self._random.choice(FAULTS))
            self.ended[status] = self.ended.get(status, 0) + 1
            now = boxes(self._database)
            assert now in (before, self._wanted(before)), f"exit {status}"
            assert status in {0, 18}
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
        server = self._database.server
        self._relay.sent, self._relay.at = 0, self._random.randrange(1, 110) if fault in {"before", "after"} else 0
        self._relay.then = fault
        if fault == "locked":
            with psycopg.connect(self._database.dsn("postgres")) as somebody:
                somebody.execute("select 1 from voicemail for update")
                return self._site.try_sync("--allow-remove").status
        if fault in {"stopped", "crashed"}:
            server.stop() if fault == "stopped" else server.kill()
            status = self._site.try_sync("--allow-remove").status
            server.start()
            assert status == 18
            return status
        return self._site.try_sync("--allow-remove").status

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
