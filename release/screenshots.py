"""Draws the pages of the demo's site into docs/screenshots: ``make screenshots``."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal

from tests.harness.browser import browser

FOLDER = Path(__file__).resolve().parents[1] / "docs/screenshots"


def main() -> None:
    """Start the demo, look at its pages, and stop it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "gvma", "demo", "--keep"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        found = None
        for line in demo.stdout:
            if found := re.search(r"The pages are at (http://\S+/);", line):
                break
        assert found is not None, "the demo has ended"
        try:
            _draw(found[1])
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.stdout.read()


def _draw(site: str) -> None:
    _picture(site, "overview", "light", wide=True)
    _picture(f"{site}explain?name=2222", "explain", "light", wide=True)
    _picture(f"{site}history", "history", "dark", wide=True)
    _picture(f"{site}explain?name=2222", "explain-telephone", "dark", wide=False)


def _picture(address: str, name: str, colours: Literal["light", "dark"], *, wide: bool) -> None:
    with browser() as chromium:
        page = chromium.new_page(color_scheme=colours)
        page.set_viewport_size({"width": 1200, "height": 800} if wide else {"width": 360, "height": 800})
        page.goto(address)
        page.get_by_role("heading", level=1).wait_for()
        if page.get_by_text("The check is at work.").is_visible():
            page.wait_for_timeout(5_000)
            page.reload()
        page.screenshot(path=FOLDER / f"{name}.png")
        print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
