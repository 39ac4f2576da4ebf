"""One server as a child process: it ends when its parent process ends, and it says itself when it is ready.

Ready means the message ``READY=1`` of sd_notify(3), which PostgreSQL and HAProxy of Debian both send.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from gvma.demo.debian import NotObtainableError

_STOP_SECONDS = 10.0


class Child:
    """argv: the command line. log: where its output goes, appended. ends_by: the signal that ends it in order.

    privileges: options of setpriv(1) that take away those of root.
    """

    def __init__(
        self, argv: Sequence[str], log: Path, *, ends_by: signal.Signals, privileges: Sequence[str] = ()
    ) -> None:
        self._log = log
        self._ends_by = ends_by
        name = signal.Signals(ends_by).name.removeprefix("SIG")
        self._argv = ["setpriv", *privileges, "--pdeathsig", name, "--", *argv]
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id while it runs."""
        if self._child is None:
            raise NotObtainableError("it was not started", where=self._argv[-1])
        return self._child.pid

    @property
    def runs(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start(self, timeout: float) -> None:
        """Return when it says that it is ready. Raises NotObtainableError with the end of its log."""
        # An abstract name: another user may write to it, and nothing of it stays.
        name = f"gvma-{uuid.uuid4()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, self._log.open("ab") as log:
            ready.bind(f"\0{name}")
            environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "NOTIFY_SOCKET": f"@{name}"}
            self._child = subprocess.Popen(
                self._argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
            try:
                self._wait_ready(ready, time.monotonic() + timeout)
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """End it in order, and its own child processes with it. Does nothing where it does not run."""
        if self._child is not None:
            # HAProxy's master may end while its worker still listens, if the signal comes right after the start.
            workers = _children_of(self.pid)
            self._child.send_signal(self._ends_by)
            try:
                self._child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            self._child = None
            for worker in workers:
                _end(worker)

    def kill(self) -> None:
        """End it as a crash does."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _wait_ready(self, ready: socket.socket, deadline: float) -> None:
        ended = os.pidfd_open(self.pid)
        awaited: list[socket.socket | int] = [ready, ended]
        try:
            while True:
                left = deadline - time.monotonic()
                readable, _, _ = select.select(awaited, [], [], max(left, 0))
                if ready in readable:
                    if b"READY=1" in ready.recv(4096).split(b"\n"):
                        return
                elif readable:
                    raise NotObtainableError(f"it ended at once\n{self._tail()}", where=self._argv[-1])
                else:
                    raise NotObtainableError(f"it is not ready in time\n{self._tail()}", where=self._argv[-1])
        finally:
            os.close(ended)

    def _tail(self) -> str:
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-30:])


def _children_of(pid: int) -> list[int]:
    """A pidfd for each child process of pid."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [fd for child in children.split() if (fd := _pidfd(int(child))) is not None]


def _pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _end(pidfd: int) -> None:
    """Wait for the end of a process that has lost its parent; kill it where it goes on. Closes pidfd."""
    try:
        ended, _, _ = select.select([pidfd], [], [], _STOP_SECONDS)
        if not ended:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            select.select([pidfd], [], [])
    finally:
        os.close(pidfd)
