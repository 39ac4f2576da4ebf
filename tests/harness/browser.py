"""A real Chromium without a window, on PATH or unpacked from Debian packages, driven by Playwright."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from gvma.demo.debian import NotObtainableError
from gvma.demo.packages import first_match, on_path, unpacked

_PACKAGES = ("chromium", "fonts-dejavu-core")
_PATIENCE = 60_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Chromium:
    """The program, and the variables that it needs to find its libraries and fonts."""

    program: Path
    environment: dict[str, str]


def obtain_chromium() -> Chromium:
    """Raises NotObtainableError where it cannot be had."""
    installed = on_path("chromium")
    if installed is not None:
        return Chromium(installed, {})
    return _at(unpacked("chromium", (_own_suite(),), _PACKAGES, _at))


def _own_suite() -> str:
    """The release of this host: the browser starts itself again with the host's own loader and libc."""
    found = re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    if found is None:
        raise NotObtainableError("this host is no Debian release", where="/etc/os-release")
    return found[1]


def _at(place: Path) -> Chromium:
    place = place.resolve()
    libraries = first_match(place, ("usr/lib/*-linux-gnu*",))
    fonts = place / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{place}/usr/share/fonts</dir><cachedir>{place}/fonts</cachedir></fontconfig>\n")
    environment = {"LD_LIBRARY_PATH": str(libraries), "FONTCONFIG_FILE": str(fonts)}
    found = Chromium(place / "usr/lib/chromium/chromium", environment)
    if not found.program.is_file():
        raise NotObtainableError("the packages do not hold Chromium", where=str(found.program))
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    """A running browser. Raises NotObtainableError."""
    chromium = obtain_chromium()
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.program,
            env={**os.environ, **chromium.environment},
            args=["--no-sandbox", "--disable-gpu"],
            timeout=_PATIENCE,
        )
        try:
            yield launched
        finally:
            launched.close()
