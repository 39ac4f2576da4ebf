"""Debian packages unpacked into a folder, without root and without running a maintainer script.

apt resolves and downloads with a private configuration. Of the host's package state it reads only the Debian
mirror, the proxy and the keyring, and it changes nothing. apt checks signatures and hashes as usual; only the age
of the index is not checked, since a mirror may be out of date.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gvma.errors import GvmaError

_TOOLS = ("apt-get", "apt-config", "dpkg", "dpkg-deb", "tar")
_KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
_HOST_SETTINGS = re.compile(r"Acquire::(http|https|Check-Date|ForceIPv[46])\b")
_UNREAD = ("doc", "man", "locale", "info")
_STEP_SECONDS = 900


class NotObtainableError(GvmaError):
    """A program for the demo or the tests is not installed and cannot be unpacked; the message says why."""

    code = "not-obtainable"
    exit_status = 16


def architecture() -> str:
    """Debian's name of this host's architecture, such as ``amd64`` or ``arm64``."""
    return _run(["dpkg", "--print-architecture"]).strip()


def unpack(suite: str, packages: Sequence[str], into: Path, work: Path) -> None:
    """Unpack packages and all that they depend on into a folder that serves as ``/``.

    suite: such as ``bookworm``; only its component ``main`` is used.
    into: an empty folder, or one that does not exist.
    work: a folder for apt's index and downloads; the caller removes it.
    Raises NotObtainableError where apt, a mirror, a keyring or a package is missing.
    """
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        raise NotObtainableError(f"no {', '.join(missing)} on PATH: this host has no Debian packages")
    failures: list[str] = []
    for mirror in _mirrors():
        place = work / f"mirror{len(failures)}"
        try:
            archives = _download(mirror, suite, packages, place)
        except NotObtainableError as failure:
            failures.append(str(failure))
            continue
        _unpack_all(archives, into)
        return
    raise NotObtainableError(failures[-1] if failures else "apt's sources name no Debian mirror")


def _mirrors() -> list[str]:
    """Addresses in the host's apt sources that may have every suite of Debian, likeliest first."""
    listed = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]).split()
    usable = [uri for uri in dict.fromkeys(listed) if "security" not in uri]
    return sorted(usable, key=lambda uri: not uri.endswith("/debian/"))[:3]


def _download(mirror: str, suite: str, packages: Sequence[str], place: Path) -> list[Path]:
    """The downloaded ``.deb`` files of the closure."""
    configuration = _write_configuration(mirror, suite, place)
    environment = os.environ | {"APT_CONFIG": str(configuration), "LC_ALL": "C"}
    _run(["apt-get", "-qq", "update"], environment)
    _run(["apt-get", "-qq", "-y", "--download-only", "install", *packages], environment)
    archives = sorted((place / "cache/archives").glob("*.deb"))
    if not archives:
        raise NotObtainableError(f"apt downloaded nothing of {suite}")
    return archives


_APT_CONF = """\
{kept}
Dir "/";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "{place}/empty.d";
Dir::Etc::sourcelist "{place}/sources.list";
Dir::Etc::sourceparts "{place}/empty.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "{place}/empty.d";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "{place}/empty.d";
Dir::State "{place}/state";
Dir::State::status "{place}/status";
Dir::State::extended_states "{place}/extended_states";
Dir::Cache "{place}/cache";
Dir::Log "{place}";
APT::Architecture "{arch}";
APT::Architectures {{"{arch}";}};
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "5";
Acquire::http::Timeout "30";
Acquire::Check-Valid-Until "false";
Debug::NoLocking "true";
Dpkg::Use-Pty "false";
"""


def _write_configuration(mirror: str, suite: str, place: Path) -> Path:
    for folder in ("cache/archives/partial", "state/lists/partial", "empty.d"):
        (place / folder).mkdir(parents=True)
    (place / "status").touch()
    arch = architecture()
    (place / "sources.list").write_text(
        f"deb [signed-by={_keyring()} arch={arch}] {mirror} {suite} main\n", encoding="utf-8"
    )
    dump = _run(["apt-config", "dump"]).splitlines()
    kept = "\n".join(line for line in dump if _HOST_SETTINGS.match(line))
    configuration = place / "apt.conf"
    configuration.write_text(_APT_CONF.format(kept=kept, place=place, arch=arch), encoding="utf-8")
    return configuration


def _keyring() -> Path:
    folder = Path("/usr/share/keyrings")
    for name in _KEYRINGS:
        if (folder / name).is_file():
            return folder / name
    raise NotObtainableError("no debian-archive-keyring package", where=str(folder))


def _unpack_all(archives: Sequence[Path], into: Path) -> None:
    """Unpack all archives into one folder, with ``/lib`` and the like merged into ``/usr`` as in Debian 12."""
    for folder in ("bin", "sbin", "lib", "lib64"):
        (into / "usr" / folder).mkdir(parents=True, exist_ok=True)
        (into / folder).symlink_to(f"usr/{folder}")
    unread = [f"--exclude=./usr/share/{name}/*" for name in _UNREAD]
    for archive in archives:
        options = ["--keep-directory-symlink", "--no-same-owner", "--no-same-permissions", *unread]
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as reading:
            unpacking = subprocess.run(
                ["tar", "-C", into, *options, "-xf", "-"],
                stdin=reading.stdout,
                capture_output=True,
                check=False,
                text=True,
            )
        if reading.returncode or unpacking.returncode:
            raise NotObtainableError(f"cannot be unpacked: {unpacking.stderr.strip()}", where=archive.name)


def _run(argv: Sequence[str], environment: dict[str, str] | None = None) -> str:
    """What a command prints. Raises NotObtainableError with the end of its error output where it fails."""
    try:
        done = subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_STEP_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise NotObtainableError(f"{argv[0]}: {failure}") from failure
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise NotObtainableError(f"{argv[0]} failed: {' '.join(complaint)}")
    return done.stdout
