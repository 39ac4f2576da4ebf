"""How long an answer of Configuration Server takes to become objects, and how much memory: ratios in one run.

The floor is a plain pyexpat reader that builds one dict per DN from the same bytes. Run it as
``python -m tests.bench.bench_configserver``; ``--quick`` takes a tenth of the DNs, for a look.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import partial
from time import process_time
from typing import Any

from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.reader import read_answer
from tests.bench.load.answers import answer, floor, odd_dn, usual_dn
from tests.bench.measuring import Row, ratios, within_limits

RUNS = 5
DNS = 100_000
USUAL_LIMIT = 0.9
ODD_LIMIT = 1.7
PEAK_LIMIT_MIB = 150
GROWTH_LIMIT_KIB = 1.2


def ours(chunks: Iterable[bytes]) -> list[object]:
    """What the client does with an answer."""
    return list(read_answer(chunks, partial(ObjectBuilder, only="CfgDN")).objects)


def main(arguments: list[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    if arguments[:1] == ["--child"]:
        _be_child(int(arguments[1]))
        return 0
    dns = DNS // 10 if arguments == ["--quick"] else DNS
    # First, while this process is small: a child's ru_maxrss begins at what its parent had.
    peaks = {many: _peak_mib(many) for many in (dns, 4 * dns)}
    growth = (peaks[4 * dns] - peaks[dns]) * 1024 / (3 * dns)
    answers = {"usual": list(answer(dns)), "odd": list(answer(dns, odd_dn))}
    print(f"answer of {dns} DNs, {sum(map(len, answers['usual'])) / 1e6:.1f} MB, CPU time, medians of {RUNS} rounds")
    print("floor: pyexpat, a dict per DN")
    rounds = [
        {shape: (_seconds(floor, chunks, dns), _seconds(ours, chunks, dns)) for shape, chunks in answers.items()}
        for _ in range(RUNS)
    ]
    rows = [
        Row(
            f"read, {shape} shape, to the floor",
            ratios([one[shape][1] for one in rounds], [one[shape][0] for one in rounds]),
            limit,
        )
        for shape, limit in (("usual", USUAL_LIMIT), ("odd", ODD_LIMIT))
    ]
    rows += [
        Row(f"peak memory, {dns} DNs", [peaks[dns]], PEAK_LIMIT_MIB, "MiB"),
        Row(f"each further DN, up to {4 * dns}", [growth], GROWTH_LIMIT_KIB, "KiB"),
    ]
    return 0 if within_limits(rows) else 1


def _seconds(read: Callable[[Iterable[bytes]], list[Any]], chunks: list[bytes], dns: int) -> float:
    begun = process_time()
    found = read(chunks)
    taken = process_time() - begun
    assert len(found) == dns
    return taken


def _peak_mib(dns: int) -> float:
    """The most memory that a process needed which reads this many DNs, and has zeep loaded, as the client has."""
    child = subprocess.run([sys.executable, "-m", __spec__.name, "--child", str(dns)],
                           capture_output=True, text=True, check=True)  # fmt: skip
    return float(child.stdout)


def _be_child(dns: int) -> None:
    import gvma.configserver.soap.conversation  # noqa: F401, PLC0415  (the weight of a real run)

    builder = read_answer(answer(dns, usual_dn), partial(ObjectBuilder, only="CfgDN"))
    assert len(builder.objects) == dns
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
