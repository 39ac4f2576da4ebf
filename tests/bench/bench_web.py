"""What the pages of a large site cost: a search, to ``gvma status``, and the server's peak memory.

The processes that answer status, check and explain are not counted: one at a time, they cost what the commands do.
Run it as ``python -m tests.bench.bench_web``; ``--quick`` takes a tenth of the mailboxes, for a look.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from tests.bench.load.serving import served
from tests.bench.load.site import lay_out
from tests.bench.measuring import Installation, Row, ratios, within_limits

RUNS = 5
SEARCHES = 20
MAILBOXES = 50_000
# A status reads all mailboxes once, in about a second. A search looks through rows in memory.
SEARCH_LIMIT = 0.1
PEAK_LIMIT_MIB = 250
_TICK = os.sysconf("SC_CLK_TCK")


class Pages:
    """``gvma web`` at work. url: with a slash at its end."""

    def __init__(self, process: int, url: str) -> None:
        self._process, self._url = process, url

    def cpu(self) -> float:
        """CPU seconds of the server so far, without its children."""
        fields = Path(f"/proc/{self._process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def peak(self) -> float:
        """Of the server alone, in MiB."""
        return _status(self._process, "VmHWM") / 1024

    def get(self, path: str) -> str:
        """The page."""
        with urlopen(self._url + path, timeout=600) as answer:
            return str(answer.read().decode())


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    many = MAILBOXES // 10 if parser.parse_args(arguments).quick else MAILBOXES
    with tempfile.TemporaryDirectory() as name, served(many) as url:
        installed = Installation(Path(name) / "installed")
        settings = lay_out(Path(name) / "site", url)
        installed.gvma(settings, "sync", "--no-reload")
        installed.gvma(settings, "status", exits=(0, 1))  # writes the bytecode
        statuses = [installed.gvma(settings, "status", exits=(0, 1)).seconds for _ in range(RUNS)]
        with _serving(installed, settings) as pages:
            last = str(9_999 + many)
            assert f"{last}@<wbr>GVMA_DN" in pages.get(f"mailboxes?q={last}")
            searches, waits = _searches(pages)
            _look_at_everything(pages, last)
            peak = pages.peak()
    print(f"{many} mailboxes; a search in CPU time of the server, medians of {RUNS} rounds of {SEARCHES}")
    rows = [
        Row("status", statuses, unit="s"),
        Row("search, to a status", ratios(searches, statuses), SEARCH_LIMIT),
        Row("search, on the clock", [1000 * wait for wait in waits], unit="ms"),
        Row("the server's peak memory, after every page", [peak], PEAK_LIMIT_MIB, "MiB"),
    ]
    return 0 if within_limits(rows) else 1


def _searches(pages: Pages) -> tuple[list[float], list[float]]:
    """CPU seconds of one search, and the usual wait for one, of each round."""
    spent, waits = [], []
    for number in range(RUNS):
        before, waited = pages.cpu(), []
        for place in range(SEARCHES):
            began = time.monotonic()
            pages.get(f"mailboxes?q={number}{place}")
            waited.append(time.monotonic() - began)
        spent.append((pages.cpu() - before) / SEARCHES)
        waits.append(median(waited))
    return spent, waits


def _look_at_everything(pages: Pages, number: str) -> None:
    """As a person would, with the check at its end, until the check has ended."""
    for path in (f"explain?name={number}", "explain?name=nobody", "history", "changes?set=latest", "mailboxes?page=9"):
        pages.get(path)
    while "The check is at work" in pages.get(""):
        """Each page waits for the check for a while."""
    pages.get("api/status.json")


@contextmanager
def _serving(installed: Installation, settings: Path) -> Iterator[Pages]:
    with installed.started("-m", "gvma", "--config", str(settings), "web", "--port", "0") as child:
        assert child.stdout is not None
        yield Pages(child.pid, child.stdout.readline().strip())
        child.terminate()


def _status(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
