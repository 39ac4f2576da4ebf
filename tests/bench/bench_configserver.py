"""How long an answer of Configuration Server takes to become objects, and how much memory: ratios in one run.

The floor is a plain pyexpat reader that builds one dict per DN from the same bytes. Run it as
``python -m tests.bench.bench_configserver``; ``--quick`` takes a tenth of the DNs, for a look.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from statistics import median
from time import process_time
from xml.parsers import expat

from gvma.configserver.reading.builder import ObjectBuilder
from gvma.configserver.reading.reader import CHUNK, read_answer

RUNS = 5
DNS = 100_000
TIME_LIMIT = 1.5
PEAK_LIMIT_MIB = 150
GROWTH_LIMIT_KIB = 1.2
_HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    b'<QueryResponse xmlns="urn:gvma:confserv-soap:1"><result><CfgData xmlns="">\n'
)
_TAIL = b"</CfgData></result></QueryResponse></soap:Body></soap:Envelope>"


def answer(dns: int) -> Iterator[bytes]:
    """The bytes of an answer with this many DNs, about 500 a DN, in pieces of CHUNK."""
    held = bytearray(_HEAD)
    for number in range(10_000, 10_000 + dns):
        held += (
            f'<CfgDN DBID="{number}" ownerDBID="101" folderDBID="208" name="{number}" type="1" state="1"'
            f' routeType="1" registerAll="2" useOverride="1">\n  <userProperties>\n'
            f'    <list_pair key="TServer">\n'
            f'      <str_pair key="gvm_name" value="Agent Number {number}"/>\n'
            f'      <str_pair key="gvm_password" value="{number * 7 % 10_000:04}"/>\n'
            f'      <str_pair key="gvm_email" value="agent.{number}@example.com"/>\n'
            f'      <str_pair key="gvm_options" value="attach=yes|tz=central"/>\n'
            f"    </list_pair>\n  </userProperties>\n</CfgDN>\n"
        ).encode()
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    yield bytes(held + _TAIL)


def floor(chunks: Iterable[bytes]) -> list[dict[str, str]]:
    """One dict per DN: its attributes, and the pairs of its annex."""
    dns: list[dict[str, str]] = []
    inside: dict[str, str] | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "CfgDN":
            inside = attributes
        elif name == "str_pair" and inside is not None:
            inside[attributes["key"]] = attributes["value"]

    def end(name: str) -> None:
        nonlocal inside
        if name == "CfgDN" and inside is not None:
            dns.append(inside)
            inside = None

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return dns


def ours(chunks: Iterable[bytes]) -> list[object]:
    """What the client does with an answer."""
    return list(read_answer(chunks, partial(ObjectBuilder, only="CfgDN")).objects)


def _seconds(read: Callable[[Iterable[bytes]], list[object]] | Callable[..., list[dict[str, str]]],
             chunks: list[bytes], dns: int) -> float:  # fmt: skip
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
    import gvma.configserver.conversation  # noqa: F401, PLC0415  (the weight of a real run)

    builder = read_answer(answer(dns), partial(ObjectBuilder, only="CfgDN"))
    assert len(builder.objects) == dns
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(arguments: list[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    if arguments[:1] == ["--child"]:
        _be_child(int(arguments[1]))
        return 0
    dns = DNS // 10 if arguments == ["--quick"] else DNS
    # First, while this process is small: a child's ru_maxrss begins at what its parent had.
    peaks = {many: _peak_mib(many) for many in (dns, 4 * dns)}
    chunks = list(answer(dns))
    rounds = [(_seconds(floor, chunks, dns), _seconds(ours, chunks, dns)) for _ in range(RUNS)]
    floor_seconds, our_seconds = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(our / their for their, our in rounds)
    size = sum(map(len, chunks)) / 1e6
    growth = (peaks[4 * dns] - peaks[dns]) * 1024 / (3 * dns)
    print(f"answer of {dns} DNs, {size:.1f} MB, medians of {RUNS} runs, CPU time")
    print(f"floor (pyexpat, a dict per DN)  {floor_seconds:6.3f} s")
    print(f"ours                            {our_seconds:6.3f} s   {ratio:.2f} times (limit {TIME_LIMIT})")
    print(f"peak memory, {dns} DNs        {peaks[dns]:6.1f} MiB (limit {PEAK_LIMIT_MIB})")
    print(f"each further DN, up to {4 * dns}  {growth:6.2f} KiB (limit {GROWTH_LIMIT_KIB})")
    kept = ratio <= TIME_LIMIT and peaks[dns] <= PEAK_LIMIT_MIB and growth <= GROWTH_LIMIT_KIB
    print("all limits kept" if kept else "A LIMIT IS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
