"""Debian 13's own Python, unpacked from its packages, to run what the package for Debian 13 installs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import loader, output, unpacked

VERSION = "3.13"


@dataclass(frozen=True, slots=True)
class DebianPython:
    """loader: the beginning of its argv."""

    program: Path
    loader: tuple[str, ...]

    def argv(self, *words: str) -> list[str]:
        return [*self.loader, str(self.program), *words]


def obtain_python() -> DebianPython:
    """Python 3.13. Raises NotObtainableError where it cannot be had."""
    return _at(unpacked(f"python-{VERSION}", ("trixie",), (f"python{VERSION}", "zlib1g"), _at))


def _at(place: Path) -> DebianPython:
    place = place.resolve()
    found = DebianPython(place / f"usr/bin/python{VERSION}", loader(place))
    said = output(found.argv("-I", "-c", "import ssl, sqlite3, sys; print(sys.prefix, sys.version)"))
    if said.split()[:1] != [str(place / "usr")] or VERSION not in said:
        raise NotObtainableError(f"the packages do not hold a Python {VERSION} that runs: {said}", where=str(place))
    return found
