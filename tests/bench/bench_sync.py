"""How long a whole sync takes, and how much memory: ratios to a plain pyexpat reader of the same answer.

Every run is a process of its own, start and imports included; the answer is served over HTTP by another one.
As in any installation Python keeps its bytecode: a run that is not counted writes it, into a folder of the benchmark's.
Run it as ``python -m tests.bench.bench_sync``; ``--quick`` takes a tenth of the DNs, for a look; ``--scale`` shows
seconds and memory from 1,000 to 400,000 DNs; ``--beside FOLDER`` measures another checkout in the same rounds.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.load.answers import answer, floor
from tests.bench.load.serving import change_bytes, served
from tests.bench.load.site import lay_out
from tests.bench.measuring import TREE, Installation, Row, ratios, within_limits

RUNS = 5
DNS = 100_000
BOXES_ON_ASTERISK = 5_000
FRESH_LIMIT = 1.9
FRESH_PEAK_LIMIT_MIB = 185
SAME_LIMIT = 0.5
SAME_PEAK_LIMIT_MIB = 80
OTHER_BYTES_LIMIT = 1.6
_SCALE = (1_000, 10_000, 100_000, 400_000)


class Round(NamedTuple):
    """One site from its first sync on. floor: CPU seconds; of the syncs CPU seconds and peak MiB."""

    floor: float
    fresh: float
    fresh_mib: float
    same: float
    same_mib: float
    other_bytes: float


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--floor", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.floor:
        return _floor(given.floor)
    if given.scale:
        _show_scale()
        return 0
    kept = _files_alone(DNS // 10 if given.quick else DNS, given.beside)
    if not given.quick:
        _with_asterisk(BOXES_ON_ASTERISK)
    return 0 if kept else 1


def _files_alone(dns: int, beside: Path | None) -> bool:
    trees = [TREE, beside.resolve()] if beside else [TREE]
    rounds: dict[Path, list[Round]] = {tree: [] for tree in trees}
    with tempfile.TemporaryDirectory() as name, served(dns) as url:
        installed = [_installed(Path(name), url, tree) for tree in trees]
        for number in range(RUNS):
            for place, one in enumerate(installed):
                rounds[one.tree].append(_round(Path(name) / f"{number}-{place}", url, dns, one))
    print(
        f"{dns} DNs, --no-reload, CPU time of whole processes, medians of {RUNS} rounds; floor: pyexpat, a dict per DN"
    )
    for tree in trees[1:]:
        print(f"\n{tree}")
        within_limits(_rows(rounds[tree]))
        print(f"\n{TREE}")
    return within_limits(_rows(rounds[TREE]))


def _rows(rounds: Sequence[Round]) -> list[Row]:
    floors = [one.floor for one in rounds]
    return [
        Row("floor", floors, unit="s"),
        Row("fresh sync, to the floor", ratios([one.fresh for one in rounds], floors), FRESH_LIMIT),
        Row("fresh sync, peak memory", [one.fresh_mib for one in rounds], FRESH_PEAK_LIMIT_MIB, "MiB"),
        Row("unchanged sync, same answer, to the floor", ratios([one.same for one in rounds], floors), SAME_LIMIT),
        Row("unchanged sync, same answer, peak memory", [one.same_mib for one in rounds], SAME_PEAK_LIMIT_MIB, "MiB"),
        Row(
            "unchanged sync, other bytes, to the floor",
            ratios([one.other_bytes for one in rounds], floors),
            OTHER_BYTES_LIMIT,
        ),
    ]


def _round(folder: Path, url: str, dns: int, installed: Installation) -> Round:
    settings = lay_out(folder, url)
    reader = subprocess.run([sys.executable, "-m", __spec__.name, "--floor", str(dns)],
                            capture_output=True, text=True, check=True)  # fmt: skip
    fresh = installed.gvma(settings, "sync", "--no-reload")
    installed.gvma(settings, "sync", "--no-reload")  # the first that finds nothing to do
    same = installed.gvma(settings, "sync", "--no-reload")
    change_bytes(url)
    other_bytes = installed.gvma(settings, "sync", "--no-reload")
    return Round(float(reader.stdout), fresh.seconds, fresh.mib, same.seconds, same.mib, other_bytes.seconds)


def _installed(folder: Path, url: str, tree: Path) -> Installation:
    """The tree, with its bytecode: a first sync does not count."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    installed = Installation(folder, tree)
    installed.gvma(lay_out(folder / "first", url), "sync", "--no-reload")
    return installed


def _show_scale() -> None:
    """Seconds and MiB of each size, and the exponent with which the seconds grow from the size before."""
    before: dict[str, tuple[int, float]] = {}
    for dns in _SCALE:
        with tempfile.TemporaryDirectory() as name, served(dns) as url:
            one = _round(Path(name) / "site", url, dns, _installed(Path(name), url, TREE))
        print(f"{dns:7} DNs")
        for what, seconds, mib in (
            ("fresh sync", one.fresh, f"{one.fresh_mib:.0f} MiB"),
            ("unchanged sync, same answer", one.same, f"{one.same_mib:.0f} MiB"),
            ("unchanged sync, other bytes", one.other_bytes, ""),
        ):
            grown = ""
            if what in before:
                fewer, less = before[what]
                grown = f"exponent {math.log(seconds / less) / math.log(dns / fewer):.2f}"
            before[what] = (dns, seconds)
            print(f"  {what:30} {seconds:7.2f} s  {mib:>8}  {grown}", flush=True)


def _with_asterisk(boxes: int) -> None:
    """Printed, not limited: most of it is Asterisk's own."""
    from gvma.demo.asterisk import PrivateAsterisk  # noqa: PLC0415  (the limits need no Asterisk)

    with tempfile.TemporaryDirectory() as name, served(boxes) as url:
        folder = Path(name)
        with PrivateAsterisk(22, folder / "asterisk") as asterisk:
            more = f"asterisk_cm_port = {asterisk.ami_port}\nasterisk_spool_path = {asterisk.spool}"
            settings = lay_out(folder / "with", url, asterisk.etc, more)
            installed = Installation(folder / "installed")
            begun = time.monotonic()
            cost = installed.gvma(settings, "sync")
            whole = time.monotonic() - begun
    share = max(0.0, whole - cost.seconds) / whole
    print(
        f"{boxes} boxes on Asterisk 22, reload and read back: {whole:.2f} s, of it {share:.0%} waiting for Asterisk; "
        f"{cost.seconds:.2f} s of CPU and {cost.mib:.0f} MiB are gvma's"
    )


def _floor(dns: int) -> int:
    """The floor in a process of its own: it makes the bytes itself, and only the reading of them counts."""
    chunks = list(answer(dns))
    begun = time.process_time()
    assert len(floor(chunks)) == dns
    print(time.process_time() - begun)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
