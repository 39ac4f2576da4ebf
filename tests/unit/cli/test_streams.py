"""How gvma ends where its streams are closed, full, interrupted, or of another encoding."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.children import child_process
from tests.unit.cli import GVMA, run

SLOW_WRITER = """
import sys, types, click
from gvma.cli.main import main
@click.command("demo")
@click.pass_obj
def command(invocation):
    sys.stdin.readline()
    for number in range(20000):
        invocation.output.line("x" * 100)
    sys.stderr.write("the work is done")
sys.modules["gvma.cli.commands.demo"] = types.SimpleNamespace(command=command)
main(["demo"])
"""


def test_a_reader_that_goes_away_does_not_stop_the_work_and_nobody_complains(tmp_path: Path) -> None:
    with child_process(
        [sys.executable, "-c", SLOW_WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.close()
        writer.stdout = None
        _, complaints = writer.communicate(b"\n")
    assert (writer.returncode, complaints) == (0, b"the work is done")


def test_help_into_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*GVMA, "--help"], stdout=writer, stderr=subprocess.PIPE, check=False, cwd=tmp_path)
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode in {0, 141}


def test_a_full_disk_behind_stdout_is_said_and_is_no_success(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*GVMA, "--output", "json", "--version"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"stdout: cannot be written: No space left on device\n")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_no_harm(tmp_path: Path, closed: str) -> None:
    command = f'"{sys.executable}" -m gvma config check {closed}'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 78
    assert "Traceback" not in done.stderr


INTERRUPTED = """
import sys, types, click
from gvma.cli.main import main
@click.command("demo")
def command():
    sys.stderr.write("ready\\n"); sys.stderr.flush()
    sys.stdin.readline()
sys.modules["gvma.cli.commands.demo"] = types.SimpleNamespace(command=command)
main(["demo"])
"""


def test_control_c_ends_with_130_and_without_a_traceback() -> None:
    with child_process(
        [sys.executable, "-c", INTERRUPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == b"ready\n"
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert running.returncode == 130
    assert b"interrupted" in rest
    assert b"Traceback" not in rest


def test_names_that_the_locale_cannot_show_are_written_escaped(tmp_path: Path) -> None:
    path = tmp_path / "gvma_asterisk76.cfg"
    path.write_text("[cfgserver]\nusername = Jürgen€\n", encoding="utf-8")
    done = run("config", "show", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "username = J\\xfcrgen\\u20ac\n" in done.stdout
