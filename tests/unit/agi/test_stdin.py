"""The scripts behind AGI(): a whole call over stdin and stdout, and nothing but AGI on stdout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness.children import SECONDS, child_process

SCRIPTS = Path(__file__).parents[3] / "agi_scripts"
PREAMBLE = b"agi_request: treatment.py\nagi_channel: PJSIP/1-1\nagi_type: PJSIP\nagi_callerid: M\xfc\n\n"


class Script:
    """A script as Asterisk runs it."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.child = child
        assert child.stdin is not None
        assert child.stdout is not None
        self._write, self._read = child.stdin.write, child.stdout.readline

    def hear(self, received: bytes) -> bytes:
        """Says something to the script; the next line of its stdout, nothing where it has ended."""
        self._write(received)
        return self._read()

    def end(self) -> tuple[bytes, bytes]:
        """What is left of stdout, and stderr."""
        return self.child.communicate(timeout=SECONDS)


@contextmanager
def begun(name: str, environment: dict[str, str]) -> Iterator[Script]:
    pipe = subprocess.PIPE
    environment = os.environ | environment
    command = [sys.executable, str(SCRIPTS / name)]
    with child_process(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, env=environment) as child:
        yield Script(child)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    settings = tmp_path / "gvma.cfg"
    settings.write_text("[media]\ndialect = rfc4240\n", encoding="utf-8")
    return {"GVMA_CONFIG": str(settings)}


@pytest.fixture
def treatment(environment: dict[str, str]) -> Iterator[Script]:
    with begun("treatment.py", environment) as script:
        yield script


def test_an_announcement_that_is_not_there_is_refused_by_its_hangup_cause(treatment: Script) -> None:
    assert treatment.hear(PREAMBLE) == b'GET FULL VARIABLE "${CHANNEL(pjsip,request_uri)}"\n'
    said = treatment.hear(b"200 result=1 (sip:dialog@host;voicexml=http://h/x)\n")
    answers = {b"GET FULL": b"200 result=1 (id)\n", b"SET VARI": b"200 result=1\n", b"EXEC": b"200 result=-1\n"}
    lines = [said]
    while not said.startswith(b"EXEC"):
        said = treatment.hear(answers[said[:8]])
        lines.append(said)
    assert said == b'EXEC "Hangup" "58"\n'
    assert treatment.hear(answers[b"EXEC"]) == b""
    assert treatment.child.wait(SECONDS) == 0
    assert b"ENV LINE" not in treatment.end()[1]


def test_sighup_is_a_caller_who_is_gone(treatment: Script) -> None:
    treatment.hear(PREAMBLE)
    treatment.child.send_signal(signal.SIGHUP)
    assert treatment.hear(b"200 result=1 (sip:annc@host;play=x)\n") == b""
    assert treatment.child.wait(SECONDS) == 0
    assert b"caller-gone" in treatment.end()[1]


def test_an_end_of_input_is_a_caller_who_is_gone(treatment: Script) -> None:
    treatment.hear(PREAMBLE)
    out, log = treatment.end()
    assert out == b""
    assert b"caller-gone" in log


@pytest.mark.parametrize("name", ["treatment.py", "get_digits.py", "conf.py"])
def test_settings_that_cannot_be_read_are_a_failure_to_asterisk(name: str, tmp_path: Path) -> None:
    with begun(name, {"GVMA_CONFIG": str(tmp_path / "missing.cfg")}) as script:
        out, log = script.end()
    assert out.startswith(b"failure")
    assert out.count(b"\n") == 1
    assert b"missing.cfg" in log
    assert script.child.returncode == 78


@pytest.mark.parametrize("name", ["treatment.py", "get_digits.py", "conf.py"])
def test_each_script_speaks_agi(name: str, environment: dict[str, str]) -> None:
    with begun(name, environment) as script:
        line = script.hear(PREAMBLE)
        assert line.partition(b" ")[0] in (b"GET", b"ANSWER\n"), line
        script.end()


def test_what_a_library_prints_never_reaches_asterisk(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("", encoding="utf-8")
    (tmp_path / "asterisk").mkdir()
    (tmp_path / "asterisk/__init__.py").write_text("print('printed on import')\n", encoding="utf-8")
    (tmp_path / "asterisk/agi.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    with begun("treatment.py", environment | {"PYTHONPATH": str(tmp_path)}) as script:
        out, log = script.end()
    assert out == b""
    assert b"printed on import" in log
