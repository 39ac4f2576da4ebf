"""The site of an experiment: what the harness lays out, and what can be seen on it while everything goes wrong.

It asserts nothing but the state that it names.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gvma.ami.manager import connect
from gvma.asterisk.drivers import driver_of
from gvma.asterisk.managed_block.block import body_of, find_block
from gvma.asterisk.voicemail import read_boxes, with_pins
from gvma.demo.asterisk import PrivateAsterisk
from tests.harness import site as harness
from tests.harness.command import Commands, Done, Run
from tests.harness.layer import MAILBOX_QUERIES, Layer
from tests.harness.site import Site

BEGIN, END = harness.BEGIN.encode(), harness.END.encode()
_OWN = "; the site's own\n[general]\n"
_DATE = re.compile(rb"^; Content generated at .*\n", re.MULTILINE)


class WatchedSite(Site):
    """A site whose three files all change with a sync, and where a sync may remove every mailbox.

    Without an Asterisk a sync does not reload.
    """

    def __init__(
        self, folder: Path, asterisk: PrivateAsterisk | None = None, run: Run | None = None, **settings: object
    ) -> None:
        driver = asterisk.driver if asterisk else "pjsip"
        self.names = ("voicemail.conf", f"{driver}.conf", "extensions.conf")
        super().__init__(folder, asterisk=asterisk, files=dict.fromkeys(self.names, _OWN), run=run)
        for query in self.cfgserver.keys() - MAILBOX_QUERIES - {"username", "password", "timeout"}:
            del self.cfgserver[query]
        self.cfgserver["url"] = "http://127.0.0.1:9/"
        self.settings |= {"siptserver_host": "127.0.0.5", "channel_driver": driver, "max_remove_percent": 100}
        self.settings |= {"routing": "yes", "routing_dns": "all", **settings}

    # What is done on it

    def export(self, name: str, layer: Layer) -> Path:
        """An export file beside the tree."""
        path = self.folder / name
        path.write_text(layer.xml(), "utf-8", "surrogatepass")
        return path

    def run_sync(self, export: Path | None = None, *words: str, **options: Any) -> Done:
        """A sync, as the site's own cron would run it. options: of the way it is run, such as a fault."""
        return self.gvma(*self.sync_words(export, *words), **options)

    def sync_words(self, export: Path | None = None, *words: str) -> tuple[str, ...]:
        """From the server, or from an export."""
        source = ("--from", str(export)) if export else ()
        return ("sync", *source, *(() if self.has_asterisk else ("--no-reload",)), *words)

    def set_pins(self, pins: Mapping[str, str]) -> None:
        """As a phone does it, but in one step, and some while ago."""
        path = self.etc / "voicemail.conf"
        path.write_bytes(with_pins(path.read_bytes(), pins))
        self.age()

    def age(self) -> None:
        """The files were written ten seconds ago: nobody needs to wait until they are quiet."""
        for name in self.names:
            if (self.etc / name).exists():
                os.utime(self.etc / name, (time.time() - 10,) * 2)

    # What there is

    def state(self) -> dict[str, bytes | None]:
        """The three files as they are."""
        return {name: path.read_bytes() if (path := self.etc / name).exists() else None for name in self.names}

    def outside(self) -> dict[str, bytes]:
        """What stands outside the block of each file."""
        found = {}
        for name, content in self.state().items():
            block = find_block(content or b"", BEGIN, END)
            text = content or b""
            found[name] = text[: block.start] + text[block.end :] if block else text
        return found

    def pins(self) -> dict[str, str]:
        return {key: line.pin for key, line in read_boxes(self._body("voicemail.conf")).items()}

    def litter(self) -> list[str]:
        """What no run may leave behind once the next one has been there."""
        found = [path for path in self.folder.rglob(".*") if path.name.endswith(".tmp")]
        found += (self.backup_path / "state").glob("transaction/*")
        found += (path for use in ("next", "before") for path in (self.backup_path / "state").glob(f"*.{use}"))
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def locked(self) -> bool:
        """Whether somebody holds the lock, or has left a name in it."""
        path = self.backup_path / "lock"
        if not path.exists():
            return False
        with path.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return bool(lock.read())

    def difference_from_asterisk(self) -> list[str]:
        """Boxes and subscriptions that stand in the blocks and not in Asterisk, or the other way round."""
        if not self.has_asterisk:
            return []
        driver = driver_of(self.asterisk.driver)
        boxes = {key for key in read_boxes(self._body("voicemail.conf")) if key.partition("@")[2].startswith("GVMA_")}
        names = set(driver.read_subscriptions(self._body(self.names[1])))
        with connect(self.asterisk.settings()) as ami:
            actual = {key for key in ami.voicemail_users() if key.partition("@")[2].startswith("GVMA_")}
            there = set(ami.aors()) if self.asterisk.driver == "pjsip" else ami.sip_peers()
        there = {name for name in there if name.startswith("gvm-")}
        return sorted((boxes ^ actual) | (names ^ there))

    def _body(self, name: str) -> bytes:
        text = self.state()[name] or b""
        block = find_block(text, BEGIN, END)
        return body_of(text, block) if block else b""


@contextmanager
def watched_site(folder: Path, asterisk: PrivateAsterisk | None = None, **settings: object) -> Iterator[WatchedSite]:
    """A site whose commands meet faults; those count in its own folders and in Asterisk's."""
    with Commands(folder, *((asterisk.folder,) if asterisk else ())) as commands:
        yield WatchedSite(folder, asterisk, commands.run, **settings)


def undated(state: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
    """Without the lines that say when a block was generated."""
    return {name: _DATE.sub(b"", content) if content is not None else None for name, content in state.items()}


def without_pins(state: Mapping[str, bytes | None], boxes: Iterable[str]) -> dict[str, bytes | None]:
    """As ``undated``, with the PINs of these boxes blanked."""
    blank = dict.fromkeys(boxes, "*")
    return {
        name: with_pins(content, blank) if name == "voicemail.conf" and content else content
        for name, content in undated(state).items()
    }
