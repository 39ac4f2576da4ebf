"""A backup set as a change of the files: byte for byte what they were when the set was made."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gvma.ami.verify import Expected
from gvma.asterisk.drivers import CHAN_SIP, DRIVERS, Driver
from gvma.asterisk.modules import VOICEMAIL
from gvma.backups.manifest import SavedFile
from gvma.backups.sets import BackupSet, BackupSets
from gvma.errors import UnsafeTargetError
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import BlockFile, block_file, read_site
from gvma.sinks.files.carry_pins import carry_pins
from gvma.sinks.files.change import FileChange, file_change
from gvma.sinks.files.expected import expected_of_files
from gvma.sinks.files.journal import Markers
from gvma.sinks.files.prepare import FilesChange, diff_of
from gvma.sinks.files.reading import FilesReading
from gvma.sinks.files.targets import Target, targets
from gvma.storage.conf_files import included_files
from gvma.storage.files import read_target

_Texts = Mapping[Path, bytes | None]


@dataclass(frozen=True, slots=True)
class RestoreChange(FilesChange):
    """notes: what the administrator should know, one sentence each."""

    notes: tuple[str, ...] = ()

    def actions(self) -> list[tuple[Path, str]]:
        """What happens to each file of the set: ``keep``, ``create``, ``remove`` or ``replace``."""
        return [(change.target.path, _action(change)) for change in self.targets]

    def diffs(self) -> Iterator[str]:
        return (text for change in self.targets if (text := diff_of(change)))


def restore_change(backup_set: BackupSet, settings: GvmaSettings) -> RestoreChange:
    """Reads what there is now. Raises BackupSetError (the set is damaged) or UnsafeTargetError."""
    sets = BackupSets(settings.backup_path)
    sets.verify(backup_set, settings)
    changes, notes = [], []
    for saved in backup_set.files:
        if saved.existed and _is_pin_file(saved.path) and not saved.path.parent.is_dir():
            notes.append(f"{saved.path} is left out: the folder of its mailbox is gone.")
            continue
        change, note = _file_change(saved, sets.content(backup_set, saved), settings)
        changes.append(change)
        notes += [note] if note else []
    notes = [*_notes(backup_set, changes), *notes]
    driver = next((one for one in DRIVERS if any(change.module == one.module for change in changes)), CHAN_SIP)
    old = {Path(os.path.abspath(change.target.path)): change.target.old for change in changes}
    new = {Path(os.path.abspath(change.target.path)): change.new for change in changes}
    return RestoreChange(
        targets=tuple(changes),
        after=partial(_expected, settings, driver, new, old),
        before=partial(_expected, settings, driver, old, new),
        notes=tuple(notes),
    )


def _notes(backup_set: BackupSet, changes: list[FileChange]) -> Iterator[str]:
    manifest = backup_set.manifest
    if manifest is not None and manifest.host != socket.gethostname():
        yield f"This set was made on {manifest.host}, not here on {socket.gethostname()}."
    if any(change.module == VOICEMAIL and change.changes for change in changes):
        then = f"{backup_set.time:%Y-%m-%d %H:%M:%S} UTC"
        yield f"PINs go back to those of {then} too, also where one was changed by phone since."


def _file_change(saved: SavedFile, content: bytes | None, settings: GvmaSettings) -> tuple[FileChange, str]:
    """The change of one file, and why it is not what the set alone would say."""
    target = read_target(saved.path)
    if saved.existed:
        return file_change(target, content, saved.module, saved.rights), ""
    left = None
    if target.exists and not _is_pin_file(saved.path):
        markers = Markers(settings.asterisk_cfg_gvma_begin, settings.asterisk_cfg_gvma_end)
        left = carry_pins(target.content, None, markers, saved.module)
    note = ""
    if left is not None:
        note = f"{saved.path} did not exist then, but holds more than gvma's block now: only the block is taken out."
    return file_change(target, left, saved.module), note


def _action(change: FileChange) -> str:
    if not change.changes:
        return "keep"
    if change.new is None:
        return "remove"
    return "replace" if change.target.exists else "create"


def _is_pin_file(path: Path) -> bool:
    return path.name == "secret.conf"


def _expected(settings: GvmaSettings, driver: Driver, texts: _Texts, replaced: _Texts) -> Expected:
    """What Asterisk should have by ``texts``; of ``replaced``, the subscriptions must be gone."""
    before = _reading(settings, driver, replaced).files.channel.body
    removed = frozenset(driver.read_subscriptions(before))
    return expected_of_files(_reading(settings, driver, texts), removed=removed)


def _reading(settings: GvmaSettings, driver: Driver, texts: _Texts) -> FilesReading:
    files = targets(settings, driver).map(partial(_block_file, settings=settings, texts=texts))
    return FilesReading(settings, driver, files, generated_at="")


def _block_file(target: Target, *, settings: GvmaSettings, texts: _Texts) -> BlockFile:
    path = Path(os.path.abspath(target.path))
    text = texts[path] if path in texts else read_target(target.path).old
    read = partial(included_files, settings.asterisk_cfg_path)
    try:
        return block_file(target, text, settings, read)
    except UnsafeTargetError:  # an earlier state is brought back as it was, its markers too
        return BlockFile(target, text, None, read_site(target, text or b"", read))
