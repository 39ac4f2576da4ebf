"""A private HAProxy on 127.0.0.1, unpacked from Debian packages; it ends when its parent process ends."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import loader, output, unpacked
from gvma.demo.servers.child import Child

_READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Haproxy:
    """The program. loader: the beginning of the argv."""

    program: Path
    loader: tuple[str, ...]

    def argv(self, *arguments: str) -> list[str]:
        """The command line of HAProxy with these arguments."""
        return [*self.loader, str(self.program), *arguments]


def obtain_haproxy() -> Haproxy:
    """HAProxy 3, unpacked from Debian packages: 16 MB of downloads and 42 MB of disk, once.

    Raises NotObtainableError where it cannot be had.
    """
    try:
        return _at(unpacked("haproxy", ("forky", "sid"), ("haproxy",), _at))
    except NotObtainableError as failure:
        raise NotObtainableError(
            f"no HAProxy from Debian packages: {failure}", hint="Give this host access to a Debian mirror."
        ) from failure


def _at(place: Path) -> Haproxy:
    place = place.resolve()
    found = Haproxy(place / "usr/sbin/haproxy", loader(place))
    if "HAProxy version 3." not in output(found.argv("-v")):
        raise NotObtainableError("the packages do not hold HAProxy 3", where=str(found.program))
    return found


class PrivateHaproxy:
    """One HAProxy as a child process; a context manager. configuration: the text of its haproxy.cfg.

    folder: for its configuration and its log; created if missing, kept afterwards.
    """

    def __init__(self, configuration: str, folder: Path, haproxy: Haproxy | None = None) -> None:
        self._haproxy = haproxy or obtain_haproxy()
        self._folder = folder
        self._configuration = configuration
        self._server: Child | None = None

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "haproxy.cfg"
        file.write_text(self._configuration)
        # The master process would say that it is ready with a configuration that it cannot read, too.
        said = output(self._haproxy.argv("-c", "-V", "-f", str(file)))
        if "Configuration file is valid" not in said:
            raise NotObtainableError(said.strip(), where=str(file))
        # With a master process, as Debian's unit starts it: the master says when the worker listens.
        argv = self._haproxy.argv("-Ws", "-f", str(file))
        self._server = Child(argv, self._folder / "haproxy.log", ends_by=signal.SIGTERM)
        self._server.start(_READY_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()


def configured(sample: str, port: int, servers: Sequence[int]) -> str:
    """contrib/haproxy.cfg for servers on this host. port, servers: where it listens, and where they do."""
    lines = [line for line in sample.splitlines() if not line.strip().startswith("server ")]
    lines += [f"    server media{number} 127.0.0.1:{each}" for number, each in enumerate(servers, start=1)]
    return "\n".join(lines).replace("bind 127.0.0.1:4573", f"bind 127.0.0.1:{port}") + "\n"
