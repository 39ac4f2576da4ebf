"""A private PostgreSQL 18 on 127.0.0.1, unpacked from Debian packages; it ends when its parent process ends.

The account ``postgres`` needs no password here; every other account needs its own (scram-sha-256). What it holds is
not meant to outlive the host: nothing is synced to the disk.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_STREAM
from types import TracebackType
from typing import Self

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import loader, output, unpacked
from gvma.demo.ports import free_port
from gvma.demo.servers.child import Child

_VERSION = 18
_NOBODY = 65534
_READY_SECONDS = 60.0
_STEP_SECONDS = 120.0
_ACCESS = """\
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "io_method": "sync",
    "password_encryption": "scram-sha-256",
}


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """The programs. path: the folder that serves as their ``/``. loader: the beginning of the argv."""

    path: Path
    loader: tuple[str, ...]

    @property
    def programs(self) -> Path:
        return self.path / f"usr/lib/postgresql/{_VERSION}/bin"

    @property
    def share(self) -> Path:
        return self.path / f"usr/share/postgresql/{_VERSION}"

    def argv(self, program: str, *arguments: str) -> list[str]:
        """The command line of one program, such as ``psql``."""
        return [*self.loader, str(self.programs / program), *arguments]


def obtain_postgresql() -> PostgreSQL:
    """PostgreSQL 18, unpacked from Debian packages: 60 MB of downloads and 210 MB of disk, once.

    Raises NotObtainableError where it cannot be had.
    """
    try:
        return _at(unpacked(f"postgresql-{_VERSION}", ("forky", "sid"), (f"postgresql-{_VERSION}",), _at))
    except NotObtainableError as failure:
        raise NotObtainableError(
            f"no PostgreSQL {_VERSION} from Debian packages: {failure}",
            hint="Give this host access to a Debian mirror.",
        ) from failure


def _at(place: Path) -> PostgreSQL:
    place = place.resolve()
    found = PostgreSQL(place, loader(place))
    if f"(PostgreSQL) {_VERSION}." not in output(found.argv("postgres", "--version")):
        raise NotObtainableError(f"the packages do not hold PostgreSQL {_VERSION}", where=str(found.programs))
    return found


class PrivatePostgreSQL:
    """One server as a child process; a context manager. Its folder is a temporary one, gone at the end.

    PostgreSQL refuses root: started by root, it runs as uid 65534, and where that user does not reach the programs
    (a cache below /root) from a second place with hard links to them.
    """

    def __init__(self, postgresql: PostgreSQL | None = None) -> None:
        self.postgresql = postgresql or obtain_postgresql()
        self.port = free_port(SOCK_STREAM)
        self._folder: Path | None = None
        self._server: Child | None = None

    @property
    def pid(self) -> int:
        """Of the server's first process, whose children are all others. Raises NotObtainableError before the start."""
        if self._server is None:
            raise NotObtainableError("it was not started")
        return self._server.pid

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        """libpq's connection string, without a password."""
        return f"host=127.0.0.1 port={self.port} dbname={database} user={user}"

    def sql(self, text: str, database: str = "postgres", *, user: str = "postgres", password: str = "") -> list[str]:
        """Run SQL, and return the lines of its rows (columns apart by ``|``).

        Raises NotObtainableError, with what psql says, where a statement fails; those before it are in force.
        """
        unaligned = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
        done = subprocess.run(
            self.postgresql.argv("psql", *unaligned, self.dsn(database, user)),
            input=text,
            capture_output=True,
            text=True,
            timeout=_STEP_SECONDS,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGPASSWORD": password},
        )
        if done.returncode:
            raise NotObtainableError(done.stderr.strip(), where=f"psql {database}")
        return done.stdout.splitlines()

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="gvma-postgresql-"))
        try:
            self._create(self._folder)
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._remove()

    def start(self) -> None:
        """Start it again with all that it holds; nothing where it runs. Raises NotObtainableError where it does not."""
        if self._server is not None and not self._server.runs:
            self._server.start(_READY_SECONDS)

    def stop(self) -> None:
        """End it in order, with every connection; what it holds stays for the next start."""
        if self._server is not None:
            self._server.stop()

    def kill(self) -> None:
        """End it as a crash does."""
        if self._server is not None:
            self._server.kill()

    def _create(self, folder: Path) -> None:
        """Make the database cluster (0.7 s)."""
        folder.chmod(0o711)
        data, log = folder / "data", folder / "log"
        data.mkdir(mode=0o700)
        log.touch()
        root = os.geteuid() == 0
        privileges = (f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups") if root else ()
        if root:
            os.chown(data, _NOBODY, _NOBODY)
            self.postgresql = _reachable(self.postgresql, folder / "programs")
        _initialise(self.postgresql, folder, privileges)
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        settings += ["-c", f"hba_file={folder / 'access.conf'}"]
        (folder / "access.conf").write_text(_ACCESS)
        postgres = self.postgresql.argv("postgres", "-D", str(data), "-p", str(self.port), *settings)
        self._server = Child(postgres, log, ends_by=signal.SIGINT, privileges=privileges)

    def _remove(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = self._server = None


def _initialise(postgresql: PostgreSQL, folder: Path, privileges: Sequence[str]) -> None:
    """initdb starts ``postgres`` from its own folder: from one with a script that does so by the right loader."""
    scripts = folder / "scripts"
    scripts.mkdir()
    for program in ("initdb", "postgres"):
        script = scripts / program
        command = " ".join(postgresql.argv(program))
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    begin = [*postgresql.loader, "--argv0", str(scripts / "initdb")] if postgresql.loader else []
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-L", str(postgresql.share)]
    initdb = [*begin, str(postgresql.programs / "initdb"), "-D", str(folder / "data"), *options]
    done = subprocess.run(
        ["setpriv", *privileges, "--", *initdb],
        capture_output=True,
        text=True,
        timeout=_STEP_SECONDS,
        check=False,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
    )
    if done.returncode:
        raise NotObtainableError(f"initdb failed: {(done.stderr or done.stdout).strip()}", where=str(folder))


def _reachable(postgresql: PostgreSQL, copy: Path) -> PostgreSQL:
    """The same programs where every user reaches them: in place, or hard links to them (copies on another disk)."""
    if all(folder.stat().st_mode & 0o001 for folder in (postgresql.path, *postgresql.path.parents)):
        return postgresql
    for part in (*postgresql.path.glob("usr/lib/*-linux-gnu*"), postgresql.programs.parent, postgresql.share):
        # LLVM is loaded for long queries alone, and as large as all the rest.
        shutil.copytree(
            part,
            copy / part.relative_to(postgresql.path),
            symlinks=True,
            ignore=shutil.ignore_patterns("libLLVM*"),
            copy_function=_link,
        )
    return PostgreSQL(copy, loader(copy))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
