"""What ``gvma status`` and ``gvma explain`` cost on a site of 20,000 mailboxes, to a plain run of the same AMI lists.

The plain run is a process that logs in over a bare socket, asks Asterisk for all mailboxes and all AORs, and counts
the bytes. Only ``status`` asks for a list at all. Run it as ``python -m tests.bench.bench_answers``; ``--quick`` takes
a tenth of the mailboxes. It needs Asterisk 22 (``~/.cache/gvma``).
"""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gvma.demo.asterisk import OPERATOR, OPERATOR_SECRET, PrivateAsterisk
from tests.bench.load.serving import served
from tests.bench.load.site import lay_out
from tests.bench.measuring import Installation, Row, ratios, within_limits

RUNS = 5
BOXES = 20_000
STATUS_LIMIT = 8
EXPLAIN_LIMIT = 20
_LISTS = ("VoicemailUsersList", "PJSIPShowAors")
_DIALPLAN = {"extensions.conf": "[general]\n[default]\ninclude => GVMA\n"}


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit status whether every limit was kept."""
    if arguments[:1] == ["--lists"]:
        return _lists(int(arguments[1]))
    boxes = BOXES // 10 if "--quick" in arguments else BOXES
    with tempfile.TemporaryDirectory() as name, served(boxes) as url:
        folder = Path(name)
        with PrivateAsterisk(22, folder / "asterisk", _DIALPLAN) as asterisk:
            more = f"asterisk_cm_port = {asterisk.ami_port}\nasterisk_spool_path = {asterisk.spool}"
            settings = lay_out(folder / "site", url, asterisk.etc, more)
            installed = Installation(folder / "installed")
            installed.gvma(settings, "sync")
            rounds = [_round(installed, settings, asterisk.ami_port) for _ in range(RUNS + 1)][1:]
    plain = [one["lists"] for one in rounds]
    status, explain = ([one[name] for one in rounds] for name in ("status", "explain"))
    print(f"{boxes} mailboxes on Asterisk 22, CPU time of whole processes, medians of {RUNS} rounds")
    rows = [
        Row("a plain run of both AMI lists", plain, unit="s"),
        Row("status", status, unit="s"),
        Row("explain of one DN", explain, unit="s"),
        Row("status, to the plain run", ratios(status, plain), STATUS_LIMIT),
        Row("explain, to the plain run", ratios(explain, plain), EXPLAIN_LIMIT),
    ]
    return 0 if within_limits(rows) else 1


def _round(installed: Installation, settings: Path, port: int) -> dict[str, float]:
    """CPU seconds of each; the first round also writes the bytecode."""
    return {
        "lists": installed.python("-m", __spec__.name, "--lists", str(port)).seconds,
        "status": installed.gvma(settings, "status").seconds,
        "explain": installed.gvma(settings, "explain", "10007").seconds,
    }


def _lists(port: int) -> int:
    """Both lists over a bare socket; nothing of them is kept."""
    with socket.create_connection(("127.0.0.1", port)) as asterisk:
        login = {"Action": "Login", "Username": OPERATOR, "Secret": OPERATOR_SECRET, "Events": "off"}
        for fields in (login, *({"Action": name} for name in _LISTS)):
            asterisk.sendall("".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n")
        seen, end, size = 0, b"", 0
        while seen < len(_LISTS):
            received = asterisk.recv(1 << 16)
            seen += (end + received).count(b"EventList: Complete") - end.count(b"EventList: Complete")
            end, size = received[-40:], size + len(received)
    return 0 if size else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
