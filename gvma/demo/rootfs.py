"""A real Asterisk 16 or 22, for the demo and the tests: found on PATH, or unpacked from packages.

Starting it is done in asterisk.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import first_match, loader, on_path, output, unpacked

_OF_BOTH_VERSIONS = ("asterisk", "asterisk-modules", "asterisk-config", "asterisk-core-sounds-en-gsm")
# Debian 11 has app_voicemail in a package of its own; its security suite lacks half of the packages.
_PACKAGES = {16: ((*_OF_BOTH_VERSIONS, "asterisk-voicemail"), ("bullseye",)), 22: (_OF_BOTH_VERSIONS, ("forky", "sid"))}
_NEEDED_MODULES = {16: ("app_voicemail", "app_confbridge", "chan_sip"), 22: ("app_voicemail", "chan_pjsip")}
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


def obtain(version: int) -> Root:
    """An Asterisk of this version: the one on PATH if it is that, else one unpacked from Debian packages.

    version: 16 or 22. Unpacking takes some 80 MB of downloads and 250 MB of disk, once.
    Raises NotObtainableError where neither can be had.
    """
    try:
        packages, suites = _PACKAGES[version]
    except KeyError:
        raise NotObtainableError(f"no Asterisk {version}: 16 and 22 can be had") from None
    installed = on_path("asterisk")
    if installed is not None and (root := _installed_root(installed, version)) is not None:
        return root
    try:
        place = unpacked(f"asterisk-{version}", suites, packages, lambda place: _root_at(place, version))
    except NotObtainableError as failure:
        raise NotObtainableError(
            f"no Asterisk {version} on PATH, and none from Debian packages: {failure}",
            hint=f"Install Asterisk {version}, or give this host access to a Debian mirror.",
        ) from failure
    return _root_at(place, version)


def _root_at(place: Path, version: int) -> Root:
    """The Asterisk in an unpacked folder, tried. Raises NotObtainableError where it does not work."""
    place = place.resolve()
    moddir = first_match(place, ("usr/lib/*-linux-gnu*/asterisk/modules", "usr/lib/asterisk/modules"))
    sounds = first_match(place, ("usr/share/asterisk/sounds/en*",))
    root = Root(
        place,
        version,
        place / "usr/sbin/asterisk",
        loader(place),
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
        moddir = first_match(Path("/"), tuple(f"{top[1:]}/{sub}" for top in _SYSTEM_FOLDERS for sub in _MODULES))
        shares = tuple(f"{top[1:]}/{sub}" for top in _SYSTEM_FOLDERS for sub in ("share/asterisk", "asterisk"))
        documentation = first_match(Path("/"), tuple(f"{share}/documentation" for share in shares))
        prompt = first_match(Path("/"), tuple(f"{share}/sounds/en*/vm-intro.*" for share in shares))
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


def _version_of(argv: Sequence[str]) -> int:
    said = re.match(r"Asterisk (\d+)\.", output(argv))
    if said is None:
        raise NotObtainableError("it does not say its version", where=argv[-2])
    return int(said.group(1))
