"""What a sync into PostgreSQL costs gvma: ratios to bare psycopg with the same rows and a plain reader of the answer.

The floor is COPY of the rows of both tables into temporary tables, ANALYZE, and the comparison with what is there, and
pyexpat with a dict for each DN. Run it as ``python -m tests.bench.bench_realtime``; ``--quick`` takes a tenth of the
DNs; ``--scale`` shows seconds and memory up to 1,000,000 DNs, where memory has to grow in proportion.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from gvma.demo.servers.postgresql import PrivatePostgreSQL
from gvma.sinks.realtime.owner_sql import owner_sql
from tests.bench.load.answers import answer, floor
from tests.bench.load.serving import change_bytes, served
from tests.bench.load.site import lay_out
from tests.bench.measuring import TREE, Cost, Installation, Row, ratios, seconds_with_children, within_limits

RUNS = 5
DNS = 100_000
FRESH_LIMIT = 2.5
SAME_LIMIT = 0.5
SAME_PEAK_LIMIT_MIB = 80
UNCHANGED_LIMIT = 2.0
PEAK_LIMIT_MIB = 250
STEEPER_LIMIT = 1.2
PASSWORD = "only-measured"
_SCALE = (1_000, 10_000, 100_000, 1_000_000)
_COLUMNS = "context, mailbox, password, fullname, email, pager, attach, tz, stamp"


class Run(NamedTuple):
    """One sync: what gvma's process took, PostgreSQL's CPU seconds meanwhile, and seconds on the clock."""

    cost: Cost
    server: float
    clock: float


class Round(NamedTuple):
    """One database from its first sync on. floor: CPU seconds of reader and psycopg together."""

    floor: float
    fresh: Run
    same: Run
    unchanged: Run
    changed: Run


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--floor", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--dsn", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.floor:
        print(_read(given.floor) + _rows(given.floor, given.dsn))
        return 0
    with PrivatePostgreSQL() as server:
        server.sql(f"create role gvma login password '{PASSWORD}'")
        if given.scale:
            return _scale(server)
        dns = DNS // 10 if given.quick else DNS
        rounds = list(_rounds(server, dns, RUNS))
    print(f"{dns} DNs, CPU time of gvma's process, medians of {RUNS} rounds; floor: bare psycopg, and pyexpat")
    floors = [one.floor for one in rounds]
    kept = within_limits(
        [
            Row("floor", floors, unit="s"),
            Row("fresh sync, to the floor", ratios([one.fresh.cost.seconds for one in rounds], floors), FRESH_LIMIT),
            Row("fresh sync, peak memory", [one.fresh.cost.mib for one in rounds], PEAK_LIMIT_MIB, "MiB"),
            Row(
                "unchanged sync, same answer, to the floor",
                ratios([one.same.cost.seconds for one in rounds], floors),
                SAME_LIMIT,
            ),
            Row(
                "unchanged sync, same answer, peak memory",
                [one.same.cost.mib for one in rounds],
                SAME_PEAK_LIMIT_MIB,
                "MiB",
            ),
            Row(
                "unchanged sync, new answer, to the floor",
                ratios([one.unchanged.cost.seconds for one in rounds], floors),
                UNCHANGED_LIMIT,
            ),
            Row(
                "unchanged sync, new answer, peak memory",
                [one.unchanged.cost.mib for one in rounds],
                PEAK_LIMIT_MIB,
                "MiB",
            ),
            Row("sync that changes one DN, to the floor", ratios([one.changed.cost.seconds for one in rounds], floors)),
            *_shown("fresh sync", [one.fresh for one in rounds]),
            *_shown("unchanged sync, same answer", [one.same for one in rounds]),
            *_shown("unchanged sync, new answer", [one.unchanged for one in rounds]),
            *_shown("sync that changes one DN", [one.changed for one in rounds]),
        ]
    )
    return 0 if kept else 1


def _shown(what: str, runs: Sequence[Run]) -> Iterator[Row]:
    yield Row(f"{what}, CPU of PostgreSQL", [one.server for one in runs], unit="s")
    yield Row(f"{what}, on the clock", [one.clock for one in runs], unit="s")


def _rounds(server: PrivatePostgreSQL, dns: int, runs: int) -> Iterator[Round]:
    with tempfile.TemporaryDirectory() as name, served(dns) as url:
        installed = Installation(Path(name), TREE)
        for number in range(-1, runs):  # the first writes the bytecode, and does not count
            one = _round(server, Path(name) / str(number), url, dns, installed)
            if number >= 0:
                yield one


def _round(server: PrivatePostgreSQL, folder: Path, url: str, dns: int, installed: Installation) -> Round:
    server.sql("drop database if exists measured with (force)")
    server.sql("create database measured")
    server.sql(owner_sql("gvma", create=True), "measured")
    dsn = server.dsn("measured", "gvma")
    more = f"sink = realtime\nrealtime_dsn = {dsn}\nrealtime_password = {PASSWORD}"
    settings = lay_out(folder, url, more=more)
    settings.chmod(0o600)

    def sync() -> Run:
        server_before, began = seconds_with_children(server.pid), time.monotonic()
        cost = installed.gvma(settings, "sync")
        return Run(cost, seconds_with_children(server.pid) - server_before, time.monotonic() - began)

    fresh = sync()
    least = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.bench.bench_realtime",
            "--floor",
            str(dns),
            "--dsn",
            f"{dsn} password={PASSWORD}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    sync()  # the first that finds nothing to do
    same = sync()
    change_bytes(url)
    unchanged = sync()
    server.sql("update voicemail set fullname = 'By hand' where mailbox = '10007'", "measured")
    return Round(float(least.stdout), fresh, same, unchanged, sync())


def _read(dns: int) -> float:
    """CPU seconds of a plain reader of the answer."""
    chunks = list(answer(dns))
    before = time.process_time()
    assert len(floor(chunks)) == dns
    return time.process_time() - before


def _rows(dns: int, dsn: str) -> float:
    """CPU seconds of bare psycopg with the rows of these DNs, which are in both tables already."""
    import psycopg  # noqa: PLC0415  (not in the parent)

    boxes = [
        ("GVMA_DN", str(number), f"{number * 7 % 10_000:04}", f"Agent Number {number}", f"agent.{number}@example.com",
         "", "yes", "central", None)
        for number in range(10_000, 10_000 + dns)
    ]  # fmt: skip
    aors = [(f"gvm-{number}", f"{number}@GVMA_DN") for number in range(10_000, 10_000 + dns)]
    with psycopg.connect(dsn) as connection:
        before = time.process_time()
        connection.execute(f"create temporary table boxes as select {_COLUMNS} from voicemail limit 0".encode())
        connection.execute("create temporary table aors as select id, mailboxes from ps_aors limit 0")
        for table, rows in (("boxes", boxes), ("aors", aors)):
            with connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
            connection.execute(f"analyze {table}".encode())
        differing = connection.execute(
            "select (select count(*) from voicemail v full join boxes s using (context, mailbox) where (v.fullname, "
            "v.email, v.pager, v.attach, v.tz) is distinct from (s.fullname, s.email, s.pager, s.attach, s.tz)), "
            "(select count(*) from ps_aors a full join aors s using (id) "
            "where a.mailboxes is distinct from s.mailboxes)"
        ).fetchone()
        spent = time.process_time() - before
    assert differing == (0, 0), differing
    return spent


def _scale(server: PrivatePostgreSQL) -> int:
    """Prints seconds and memory of each size, and says by the exit status whether memory grows in proportion."""
    sizes: list[tuple[int, Round]] = []
    with tempfile.TemporaryDirectory() as name:
        installed = Installation(Path(name), TREE)
        for number, dns in enumerate((_SCALE[0], *_SCALE)):  # the first writes the bytecode, and does not count
            with served(dns) as url:
                one = _round(server, Path(name) / str(number), url, dns, installed)
            if not number:
                continue
            sizes.append((dns, one))
            print(f"{dns:8} DNs  floor {one.floor:.1f} s")
            for what, run in (("first", one.fresh), ("same answer", one.same), ("new answer", one.unchanged)):
                print(
                    f"  {what:12} {run.clock:6.1f} s on the clock, {run.cost.seconds:5.1f} s of CPU, "
                    f"{run.server:5.1f} s of PostgreSQL's, {run.cost.mib:5.0f} MiB",
                    flush=True,
                )
    further = [
        (many.fresh.cost.mib - few.fresh.cost.mib) * 1024 / (dns - before)
        for (before, few), (dns, many) in pairwise(sizes[1:])
    ]
    kept = within_limits(
        [
            Row(f"peak memory, {sizes[2][0]} DNs", [sizes[2][1].fresh.cost.mib], PEAK_LIMIT_MIB, "MiB"),
            Row(f"memory of each further DN, up to {sizes[2][0]}", [further[0]], unit="KiB"),
            Row(f"the same up to {sizes[3][0]}, to that", [further[1] / further[0]], STEEPER_LIMIT),
        ]
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
