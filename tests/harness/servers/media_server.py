"""``gvma agi serve`` as a process of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from gvma.demo.ports import free_port
from tests.harness.waiting import wait_until


class MediaServer:
    """`gvma agi serve` on one port, by default a free one; ``log`` is what it wrote to stderr."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder, self.port = folder, port or free_port(socket.SOCK_STREAM)
        self.settings = folder / "gvma_asterisk76.cfg"
        self._log = folder / "server.log"
        self._child: subprocess.Popen[bytes] | None = None

    def configure(self, **media: object) -> None:
        """Writes ``[media]``; holds from the next start."""
        lines = [f"{key} = {value}\n" for key, value in media.items()]
        self.settings.write_text("[media]\n" + "".join(lines))

    def start(self) -> Self:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-m", "gvma"),
                    *("--config", str(self.settings), "-v", "agi", "serve", "--port", str(self.port)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.folder,
            )
        try:
            wait_until(self._accepts, "the server does not listen", self.log)
        except BaseException:
            self.kill()
            raise
        return self

    def kill(self) -> None:
        """As a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM twice: no waiting for calls. Nothing where it does not run."""
        if self._child is not None:
            self._child.send_signal(signal.SIGTERM)
        self._end(signal.SIGTERM)

    def signal(self, number: int) -> None:
        """One signal, and no waiting."""
        assert self._child is not None
        self._child.send_signal(number)

    def wait(self) -> int:
        """The exit status, once it has ended by itself."""
        assert self._child is not None
        status, self._child = self._child.wait(60), None
        return status

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def wait_log(self, pattern: str) -> None:
        """Waits until the log holds a match."""
        wait_until(lambda: re.search(pattern, self.log()) is not None, f"not logged: {pattern}", self.log)

    def _end(self, number: int) -> None:
        if self._child is not None:
            child, self._child = self._child, None
            child.send_signal(number)
            try:
                child.wait(60)
            finally:
                child.kill()
                child.wait()

    def _accepts(self) -> bool:
        assert self._child is not None
        assert self._child.poll() is None, self.log()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
