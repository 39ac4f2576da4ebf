"""The command ``gvma``, run in three ways: in this process, in a new one, and in one forked from a server process.

The server process has everything imported; for each run it forks, and the child is the command: its own arguments,
environment, standard streams, signals and exit status, and faults. ``python -m tests.harness.command`` is the server.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakes.syscalls import Fault, Watch

_MODULES = (
    *(
        "gvma.cli.main",
        "gvma.cli.commands.sync",
        "gvma.cli.commands.backup",
        "gvma.cli.commands.check",
        "gvma.cli.commands.config",
        "gvma.cli.commands.confserv",
    ),
    *("gvma.cli.logs", "gvma.configserver.client", "gvma.configserver.export", "gvma.ami", "gvma.settings.reader"),
)


@dataclass(frozen=True, slots=True)
class Done:
    """status: as a shell has it (128 + signal). calls: the points that were passed, ``"name path"``."""

    status: int
    stdout: str
    stderr: str
    calls: Sequence[str] = ()

    @property
    def killed(self) -> bool:
        return self.status == 128 + signal.SIGKILL

    def json(self) -> dict[str, Any]:
        """The one object on stdout, which says the exit status too."""
        assert self.stdout.count("\n") == 1, str(self)
        answer: dict[str, Any] = json.loads(self.stdout)
        assert answer["exit_code"] == self.status
        return answer

    def __str__(self) -> str:
        last = self.calls[-1] if self.calls else "none"
        return f"exit {self.status}, {len(self.calls)} calls, the last {last}\n{self.stdout}{self.stderr}"


Run = Callable[..., Done]
"""``run(*words)``: one command, to its end."""


def in_this_process(*words: str) -> Done:
    """The quickest way; what a test patches holds for the command."""
    from gvma.cli.main import cli, run  # noqa: PLC0415  (the server's child imports it once it is watched)

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run(cli, list(words))
    return Done(status, out.getvalue(), err.getvalue())


def in_own_process(*words: str, folder: Path, prefix: Sequence[str] = ()) -> Done:
    """As a shell would. prefix: what starts it, such as ``setpriv``."""
    command = [*prefix, sys.executable, "-m", "gvma", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Done(done.returncode if done.returncode >= 0 else 128 - done.returncode, done.stdout, done.stderr)


class Commands:
    """A context manager around the server process; ``run`` is one command.

    folder: where it is run. more: folders beside it whose calls count too.
    """

    def __init__(self, folder: Path, *more: Path) -> None:
        self._folder, self._more = folder, more
        self._server: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-m", "tests.harness.command"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server = self._server
        assert server is not None
        server.communicate()
        assert server.returncode == 0

    def run(self, *words: str, fault: Fault | None = None, environment: Mapping[str, str] | None = None) -> Done:
        """One command, to its end."""
        assert self._server is not None
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        order = {
            "words": words,
            "folder": str(self._folder),
            "watched": [str(folder) for folder in (self._folder, *self._more)],
            "fault": asdict(fault or Fault()),
            "environment": dict(environment or {}),
        }
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return Done(**json.loads(self._server.stdout.readline()))


def _serve() -> None:
    for name in _MODULES:
        __import__(name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()


def _run(order: Mapping[str, Any]) -> dict[str, object]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        calls, reported = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(calls)
            _become_the_command(order, out.fileno(), err.fileno(), reported)
        os.close(reported)
        with open(calls, encoding="utf-8", errors="replace") as lines:
            passed = lines.read().splitlines()
        _, ended = os.waitpid(child, 0)
        status = os.waitstatus_to_exitcode(ended)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "backslashreplace"))
    return {"status": 128 - status if status < 0 else status, "stdout": texts[0], "stderr": texts[1], "calls": passed}


def _become_the_command(order: Mapping[str, Any], out: int, err: int, reported: int) -> None:
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        for here, there in ((nothing, 0), (out, 1), (err, 2)):
            os.dup2(here, there)
        os.chdir(order["folder"])
        os.environ.update(order["environment"])
        write = os.write
        Watch(tuple(order["watched"]), Fault(**order["fault"]), lambda text: _tell(write, reported, text)).install()
        from gvma.cli.main import main  # noqa: PLC0415  (loaded long before the fork)

        try:
            main(order["words"])
        except SystemExit as leave:
            status = leave.code if isinstance(leave.code, int) else 1
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _tell(write: Any, reported: int, text: str) -> None:
    write(reported, text.encode("utf-8", "replace") + b"\n")


if __name__ == "__main__":
    _serve()
