"""What short commands cost, to Python's own start, and what a check of a large site costs, to its first sync.

Every command is a process of its own, start and imports included. Run it as ``python -m tests.bench.bench_commands``;
``--quick`` takes a tenth of the DNs, for a look; ``--beside FOLDER`` measures another checkout in the same rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.load.serving import served
from tests.bench.load.site import lay_out
from tests.bench.measuring import TREE, Installation, Row, ratios, within_limits

RUNS = 5
IN_TURN = 5
FEW = 50
MANY = 20_000
UNCHANGED_LIMIT = 22
SHORT_LIMIT = 10
CHECK_LIMIT = 2.5
_NETANN = ("netann", "parse", "sip:annc@192.0.2.1;play=music/in_queue")
_SHORT = (_NETANN, ("backup", "list"), ("status",))
_ROUTED = "routing = yes\nrouting_endpoints = yes\nrouting_dns = all\nrouting_gateway_host = 192.0.2.9"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--beside", type=Path)
    given = parser.parse_args(arguments)
    trees = [TREE, given.beside.resolve()] if given.beside else [TREE]
    many = MANY // 10 if given.quick else MANY
    rounds: dict[Path, list[dict[str, float]]] = {tree: [] for tree in trees}
    with tempfile.TemporaryDirectory() as name, served(FEW) as few, served(many) as large:
        installed = [Installation(Path(name) / f"installed-{place}", tree) for place, tree in enumerate(trees)]
        for number in range(-1, RUNS):
            for place, one in enumerate(installed):
                taken = _round(Path(name) / f"{number}-{place}", one, (few, large))
                if number >= 0:  # the first writes the bytecode
                    rounds[one.tree].append(taken)
    print(f"CPU time of whole processes, medians of {RUNS} rounds")
    for tree in trees[1:]:
        print(f"\n{tree}")
        within_limits(_rows(rounds[tree], many))
        print(f"\n{TREE}")
    return 0 if within_limits(_rows(rounds[TREE], many)) else 1


def _rows(rounds: Sequence[dict[str, float]], many: int) -> list[Row]:
    rows = [
        Row("python -c pass", [1000 * one["python"] for one in rounds], unit="ms"),
        Row(f"unchanged sync, {FEW} DNs, to python -c pass", [one["unchanged"] for one in rounds], UNCHANGED_LIMIT),
    ]
    for command in _SHORT:
        name = " ".join(command[:2])
        rows.append(Row(f"{name}, to python -c pass", [one[name] for one in rounds], SHORT_LIMIT))
    checks, syncs = ([one[name] for one in rounds] for name in ("check", "fresh"))
    rows.append(Row(f"check, {many} DNs with endpoints, to its fresh sync", ratios(checks, syncs), CHECK_LIMIT))
    return rows


def _round(folder: Path, installed: Installation, urls: tuple[str, str]) -> dict[str, float]:
    """CPU seconds of Python's start and of the large site's commands; of the others, to Python's start."""
    few, many = lay_out(folder / "few", urls[0]), lay_out(folder / "many", urls[1], more=_ROUTED)
    for _ in range(2):  # the second is the first that finds nothing to do
        installed.gvma(few, "sync", "--no-reload")
    taken = {
        "python": installed.python("-c", "pass").seconds,
        "unchanged": _to_start(installed, few, "sync", "--no-reload"),
    }
    for command in _SHORT:
        taken[" ".join(command[:2])] = _to_start(installed, few, *command)
    taken["fresh"] = installed.gvma(many, "sync", "--no-reload").seconds
    taken["check"] = installed.gvma(many, "check", exits=(0, 1)).seconds
    return taken


def _to_start(installed: Installation, settings: Path, *command: str) -> float:
    """CPU time of a command to that of ``python -c pass``; both in turn, since the host's speed jumps."""
    starts = commands = 0.0
    for _ in range(IN_TURN):
        starts += installed.python("-c", "pass").seconds
        commands += installed.gvma(settings, *command, exits=(0, 1)).seconds
    return commands / starts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
