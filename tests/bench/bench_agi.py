"""How much a FastAGI call costs, as ratios to a C server with the same exchange, all in one run.

``python -m tests.bench.bench_agi [ROUNDS]``. Server on core 0, load on core 1; every figure is the median of the
rounds, and the servers take turns within each, so that a busy machine is busy for all of them.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gvma.demo.ports import free_port
from tests.harness.waiting import wait_until

SOURCES = Path(__file__).parent / "c"
CALLS = 6000
OPEN_AT_ONCE = 5000
HALF_OPEN = 300

_PREAMBLE = """\
agi_network: yes
agi_network_script: {route}
agi_request: agi://127.0.0.1:4573/{route}
agi_channel: PJSIP/sipserver-00000001
agi_language: en
agi_type: PJSIP
agi_uniqueid: 1700000000.1
agi_version: 22.10.1
agi_callerid: 1001
agi_calleridname: Alice
agi_callingpres: 0
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: annc
agi_rdnis: unknown
agi_context: default
agi_extension: annc
agi_priority: 1
agi_enhanced: 0.0
agi_accountcode:\x20
agi_threadid: 139999999

"""
_RAW = {
    "ANSWER": "200 result=0",
    "STREAM FILE": "200 result=0 endpos=8000",
    "SET VARIABLE": "200 result=1",
    "HANGUP": "200 result=1",
}
# As Asterisk 22 answers the flow of sip:annc@host;play=welcome;repeat=1.
_ANNC = {
    'GET FULL VARIABLE "${CHANNEL(pjsip,request_uri)}"': "200 result=1 (sip:annc@127.0.0.1:5060;play=welcome;repeat=1)",
    "GET FULL VARIABLE": "200 result=1 (value)",
    **_RAW,
}


@dataclass
class Measured:
    """CPU seconds per 1,000 calls, one a round; commands per call; latencies of the last round in ms."""

    cpu: list[float] = field(default_factory=list)
    commands: float = 0.0
    p99: list[float] = field(default_factory=list)

    @property
    def per_call(self) -> float:
        return statistics.median(self.cpu)

    @property
    def per_command(self) -> float:
        return self.per_call / self.commands


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, by the scheduler's nanoseconds: /proc/PID/stat counts ticks, of
    which the C server's share of a round has thirty."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def resident_mib(pid: int) -> float:
    """Resident memory of a process now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) / 1024


class Bench:
    """Builds the C programs in a folder, starts servers and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("agi_floor", "agi_load"):
            source = SOURCES / f"{name}.c"
            subprocess.run(["cc", "-O2", "-o", folder / name, source], check=True)
        self.scripts = {"raw": self._script("raw", "raw", _RAW), "annc": self._script("annc", "treatment", _ANNC)}

    def _script(self, name: str, route: str, replies: Mapping[str, str]) -> Path:
        path = self.folder / f"{name}.script"
        rules = "".join(f"{prefix}\t{reply}\n" for prefix, reply in replies.items())
        path.write_text(_PREAMBLE.format(route=route) + rules)
        return path

    @contextmanager
    def server(self, name: str, *, quiet: bool = True) -> Iterator[tuple[int, int]]:
        """A running server: its process id and its port."""
        port = free_port(socket.SOCK_STREAM)
        command = [sys.executable, "-m", "tests.bench.load.agi_servers", name, str(port)]
        if name == "floor":
            command = [str(self.folder / "agi_floor"), str(port)]
        environment = os.environ | ({"GVMA_BENCH_QUIET": "1"} if quiet else {})
        with (self.folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(["taskset", "-c", "0", *command], stderr=log, env=environment)
        try:
            _wait_listening(port, child)
            yield child.pid, port
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def load(self, port: int, script: str, *, at_once: int, calls: int) -> dict[str, float]:
        """Runs the load to its end; what agi_load prints."""
        done = subprocess.run(self._argv(port, script, at_once, calls), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{script}: {done.stdout} {done.stderr[:500]}")
        printed: dict[str, float] = json.loads(done.stdout)
        return printed

    def _argv(self, port: int, script: str, at_once: int, calls: int) -> list[str]:
        argv = ["taskset", "-c", "1", self.folder / "agi_load", port, at_once, calls, self.scripts[script]]
        return [str(word) for word in argv]

    def measure(self, name: str, script: str, into: Measured) -> None:
        """One round: CPU time of the server for the calls, after a few that warm it up."""
        with self.server(name, quiet=script == "raw") as (pid, port):
            self.load(port, script, at_once=100, calls=500)
            before = cpu_seconds(pid)
            printed = self.load(port, script, at_once=100, calls=CALLS)
            into.cpu.append((cpu_seconds(pid) - before) * 1000 / CALLS)
            into.commands = printed["commands"] / printed["calls"]

    def barrier(self, name: str) -> tuple[float, dict[str, float]]:
        """Resident MiB while OPEN_AT_ONCE calls wait, and their latencies when they all go on."""
        with self.server(name) as (pid, port):
            argv = [*self._argv(port, "raw", OPEN_AT_ONCE, OPEN_AT_ONCE), "barrier"]
            with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
                assert load.stdin is not None
                assert load.stdout is not None
                assert load.stdout.readline() == "barrier\n"
                resident = resident_mib(pid)
                load.stdin.write("\n")
                load.stdin.flush()
                printed: dict[str, float] = json.loads(load.stdout.readline())
            return resident, printed

    def half_open(self, name: str, rounds: int) -> float:
        """p99 of 100 calls with HALF_OPEN peers in mid-preamble, as a ratio to that without."""
        with self.server(name) as (_, port):
            self.load(port, "raw", at_once=10, calls=500)
            without, among = [], []
            for _ in range(rounds):
                without.append(self.load(port, "raw", at_once=10, calls=100)["p99"])
                peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(HALF_OPEN)]
                for peer in peers:
                    peer.sendall(b"agi_network: yes\nagi_cha")
                among.append(self.load(port, "raw", at_once=10, calls=100)["p99"])
                for peer in peers:
                    peer.close()
            return statistics.median(among) / statistics.median(without)


def _wait_listening(port: int, child: subprocess.Popen[bytes]) -> None:
    """Asks the kernel: panoramisk does not survive a probe that connects and closes."""
    listening = f":{port:04X} 00000000:0000 0A "
    wait_until(
        lambda: listening in Path("/proc/net/tcp").read_text() or child.poll() is not None, "the server does not listen"
    )
    assert child.poll() is None, "the server ended at once"


def line(what: str, ratio: float, limit: float, unit: str = "x") -> None:
    """One figure beside its limit."""
    verdict = "ok" if ratio <= limit else "ABOVE"
    print(f"  {what:<64} {ratio:6.2f}{unit} (at most {limit:g}{unit}) {verdict}", flush=True)


def main(rounds: int = 5) -> None:
    """Measures and prints; nothing is judged but by the printed word."""
    with tempfile.TemporaryDirectory(prefix="gvma-bench-") as folder:
        bench = Bench(Path(folder))
        names = ["floor", "gvma", "gvma-uvloop", "panoramisk", "panoramisk-uvloop"]
        raw = {name: Measured() for name in names}
        annc = {name: Measured() for name in ("gvma", "gvma_counts", "gvma-uvloop", "gvma_counts-uvloop")}
        for _ in range(rounds):
            for name in names:
                bench.measure(name, "raw", raw[name])
            for name, measured in annc.items():
                bench.measure(name, "annc", measured)
        print("CPU seconds per 1,000 calls at 100 open (median):")
        for name in names:
            print(f"  {name:<20} {raw[name].per_call:.4f}")
        for name, measured in annc.items():
            print(f"  {name + ' annc':<20} {measured.per_call:.4f} with {measured.commands:g} commands a call")
        floor = raw["floor"]
        line("raw call, uvloop, to the C server", raw["gvma-uvloop"].per_call / floor.per_call, 2.0)
        line("raw call, stock asyncio, to the C server", raw["gvma"].per_call / floor.per_call, 4.5)
        panoramisk = raw["panoramisk-uvloop"]
        line("raw call, uvloop, to panoramisk on uvloop", raw["gvma-uvloop"].per_call / panoramisk.per_call, 0.6)
        line("raw call, stock asyncio, to panoramisk", raw["gvma"].per_call / raw["panoramisk"].per_call, 0.7)
        line("annc flow per command, uvloop, to the C server", annc["gvma-uvloop"].per_command / floor.per_command, 4.0)
        line("annc flow per command, stock asyncio", annc["gvma"].per_command / floor.per_command, 7.0)
        counts = "annc flow that counts for /metrics, to one that does not"
        line(f"{counts}, uvloop", annc["gvma_counts-uvloop"].per_call / annc["gvma-uvloop"].per_call, 1.05)
        line(f"{counts}, asyncio", annc["gvma_counts"].per_call / annc["gvma"].per_call, 1.05)
        for name in ("gvma", "gvma-uvloop"):
            resident, printed = bench.barrier(name)
            print(f"{name}, {OPEN_AT_ONCE} calls open at once: {printed['calls']} answered, {printed['failed']} failed")
            line("resident memory", resident, 80, " MiB")
            line("latest call to the median", printed["max"] / printed["p50"], 3.0)
            line(f"p99 of 100 calls among {HALF_OPEN} half-open peers", bench.half_open(name, rounds), 1.5)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
