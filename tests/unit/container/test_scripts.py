"""The two scripts of the images: one repeats a command until SIGTERM, one hands Asterisk its secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness.children import SECONDS, child_process
from tests.harness.container import CONTAINER, asterisk_start

ENDS_IN_ITS_OWN_TIME = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("put back", flush=True), sys.exit()))
print("writing", flush=True)
signal.pause()
"""


# As a child that has been forked and not yet started: a signal does not reach it. It ends when WAIT is closed.
SLEEP_WITHOUT_SIGNALS = """#!/bin/sh
trap '' TERM
exec cat WAIT
"""


@contextmanager
def repeating(*words: str, path: str = os.defpath) -> Iterator[subprocess.Popen[str]]:
    command = [str(CONTAINER / "repeat"), *words]
    with child_process(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PATH": path}) as child:
        yield child


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


def test_a_command_that_fails_is_run_again() -> None:
    with repeating("0", "sh", "-c", "echo failed; exit 10") as child:
        assert [first_line(child) for _ in range(3)] == ["failed\n"] * 3
        child.send_signal(signal.SIGTERM)


def test_a_signal_reaches_the_command_which_ends_in_its_own_time_and_is_not_run_again() -> None:
    with repeating("0", sys.executable, "-c", ENDS_IN_ITS_OWN_TIME) as child:
        assert first_line(child) == "writing\n"
        child.send_signal(signal.SIGTERM)
        assert child.stdout is not None
        assert child.stdout.read() == "put back\n"


def test_a_signal_ends_the_wait_between_two_runs() -> None:
    with repeating("3600", "echo", "done") as child:
        assert first_line(child) == "done\n"
        child.send_signal(signal.SIGTERM)
    assert child.returncode == 0


def test_the_wait_ends_though_the_signal_does_not_reach_sleep(tmp_path: Path) -> None:
    wait, sleep = tmp_path / "wait", tmp_path / "sleep"
    os.mkfifo(wait)
    sleep.write_text(SLEEP_WITHOUT_SIGNALS.replace("WAIT", str(wait)))
    sleep.chmod(0o755)
    with repeating("3600", "echo", "done", path=f"{tmp_path}:{os.defpath}") as child, wait.open("w"):
        child.send_signal(signal.SIGTERM)
        assert child.wait(SECONDS) == 0


def test_asterisk_alone_can_read_its_secrets(tmp_path: Path) -> None:
    written = asterisk_start(tmp_path, ami_secret="a;b c\n", asterisk_database_password="d")
    assert (written / "ami-secret.conf").read_text() == "secret = a\\;b c\n"
    assert (written / "database-password.conf").read_text() == "password = d\n"
    assert {path.stat().st_mode & 0o777 for path in written.iterdir()} == {0o600}


def test_a_secret_that_was_not_given_leaves_an_empty_file(tmp_path: Path) -> None:
    written = asterisk_start(tmp_path, ami_secret="a")
    assert (written / "database-password.conf").read_text() == ""
