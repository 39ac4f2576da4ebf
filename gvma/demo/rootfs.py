"""A real Asterisk 16 or 22, and sipp, for the demo and the tests: found on PATH, or unpacked from packages.

Packages are unpacked into a temporary folder in the cache folder, tried, and renamed into their place under a
lock. Nothing is installed, and nothing outside the cache folder is written. Starting an Asterisk is done in
asterisk.py.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gvma.demo.debian import NotObtainableError, architecture, unpack

_COMMON = ("asterisk", "asterisk-modules", "asterisk-config", "asterisk-core-sounds-en-gsm")
# Debian 11 has app_voicemail in a package of its own; its security suite lacks half of the packages.
_PACKAGES = {16: ((*_COMMON, "asterisk-voicemail"), ("bullseye",)), 22: (_COMMON, ("forky", "sid"))}
_NEEDED_MODULES = {16: ("app_voicemail", "app_confbridge", "chan_sip"), 22: ("app_voicemail", "chan_pjsip")}
_SIPP = (("sip-tester",), ("bookworm",))
_LAYOUT = 1
_SYSTEM_FOLDERS = ("/usr", "/usr/local", "/var/lib", "/opt/asterisk")


@dataclass(frozen=True, slots=True)
class Root:
    """One Asterisk that can be started.

    path: the folder that serves as its ``/``. version: 16 or 22. asterisk: the program.
    loader: the beginning of its argv (a dynamic loader and its library path), or nothing.
    moddir: the folder of its modules, a real path. sounds: the folder with ``vm-intro.gsm``.
    documentation: the folder with ``core-en_US.xml``.
    """

    path: Path
    version: int
    asterisk: Path
    loader: tuple[str, ...]
    moddir: Path
    sounds: Path
    documentation: Path

    def argv(self, *arguments: str) -> list[str]:
        """The command line that starts this Asterisk with these arguments."""
        return [*self.loader, str(self.asterisk), *arguments]


@dataclass(frozen=True, slots=True)
class Sipp:
    """A sipp that can be started."""

    program: Path
    loader: tuple[str, ...]

    def argv(self, *arguments: str) -> list[str]:
        """The command line that starts this sipp with these arguments (TERM must be set)."""
        return [*self.loader, str(self.program), *arguments]


def obtain(version: int) -> Root:
    """An Asterisk of this version: the one on PATH if it is that, else one unpacked from Debian packages.

    version: 16 or 22. Unpacking takes some 80 MB of downloads and 250 MB of disk, once.
    Raises NotObtainableError where neither can be had.
    """
    try:
        packages, suites = _PACKAGES[version]
    except KeyError:
        raise NotObtainableError(f"no Asterisk {version}: 16 and 22 can be had") from None
    installed = _on_path("asterisk")
    if installed is not None and (root := _installed_root(installed, version)) is not None:
        return root
    try:
        place = _unpacked(f"asterisk-{version}", suites, packages, lambda place: _root_at(place, version))
    except NotObtainableError as failure:
        raise NotObtainableError(
            f"no Asterisk {version} on PATH, and none from Debian packages: {failure}",
            hint=f"Install Asterisk {version}, or give this host access to a Debian mirror.",
        ) from failure
    return _root_at(place, version)


def obtain_sipp() -> Sipp:
    """sipp from PATH, else unpacked from Debian packages. Raises NotObtainableError where neither is there."""
    installed = _on_path("sipp")
    if installed is not None:
        return Sipp(installed, ())
    packages, suites = _SIPP
    try:
        place = _unpacked("sipp", suites, packages, _sipp_at)
    except NotObtainableError as failure:
        raise NotObtainableError(
            f"no sipp on PATH, and none from Debian packages: {failure}",
            hint="Install sipp, or give this host access to a Debian mirror.",
        ) from failure
    return _sipp_at(place)


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/gvma``, by default ``~/.cache/gvma``; it need not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gvma"


def _on_path(program: str) -> Path | None:
    folders = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])
    found = shutil.which(program, path=folders)
    return Path(found) if found else None


def _unpacked(name: str, suites: Sequence[str], packages: Sequence[str], usable: Callable[[Path], object]) -> Path:
    """The folder in the cache that holds the packages; built if it is not there or does not work."""
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


def _root_at(place: Path, version: int) -> Root:
    """The Asterisk in an unpacked folder, tried. Raises NotObtainableError where it does not work."""
    place = place.resolve()
    loader = _loader(place)
    moddir = _first(place, ("usr/lib/*-linux-gnu*/asterisk/modules", "usr/lib/asterisk/modules"))
    sounds = _first(place, ("usr/share/asterisk/sounds/en*",))
    root = Root(
        place,
        version,
        place / "usr/sbin/asterisk",
        loader,
        moddir,
        sounds,
        place / "usr/share/asterisk/documentation",
    )
    said = _version_of(root.argv("-V"))
    if said != version:
        raise NotObtainableError(f"the packages hold Asterisk {said}, not {version}")
    _require_modules(root)
    return root


def _installed_root(asterisk: Path, version: int) -> Root | None:
    """The Asterisk on PATH, where it is of this version and has the modules that are needed."""
    try:
        if _version_of([str(asterisk), "-V"]) != version:
            return None
        moddir = _first(Path("/"), tuple(f"{top[1:]}/{sub}" for top in _SYSTEM_FOLDERS for sub in _MODULES))
        shares = tuple(f"{top[1:]}/{sub}" for top in _SYSTEM_FOLDERS for sub in ("share/asterisk", "asterisk"))
        documentation = _first(Path("/"), tuple(f"{share}/documentation" for share in shares))
        prompt = _first(Path("/"), tuple(f"{share}/sounds/en*/vm-intro.*" for share in shares))
        root = Root(Path("/"), version, asterisk, (), moddir.resolve(), prompt.parent, documentation)
        _require_modules(root)
    except NotObtainableError:
        return None
    return root


_MODULES = ("lib/asterisk/modules", "lib64/asterisk/modules", "lib/*-linux-gnu*/asterisk/modules")


def _require_modules(root: Root) -> None:
    for module in _NEEDED_MODULES[root.version]:
        if not (root.moddir / f"{module}.so").is_file():
            raise NotObtainableError(f"no module {module}", where=str(root.moddir))


def _sipp_at(place: Path) -> Sipp:
    place = place.resolve()
    sipp = Sipp(place / "usr/bin/sipp", _loader(place))
    if "SIPp" not in _output(sipp.argv("-v")):
        raise NotObtainableError("sipp does not say its version", where=str(sipp.program))
    return sipp


def _loader(place: Path) -> tuple[str, ...]:
    """The folder's own dynamic loader with its own libraries: so its programs run beside the host's."""
    libraries = _first(place, ("usr/lib/*-linux-gnu*",))
    found = [path for path in sorted(libraries.glob("ld-*.so*")) if path.resolve().is_relative_to(place)]
    if not found:
        raise NotObtainableError("no dynamic loader", where=str(libraries))
    return (str(found[0].resolve()), "--library-path", f"{libraries}:{place}/usr/lib")


def _first(place: Path, patterns: Sequence[str]) -> Path:
    for pattern in patterns:
        for path in sorted(place.glob(pattern)):
            return path
    raise NotObtainableError(f"nothing like {patterns[0]}", where=str(place))


def _version_of(argv: Sequence[str]) -> int:
    said = re.match(r"Asterisk (\d+)\.", _output(argv))
    if said is None:
        raise NotObtainableError("it does not say its version", where=argv[-2])
    return int(said.group(1))


def _output(argv: Sequence[str]) -> str:
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TERM": "dumb"}
    try:
        done = subprocess.run(
            argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise NotObtainableError(f"it does not run: {failure}", where=argv[0]) from failure
    return (done.stdout + done.stderr).decode("utf-8", "replace").lstrip()


def main(wanted: Sequence[str]) -> int:
    """``python -m gvma.demo.rootfs 16 22 sipp``: obtain each, say where it is or why it is not."""
    status = 0
    for name in wanted:
        try:
            got = obtain_sipp().program if name == "sipp" else obtain(int(name)).asterisk
        except ValueError:
            sys.stderr.write(f"{name}: 16, 22 or sipp can be had\n")
            status = 64
        except NotObtainableError as failure:
            sys.stderr.write(f"{name}: {failure} {failure.hint}\n")
            status = failure.exit_status
        else:
            sys.stdout.write(f"{name}: {got}\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
