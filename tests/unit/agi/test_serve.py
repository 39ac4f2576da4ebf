"""``gvma agi serve`` as systemd runs it: a foreground process that signals steer."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness.children import SECONDS, child_process
from tests.unit.agi.health import HEALTH_ANSWER, HEALTH_PREAMBLE
from tests.unit.agi.running import PREAMBLE

PATIENT = (
    "from gvma.agi.server import Server; Server.__init__.__kwdefaults__['command_seconds'] = 600\n"
    "from gvma.cli.main import main; main()"
)
"""The command, with a test for its Asterisk that may take longer for an answer than a real one."""


@contextmanager
def start(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-c", PATIENT, "agi", "serve", "--port", "0", *options]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with child_process(argv, cwd=folder, env=environment, **streams) as child:
        yield child


def until(child: subprocess.Popen[bytes], pattern: bytes) -> re.Match[bytes]:
    """Reads the log until a line matches."""
    assert child.stderr is not None
    for line in child.stderr:
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"not in the log: {pattern!r}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_serves_without_settings_says_its_counters_and_leaves_with_0(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path) as child:
        port = int(until(child, rb"listening on 127\.0\.0\.1 port (\d+)")[1])
        with socket.create_connection(("127.0.0.1", port), SECONDS) as probe:
            probe.sendall(HEALTH_PREAMBLE)
            assert probe.makefile("rb").readline() == HEALTH_ANSWER
            child.send_signal(signal.SIGUSR1)
            until(child, rb"calls: open 1; none yet")
            child.send_signal(number)
            until(child, rb"draining: 1 calls")
        until(child, rb"calls: open 0; health ok 1")
        out, _ = child.communicate(timeout=SECONDS)
    assert child.returncode == 0
    assert out == b""


def test_a_second_signal_does_not_wait_for_calls(tmp_path: Path) -> None:
    with start(tmp_path) as child:
        port = int(until(child, rb"port (\d+)")[1])
        with socket.create_connection(("127.0.0.1", port), SECONDS) as probe:
            lines = probe.makefile("rb")
            probe.sendall(HEALTH_PREAMBLE)
            assert lines.readline() == HEALTH_ANSWER
            child.terminate()
            until(child, rb"draining")
            child.terminate()
            assert lines.readline().startswith(b"failure")
        child.communicate(timeout=SECONDS)
    assert child.returncode == 0


def test_a_host_that_is_not_ours_leaves_with_78_and_without_a_traceback(tmp_path: Path) -> None:
    with start(tmp_path, "--host", "192.0.2.1") as child:
        _, log = child.communicate(timeout=SECONDS)
    assert child.returncode == 78
    assert b"192.0.2.1:0" in log
    assert b"Nothing was started" in log
    assert b"Traceback" not in log


def test_serving_loads_nothing_that_the_sync_needs() -> None:
    code = "import sys, gvma.agi.server; print([name for name in ('zeep', 'rich', 'lxml') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_log_folder_that_vanishes_ends_no_call(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "gvma_asterisk76.cfg").write_text("[gvma_settings]\nlog_file = log/gvma.log\n")
    with start(tmp_path) as child:
        port = int(until(child, rb"port (\d+)")[1])
        shutil.rmtree(tmp_path / "log")
        with socket.create_connection(("127.0.0.1", port), SECONDS) as asterisk:
            lines = asterisk.makefile("rb")
            asterisk.sendall(PREAMBLE % b"dialog")
            assert lines.readline().startswith(b"GET FULL VARIABLE")
            asterisk.sendall(b"200 result=1 (1)\n")
            assert lines.readline() == b'SET VARIABLE "GVMA_OUTCOME" "done"\n'
            asterisk.sendall(b"200 result=1\n")
            assert lines.readline() == b'EXEC "Hangup" "58"\n'
            asterisk.sendall(b"200 result=-1\n")
            assert lines.readline() == b""
        until(child, rb"dialog PJSIP/1-1 1.1: not-acceptable after ")
        child.terminate()
        child.communicate(timeout=SECONDS)
    assert child.returncode == 0


def figures_of(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gvma.cli.main", *arguments, "agi", "status"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(argv, capture_output=True, text=True, cwd=folder, env=environment, check=False)


def test_status_shows_what_the_running_server_has_counted(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        metrics = free.getsockname()[1]
    (tmp_path / "gvma_asterisk76.cfg").write_text(f"[media]\nmetrics = 127.0.0.1:{metrics}\n")
    with start(tmp_path) as child:
        port = int(until(child, rb"port (\d+)")[1])
        with socket.create_connection(("127.0.0.1", port), SECONDS) as peer:
            peer.sendall(PREAMBLE % b"dialog")
            lines = peer.makefile("rb")
            assert lines.readline() == b'GET FULL VARIABLE "${UNIQUEID}"\n'
            peer.sendall(b"200 result=1 (c7@10.0.0.9)\n")
            for _ in range(2):
                lines.readline()
                peer.sendall(b"200 result=1\n")
            assert lines.read() == b""
        shown = figures_of(tmp_path)
        child.terminate()
        child.communicate(timeout=SECONDS)

    assert shown.returncode == 0, shown.stderr
    first, second, *_ = shown.stdout.splitlines()
    assert (first, second) == ("open calls: 0", "last hour: 1 calls, 1 refused, 0 failed")
    assert "488 Not Acceptable Here: VoiceXML dialogs are not offered here." in shown.stdout
    assert "c7@10.0.0.9" in shown.stdout


def test_status_without_a_server_leaves_with_16(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        metrics = free.getsockname()[1]
    (tmp_path / "gvma_asterisk76.cfg").write_text(f"[media]\nmetrics = 127.0.0.1:{metrics}\n")
    shown = figures_of(tmp_path)
    assert (shown.returncode, shown.stdout) == (16, "")
    assert f"127.0.0.1:{metrics}: the media server's figures cannot be had: Connection refused" in shown.stderr


def test_status_without_metrics_leaves_with_78_and_says_what_to_set(tmp_path: Path) -> None:
    shown = figures_of(tmp_path)
    assert (shown.returncode, shown.stdout) == (78, "")
    assert "Set it to host:port, such as 127.0.0.1:4574" in shown.stderr
