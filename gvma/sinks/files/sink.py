"""The three files as a sink: read, prepared, saved, exchanged as one, and taken by Asterisk."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from gvma.ami.asterisk import Asterisk
from gvma.asterisk.drivers import Driver
from gvma.asterisk.drivers.base import Known
from gvma.asterisk.modules import VOICEMAIL
from gvma.backups.backup_set import BackupSet
from gvma.backups.sets import BackupSets
from gvma.plan.model import Plan
from gvma.settings.model import GvmaSettings
from gvma.sinks.base import NodeAnswer, Part, Purpose, Recovery
from gvma.sinks.files.atomic.journal import Markers
from gvma.sinks.files.atomic.recovery import pending_recovery, recover
from gvma.sinks.files.atomic.transaction import AppliedFiles, apply
from gvma.sinks.files.changes.prepare import FilesChange, nothing, prepare
from gvma.sinks.files.changes.removing import removal
from gvma.sinks.files.look import FilesLook
from gvma.sinks.files.present.reading import FilesReading

_Stamp = tuple[int, int, int] | None
_RELOADS = 3
_POLL_SECONDS = 0.2
_REST_SECONDS = 5.0


class FilesSink(FilesLook):
    """voicemail.conf, the channel driver's file and extensions.conf, as FilesLook reads them."""

    parts = frozenset(Part)

    def __init__(  # noqa: PLR0913  (what follows the driver has a name in the call)
        self,
        settings: GvmaSettings,
        driver: Driver,
        *,
        addresses: Mapping[str, Collection[str]] | None = None,
        known: Known | None = None,
        driver_reason: str = "",
        pins_of_rows: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        """As for FilesLook. pins_of_rows: the PINs in force of a database that the site comes from, by
        ``box@context``; asked where a mailbox is added."""
        super().__init__(settings, driver, addresses=addresses, known=known, driver_reason=driver_reason)
        self._pins_of_rows = pins_of_rows

    def recover(self) -> Recovery | None:
        return recover(self._settings)

    def pending_recovery(self) -> str:
        return pending_recovery(self._settings.backup_path)

    def change(self, reading: FilesReading, plan: Plan) -> FilesChange:
        assert self._read is not None, "read() comes first"
        if plan.is_removal:
            pins = self._pins_in_rows() if plan.present.mailboxes else {}
            return removal(reading, plan, self._read, self._read_other, pins_of_rows=pins)
        adds = not plan.unchanged and any(one.key not in plan.present.mailboxes for one in plan.mailboxes)
        pins = self._pins_in_rows() if adds else {}
        return prepare(reading, plan, self._read, self._read_other, pins_of_rows=pins)

    def _pins_in_rows(self) -> Mapping[str, str]:
        return {} if self._pins_of_rows is None else self._pins_of_rows()

    def as_it_is(self) -> FilesChange:
        reading = self.read()
        assert self._read is not None
        return nothing(reading, self._read)

    def save(self, change: FilesChange, purpose: Purpose) -> BackupSet:
        sets = BackupSets(self._settings.backup_path)
        return sets.create(
            [file.to_save for file in change.all],
            snapshot=purpose.snapshot,
            reason=purpose.reason,
            run_id=purpose.run_id,
        )

    def apply(
        self, change: FilesChange, saved: BackupSet, purpose: Purpose, records: Mapping[str, bytes | None]
    ) -> AppliedFiles:
        markers = Markers(self._settings.asterisk_cfg_gvma_begin, self._settings.asterisk_cfg_gvma_end)
        return apply(change.all, backup_set=saved, markers=markers, records=records, pause=purpose.pause)

    def activate(
        self, change: FilesChange, asterisk: Asterisk, reloads: Sequence[str], *, undone: bool = False
    ) -> list[str]:
        """A PIN that is changed meanwhile is in voicemail.conf after Asterisk has read it, or a half-written file was
        read: Asterisk reloads once more then."""
        expected = change.before() if undone else change.after()
        path = self._targets.voicemail.path
        found: list[str] = []
        for attempt in range(_RELOADS):
            before = _stamp_at_rest(path) if attempt else _stamp(path)
            found = asterisk.reload_and_verify(reloads, expected, lambda before=before: _stamp(path) == before)  # type: ignore[misc]
            if VOICEMAIL not in reloads or _stamp(path) == before:
                break
        return found

    def ask_nodes(self, change: FilesChange) -> tuple[NodeAnswer, ...]:
        return ()


def _stamp(path: Path) -> _Stamp:
    """What differs once the file was written; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def _stamp_at_rest(path: Path) -> _Stamp:
    """The stamp once nobody is writing the file, within seconds."""
    late = time.monotonic() + _REST_SECONDS
    now = _stamp(path)
    while time.monotonic() < late:
        time.sleep(_POLL_SECONDS)
        seen, now = now, _stamp(path)
        if now == seen:
            break
    return now
