"""How long a whole sync takes, and how much memory: ratios to a plain pyexpat reader of the same answer.

Every run is a process of its own, start and imports included; the answer is served over HTTP by another one.
As in any installation Python keeps its bytecode: the first of the rounds writes it, into a folder of the benchmark's.
Run it as ``python -m tests.bench.bench_sync``; ``--quick`` takes a tenth of the DNs, for a look.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from tests.bench.bench_configserver import answer, floor

RUNS = 5
DNS = 100_000
BOXES_ON_ASTERISK = 5_000
SYNC_LIMIT = 3.0
UNCHANGED_LIMIT = 2.5
PEAK_LIMIT_MIB = 250
_QUERY = "CfgDN[(@ownerDBID=101) and (@type=1)]"
_SETTINGS = """\
[cfgserver]
url = {url}
dnquery = {query}
[gvma_settings]
asterisk_cfg_path = {folder}/etc
backup_path = {folder}/kept
siptserver_host = 127.0.0.1
channel_driver = pjsip
{more}
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    given = arguments or []
    if given[:1] == ["--serve"]:
        return _serve(int(given[1]))
    if given[:1] == ["--floor"]:
        return _floor(int(given[1]))
    kept = _files_alone(DNS // 10 if given == ["--quick"] else DNS)
    _with_asterisk(BOXES_ON_ASTERISK)
    return 0 if kept else 1


def _files_alone(dns: int) -> bool:
    with tempfile.TemporaryDirectory() as name, _served(dns) as url:
        rounds = [_round(Path(name) / str(number), url, dns) for number in range(RUNS)]
    floors, syncs, unchanged, peaks = zip(*rounds, strict=True)
    sync_ratio = median(ours / its for ours, its in zip(syncs, floors, strict=True))
    same_ratio = median(ours / its for ours, its in zip(unchanged, floors, strict=True))
    peak = median(peaks)
    print(f"{dns} DNs, --no-reload, medians of {RUNS} rounds, CPU time of whole processes")
    print(f"floor (pyexpat, a dict per DN)  {median(floors):6.3f} s")
    print(f"sync                            {median(syncs):6.3f} s   {sync_ratio:.2f} times (limit {SYNC_LIMIT})")
    again = median(unchanged)
    print(f"unchanged sync                  {again:6.3f} s   {same_ratio:.2f} times (limit {UNCHANGED_LIMIT})")
    print(f"peak memory                     {peak:6.1f} MiB (limit {PEAK_LIMIT_MIB})")
    kept: bool = sync_ratio <= SYNC_LIMIT and same_ratio <= UNCHANGED_LIMIT and peak <= PEAK_LIMIT_MIB
    print("all limits kept" if kept else "A LIMIT IS BROKEN")
    return kept


def _round(folder: Path, url: str, dns: int) -> tuple[float, float, float, float]:
    """CPU seconds of floor, sync and unchanged sync, and the larger peak of the two syncs in MiB."""
    settings = _lay_out(folder, url)
    reader = subprocess.run([sys.executable, "-m", __spec__.name, "--floor", str(dns)],
                            capture_output=True, text=True, check=True)  # fmt: skip
    its = float(reader.stdout)
    command = [sys.executable, "-m", "gvma", "-q", "--config", str(settings), "sync", "--no-reload"]
    bytecode = folder.parent / "bytecode"
    ours, first_peak = _measured(command, bytecode)
    again, second_peak = _measured(command, bytecode)
    return its, ours, again, max(first_peak, second_peak)


def _lay_out(folder: Path, url: str, etc: Path | None = None, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if etc is None:
        (folder / "etc").mkdir()
        for name in ("voicemail.conf", "pjsip.conf", "extensions.conf"):
            (folder / "etc" / name).write_text("[general]\n")
    settings = folder / "gvma_asterisk76.cfg"
    text = _SETTINGS.format(url=url, query=_QUERY, folder=folder, more=more)
    settings.write_text(text if etc is None else text.replace(f"{folder}/etc", str(etc)))
    return settings


def _measured(command: list[str], bytecode: Path) -> tuple[float, float]:
    """CPU seconds and peak MiB of one child. bytecode: where Python keeps what it has compiled."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(command, env={**environ, "PYTHONPYCACHEPREFIX": str(bytecode)})
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, command
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _with_asterisk(boxes: int) -> None:
    """Printed, not limited: most of it is Asterisk's own."""
    from gvma.demo.asterisk import PrivateAsterisk  # noqa: PLC0415  (the limits need no Asterisk)

    with tempfile.TemporaryDirectory() as name, _served(boxes) as url:
        folder = Path(name)
        with PrivateAsterisk(22, folder / "asterisk") as asterisk:
            more = f"asterisk_cm_port = {asterisk.ami_port}\nasterisk_spool_path = {asterisk.spool}"
            settings = _lay_out(folder / "with", url, asterisk.etc, more)
            command = [sys.executable, "-m", "gvma", "-q", "--config", str(settings), "sync"]
            whole = _wall(command)
        files = _wall([sys.executable, "-m", "gvma", "-q", "--config", str(_lay_out(folder / "alone", url)),
                       "sync", "--no-reload"])  # fmt: skip
    share = max(0.0, whole - files) / whole
    print(f"{boxes} boxes on Asterisk 22, reload and read back: {whole:.2f} s, of it {share:.0%} with Asterisk")


def _wall(command: list[str]) -> float:
    begun = time.monotonic()
    subprocess.run(command, check=True)
    return time.monotonic() - begun


@contextmanager
def _served(dns: int) -> Iterator[str]:
    child = subprocess.Popen([sys.executable, "-m", __spec__.name, "--serve", str(dns)], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{int(child.stdout.readline())}/"
    finally:
        child.terminate()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _serve(dns: int) -> int:
    chunks = list(answer(dns))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(sum(map(len, chunks))))
            self.end_headers()
            for chunk in chunks:
                self.wfile.write(chunk)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
    return 0


def _floor(dns: int) -> int:
    """The floor in a process of its own: it makes the bytes itself, and only the reading of them counts."""
    chunks = list(answer(dns))
    begun = time.process_time()
    assert len(floor(chunks)) == dns
    print(time.process_time() - begun)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
