"""What a million mailboxes in the database are to a real Asterisk 22: its start, and SIP Server's SUBSCRIBEs.

``python -m tests.bench.bench_nodes``: two nodes, one on a database of 1,000 mailboxes and one of 1,000,000, are asked
in turn, over res_config_pgsql and over ODBC. A start is measured to ``fully booted``; a SUBSCRIBE to its 200, each for
another mailbox, of any place in the table. At the end it shows what a live subscription costs a node. ``--quick``
takes 100,000 in place of 1,000,000.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.rootfs import obtain
from gvma.demo.servers.postgresql import PrivatePostgreSQL
from gvma.sip.subscriber import Subscriber
from tests.bench.measuring import Row, ratios, within_limits
from tests.harness.servers.many_hosts import ManyHosts
from tests.harness.servers.postgresql_fixtures import PASSWORDS, Database

FEW, MANY = 1_000, 1_000_000
DRIVERS = ("pgsql", "odbc")
ROUNDS = 5
ASKED = 400
START_LIMIT_SECONDS = 3
SLOWER_LIMIT = 5
SUBSCRIPTIONS = (1_000, 4_000)
_FIRST = 1_000_000
_QUIET = "[general]\n[logfiles]\nfull => notice,warning,error\n"
_ROWS = """
insert into voicemail (context, mailbox, password, fullname, email)
  select 'GVMA_DN', n, n, 'Agent Number ' || n, 'agent.' || n || '@example.com' from generate_series({first}, {last}) n;
insert into ps_aors (id, mailboxes) select 'gvm-' || n, n || '@GVMA_DN' from generate_series({first}, {last}) n;
vacuum analyze;
"""


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    many = MANY // 10 if "--quick" in arguments else MANY
    with PrivatePostgreSQL() as server:
        server.sql("".join(f"create role {name} login password '{word}';" for name, word in PASSWORDS.items()))
        sites = [_Site(server, FEW), _Site(server, many)]
        rows = [row for driver in DRIVERS for row in _of_driver(sites, driver)]
    print(f"Asterisk 22 and PostgreSQL 18, {many} mailboxes beside {FEW}; {ROUNDS} rounds, {ASKED} SUBSCRIBEs each")
    return 0 if within_limits(rows) else 1


class _Site:
    """One database with so many mailboxes."""

    def __init__(self, server: PrivatePostgreSQL, mailboxes: int) -> None:
        self.mailboxes = mailboxes
        self._database = Database(server, f"with_{mailboxes}")
        self._is_filled = False
        server.sql(f"create database {self._database.name}")

    def node(self, driver: str, folder: Path, stack: ExitStack) -> PrivateAsterisk:
        """One that reads it, and runs."""
        hosts = ManyHosts(folder, self._database, obtain(22), driver, stack)
        if not self._is_filled:
            self._database.sql(_ROWS.format(first=_FIRST, last=_FIRST + self.mailboxes - 1))
            self._is_filled = True
        node = hosts.node(logger=_QUIET)
        node.cli("core set verbose 0")
        return node


def _of_driver(sites: Sequence[_Site], driver: str) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="gvma-bench-") as name, ExitStack() as stack:
        nodes = [site.node(driver, Path(name) / str(site.mailboxes), stack) for site in sites]
        starts = [[_start(node) for node in nodes] for _ in range(ROUNDS)]
        chance = random.Random(2026)
        for node, site in zip(nodes, sites, strict=True):
            _answers(node, site.mailboxes, chance, ASKED // 4)  # caches fill
        asked = [_asked_in_turn(nodes, sites, chance) for _ in range(ROUNDS)]
        few, many = ([quantiles(one[at], n=100)[98] * 1000 for one in asked] for at in (0, 1))
        medians = [median(one[1]) * 1000 for one in asked]
        live = _kib_of_a_subscription(nodes[1]) if driver == DRIVERS[-1] else 0.0
    many_of = f"{sites[1].mailboxes:,}"
    rows = [
        Row(f"{driver}: start, {FEW:,} mailboxes", [one[0] for one in starts], unit="s"),
        Row(f"{driver}: start, {many_of} mailboxes", [one[1] for one in starts], START_LIMIT_SECONDS, "s"),
        Row(f"{driver}: SUBSCRIBE, {many_of} mailboxes, median", medians, unit="ms"),
        Row(f"{driver}: SUBSCRIBE, {many_of} mailboxes, p99", many, unit="ms"),
        Row(f"{driver}: SUBSCRIBE, p99 to that of {FEW:,}", ratios(many, few), SLOWER_LIMIT),
    ]
    return [*rows, Row("memory of a live subscription", [live], unit="KiB")] if live else rows


def _start(node: PrivateAsterisk) -> float:
    """Seconds until it is fully booted."""
    node.stop()
    began = time.monotonic()
    node.start()
    return time.monotonic() - began


def _asked_in_turn(
    nodes: Sequence[PrivateAsterisk], sites: Sequence[_Site], chance: random.Random
) -> list[list[float]]:
    """Seconds of each SUBSCRIBE, by node. One after the other is asked, so that what else runs meets both."""
    seconds: list[list[float]] = [[] for _ in nodes]
    for _ in range(ASKED):
        for at, (node, site) in enumerate(zip(nodes, sites, strict=True)):
            seconds[at] += _answers(node, site.mailboxes, chance, 1)
    return seconds


def _answers(node: PrivateAsterisk, mailboxes: int, chance: random.Random, number: int) -> list[float]:
    """Seconds until the 200 of each; each subscription is ended."""
    seconds = []
    for _ in range(number):
        with _subscriber(node, _FIRST + chance.randrange(mailboxes)) as subscriber:
            began = time.monotonic()
            status = subscriber.subscribe().status
            seconds.append(time.monotonic() - began)
            assert status == 200, status
    return seconds


def _kib_of_a_subscription(node: PrivateAsterisk) -> float:
    """Of those after the first thousand, whose memory comes from a heap that has grown already."""
    with ExitStack() as stack:
        kib, opened = [0], 0
        for up_to in SUBSCRIPTIONS:
            while opened < up_to:
                subscriber = stack.enter_context(_subscriber(node, _FIRST + opened))
                assert subscriber.subscribe().status == 200
                assert subscriber.next_notify() is not None
                opened += 1
            kib.append(_resident_kib(node.pid))
        return (kib[-1] - kib[-2]) / (SUBSCRIPTIONS[-1] - SUBSCRIPTIONS[-2])


def _resident_kib(pid: int) -> int:
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def _subscriber(node: PrivateAsterisk, mailbox: int) -> Subscriber:
    return Subscriber(f"gvm-{mailbox}", "127.0.0.1", node.sip_port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
