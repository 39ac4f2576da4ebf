"""Programs from Debian packages: found on PATH, or unpacked into the cache folder.

Packages are unpacked into a temporary folder in the cache folder, tried, and renamed into their place under a
lock. Nothing is installed, and nothing outside the cache folder is written.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gvma.demo.debian import NotObtainableError, architecture, unpack

_LAYOUT = 1


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/gvma``, by default ``~/.cache/gvma``; it need not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gvma"


def on_path(program: str) -> Path | None:
    """The program that this host has installed; None where it has none."""
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
    found = shutil.which(program, path=folders)
    return Path(found) if found else None


def unpacked(name: str, suites: Sequence[str], packages: Sequence[str], usable: Callable[[Path], object]) -> Path:
    """The folder in the cache that holds the packages; built if it is not there or does not work.

    name: of the folder. suites: of Debian, tried in this order. usable: tries what was unpacked into a folder.
    Raises NotObtainableError where no suite has packages that work.
    """
    cache = cache_folder()
    place = cache / f"{name}-{architecture()}-{_LAYOUT}"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _locked(cache / f"{place.name}.lock"):
            if not _works(usable, place):
                _build(place, suites, packages, usable)
    except OSError as failure:
        raise NotObtainableError(f"the cache folder cannot be used: {failure}", where=str(cache)) from failure
    return place


def _works(usable: Callable[[Path], object], place: Path) -> bool:
    try:
        usable(place)
    except NotObtainableError:
        return False
    return True


def _build(place: Path, suites: Sequence[str], packages: Sequence[str], usable: Callable[[Path], object]) -> None:
    """Build beside the place, try it, rename. Under the lock, so what a killed builder left is removed."""
    for left in place.parent.glob(f".{place.name}.*.tmp"):
        shutil.rmtree(left, ignore_errors=True)
    failures = []
    for suite in suites:
        building = tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".tmp", dir=place.parent)
        root = Path(building, "root")
        try:
            unpack(suite, packages, root, Path(building))
            usable(root)
            shutil.rmtree(place, ignore_errors=True)
            root.rename(place)
        except NotObtainableError as failure:
            failures.append(f"{suite}: {failure}")
        else:
            return
        finally:
            shutil.rmtree(building, ignore_errors=True)
    raise NotObtainableError("; ".join(failures))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def loader(place: Path) -> tuple[str, ...]:
    """The folder's own dynamic loader with its own libraries: so its programs run beside the host's."""
    libraries = first_match(place, ("usr/lib/*-linux-gnu*",))
    found = [path for path in sorted(libraries.glob("ld-*.so*")) if path.resolve().is_relative_to(place)]
    if not found:
        raise NotObtainableError("no dynamic loader", where=str(libraries))
    return (str(found[0].resolve()), "--library-path", f"{libraries}:{place}/usr/lib")


def first_match(place: Path, patterns: Sequence[str]) -> Path:
    """The first path below a folder that a pattern names. Raises NotObtainableError where there is none."""
    for pattern in patterns:
        for path in sorted(place.glob(pattern)):
            return path
    raise NotObtainableError(f"nothing like {patterns[0]}", where=str(place))


def output(argv: Sequence[str]) -> str:
    """What a command prints, on either stream. Raises NotObtainableError where it cannot be started."""
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TERM": "dumb"}
    try:
        done = subprocess.run(
            argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise NotObtainableError(f"it does not run: {failure}", where=argv[0]) from failure
    return (done.stdout + done.stderr).decode("utf-8", "replace").lstrip()
