"""A site for each sink, as the protocol suite sees it: the sink, and what somebody else does to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from gvma.asterisk.drivers import Driver, driver_of
from gvma.asterisk.entries import Mailbox, Subscription
from gvma.backups.backup_set import BackupSet
from gvma.plan.make import PreviousRun, make_plan
from gvma.plan.model import Plan
from gvma.plan.wanted import Wanted
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import Applied, Purpose, Sink
from gvma.sinks.files.sink import FilesSink
from gvma.storage.private import read_private
from gvma.storage.state import records
from tests.fakes.memory_sink import MemorySink

VOICEMAIL = b"[general]\nformat=wav\n[site]\n7 => 0815,Porter,,,\n"
LONG_AGO = (1_700_000_000, 1_700_000_000)
KEY = bytes(range(32))


class SinkSite(Protocol):
    """What the suite needs beside the sink. reloads: Asterisk has to be asked to read what is written.

    recovers_itself: the sink ends what an interrupted run began; else somebody else has, as a database does.
    """

    settings: GvmaSettings
    driver: Driver
    reloads: bool
    recovers_itself: bool

    def sink(self) -> Sink[Any, Any]:
        """The sink, as a new process finds it."""
        ...

    def phone_changes_pin(self, key: str, pin: str) -> None: ...
    def somebody_writes(self, key: str) -> tuple[str, str]:
        """Something that the sink would overwrite; the PIN and the name that the mailbox has then."""
        ...

    def record(self, name: str) -> bytes | None: ...
    def sites_own(self) -> object:
        """Everything in the sink that is not ours."""
        ...

    def die_after(self, applied: Applied) -> None:
        """The process ends at once, with the change in place and not final."""
        ...


class FilesSite:
    """The three files of one channel driver in a folder."""

    reloads = recovers_itself = True

    def __init__(self, root: Path, driver: str) -> None:
        self.driver = driver_of(driver)
        self.settings = GvmaSettings()._replace(
            asterisk_cfg_path=root / "etc",
            backup_path=root / "kept",
            siptserver_host="127.0.0.1",
            asterisk_spool_path=root / "spool",
        )
        (root / "etc").mkdir()
        self._write("voicemail.conf", VOICEMAIL)
        self._write(self.driver.path(self.settings).name, b"[general]\n")
        self._write("extensions.conf", b"[general]\n")

    def sink(self) -> FilesSink:
        return FilesSink(self.settings, self.driver)

    def phone_changes_pin(self, key: str, pin: str) -> None:
        path = self.settings.target("voicemail.conf")
        box, _, context = key.partition("@")
        head, section, boxes = path.read_bytes().partition(f"[{context}]\n".encode())
        lines = [
            f"{box} => {pin},".encode() + line.partition(b",")[2] if line.startswith(f"{box} => ".encode()) else line
            for line in boxes.split(b"\n")
        ]
        self._write("voicemail.conf", head + section + b"\n".join(lines))

    def somebody_writes(self, key: str) -> tuple[str, str]:
        self.phone_changes_pin(key, "8642")
        return "8642", "1000"

    def record(self, name: str) -> bytes | None:
        return read_private(records.folder(self.settings.backup_path) / name)

    def sites_own(self) -> object:
        begin, end = self.settings.asterisk_cfg_gvma_begin.encode(), self.settings.asterisk_cfg_gvma_end.encode()
        outside = []
        for path in sorted(self.settings.asterisk_cfg_path.iterdir()):
            head, _, rest = path.read_bytes().partition(begin)
            outside.append((path.name, head, rest.partition(end)[2].strip()))
        return outside

    def die_after(self, applied: Applied) -> None:
        del applied

    def _write(self, name: str, content: bytes) -> None:
        path = self.settings.asterisk_cfg_path / name
        path.write_bytes(content)
        os.utime(path, LONG_AGO)


class MemorySite:
    """The sink in a dictionary."""

    reloads = recovers_itself = True

    def __init__(self, root: Path) -> None:
        self.driver = driver_of("pjsip")
        self.settings = GvmaSettings()._replace(backup_path=root / "kept", siptserver_host="127.0.0.1")
        self._sink = MemorySink(root / "kept", self.driver.subscription_settings(self.settings))

    def sink(self) -> MemorySink:
        return self._sink

    def phone_changes_pin(self, key: str, pin: str) -> None:
        self._sink.phone_changes_pin(key, pin)

    def somebody_writes(self, key: str) -> tuple[str, str]:
        self.phone_changes_pin(key, "8642")
        return "8642", "1000"

    def record(self, name: str) -> bytes | None:
        return self._sink.records.get(name)

    def sites_own(self) -> object:
        return ()

    def die_after(self, applied: Applied) -> None:
        self._sink.interrupted = applied  # type: ignore[assignment]


def box(number: str, first_pin: str = "", name: str = "", context: str = "GVMA_DN") -> Mailbox:
    return Mailbox(number, context, first_pin or number, name or number)


def wanted(site: SinkSite, *mailboxes: Mailbox, resets: frozenset[str] = frozenset()) -> Wanted:
    """These mailboxes, each with its subscription."""
    return Wanted(
        mailboxes=mailboxes,
        subscriptions=tuple(Subscription(f"gvm-{one.box}", one.box, one.context) for one in mailboxes),
        subscription_settings=site.driver.subscription_settings(site.settings),
        objects={"dn": len(mailboxes)},
        pin_resets=resets,
    )


def planned(site: SinkSite, sink: Sink[Any, Any], asked: Wanted) -> tuple[Plan, Any]:
    """The plan for what is asked, and the sink's change; records as the site has them."""
    previous = PreviousRun(first_pins=site.record(records.PINS) or b"", new_key=KEY)
    reading = sink.read()
    plan = make_plan(reading.fitted(asked), reading.present(), previous)
    return plan, sink.change(reading, plan)


def records_of(plan: Plan) -> Mapping[str, bytes]:
    return {records.PINS: plan.pins.record}


PURPOSE = Purpose("sync", "run-1")


def begin(site: SinkSite, sink: Sink[Any, Any], asked: Wanted, purpose: Purpose = PURPOSE) -> tuple[Applied, BackupSet]:
    """The change saved and applied, and not yet final."""
    plan, change = planned(site, sink, asked)
    saved = sink.save(change, purpose)
    return sink.apply(change, saved, purpose, records_of(plan)), saved


def write(site: SinkSite, asked: Wanted, purpose: Purpose = PURPOSE) -> BackupSet:
    """A whole run without Asterisk."""
    applied, saved = begin(site, site.sink(), asked, purpose)
    with applied:
        assert applied.finish(())
    return saved
