"""A backup set as a change of the files: our part of them as it was when the set was made, or every byte."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gvma.ami.verify import Expected
from gvma.asterisk.drivers import CHAN_SIP, DRIVERS, Driver
from gvma.backups.backup_set import BackupSet
from gvma.backups.manifest import SavedFile
from gvma.backups.remarks import remarks
from gvma.backups.sets import BackupSets
from gvma.errors import UnsafeTargetError
from gvma.plan.compare import counts_of, items_between
from gvma.plan.items import Item
from gvma.plan.owners import OwnerNames
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.atomic.carry_pins import own_lines_of
from gvma.sinks.files.atomic.change import FileChange, file_change
from gvma.sinks.files.block_file import BlockFile, block_file, markers_of, read_site
from gvma.sinks.files.changes.expected import expected_of_files
from gvma.sinks.files.changes.prepare import FilesChange, diff_of
from gvma.sinks.files.changes.restored_file import BlockedFile, RestoredText, RestoreOptions, restored_text
from gvma.sinks.files.lost_markers import LastSync, adopted_text, with_new_markers
from gvma.sinks.files.present.reading import FilesReading
from gvma.sinks.files.targets import Target, targets
from gvma.storage.asterisk.conf_files import included_files
from gvma.storage.asterisk.files import read_target
from gvma.storage.state import records

_Texts = Mapping[Path, bytes | None]


@dataclass(frozen=True, slots=True)
class RestoreChange(FilesChange):
    """items: what changes of ours."""

    items: tuple[Item, ...] = ()

    def actions(self) -> list[tuple[Path, str]]:
        """What happens to each file of the set: ``keep``, ``create``, ``remove`` or ``replace``."""
        return [(change.target.path, _action(change)) for change in self.targets]

    def diffs(self) -> Iterator[str]:
        return (text for change in self.targets if (text := diff_of(change)))


def restore_change(
    backup_set: BackupSet,
    settings: GvmaSettings,
    options: RestoreOptions = RestoreOptions(),  # noqa: B008
) -> RestoreChange:
    """Reads what there is now. Raises BackupSetError (the set is damaged) or UnsafeTargetError."""
    sets = BackupSets(settings.backup_path)
    sets.verify(backup_set, settings)
    restoring = _Restoring(settings, options)
    for saved in backup_set.files:
        if not _is_pin_file(saved.path):
            restoring.add(saved, sets.content(backup_set, saved))
    driver = restoring.driver()
    old, new = restoring.texts(old=True), restoring.texts(old=False)
    readings = [_reading(settings, driver, texts) for texts in (old, new)]
    before, after = (reading.present() for reading in readings)
    kept = driver.kept_over_reload(*(reading.files.channel.body for reading in readings))
    for saved in backup_set.files:
        if _is_pin_file(saved.path):
            restoring.add_pin_file(saved, sets.content(backup_set, saved), before.mailboxes)
    owners = OwnerNames(records.read_left(settings.backup_path).owners, b"")
    items = items_between(before, after, owners)
    return RestoreChange(
        targets=tuple(restoring.changes),
        after=partial(_expected, settings, driver, new, old),
        before=partial(_expected, settings, driver, old, new),
        counts=counts_of(items),
        notes=(*remarks(backup_set, pins=options.pins), *restoring.notes, *([kept] if kept else [])),
        items=tuple(items),
        markers=markers_of(settings),
    )


class _Restoring:
    """The changes of the files, one after the other."""

    def __init__(self, settings: GvmaSettings, options: RestoreOptions) -> None:
        self.changes: list[FileChange] = []
        self.notes: list[str] = []
        self._settings = settings
        self._options = options
        left = records.read_left(settings.backup_path)
        self._last_sync = LastSync.of(left)
        self._now: dict[Path, bytes | None] = {}

    def add(self, saved: SavedFile, then: bytes | None) -> None:
        """A file that our block is in."""
        target = read_target(saved.path)
        file = BlockedFile(saved.path.name, saved.module, markers_of(self._settings))
        try:
            now = self._now[target.path] = self._marked(saved, target.old)
            restored = restored_text(file, now, self._marked(saved, then), self._options)
        except UnsafeTargetError as error:
            if not self._options.whole_files:
                error.where = str(saved.path)
                raise
            restored = RestoredText(then)  # an earlier state comes back as it was, its markers too
        self.notes += restored.notes
        comes_back_whole = self._options.whole_files or not target.exists
        rights = saved.rights if saved.existed and comes_back_whole else None
        self.changes.append(file_change(target, restored.text, saved.module, rights))

    def _marked(self, saved: SavedFile, text: bytes | None) -> bytes | None:
        """With the settings' markers around our lines, where it has earlier ones or none; every byte where it is whole
        files that come back."""
        own = own_lines_of(saved.module)
        if self._options.whole_files or own is None:
            return text
        target = Target(saved.path, saved.module, own)
        for marked in (with_new_markers, adopted_text):
            found = marked(target, text, markers_of(self._settings), self._last_sync)
            if found is not None:
                return found
        return text

    def add_pin_file(self, saved: SavedFile, then: bytes | None, present: Collection[str]) -> None:
        """A ``secret.conf``: the PIN of one mailbox. present: mailboxes that exist now keep the PIN in force."""
        key = f"{saved.path.parent.name}@{saved.path.parent.parent.name}"
        if not self._options.pins and (then is None or key in present):
            return
        if then is not None and not os.path.isdir(saved.path.parent):
            self.notes.append(f"{saved.path} is left out: the folder of its mailbox is gone.")
            return
        self.changes.append(file_change(read_target(saved.path), then, saved.module, saved.rights))

    def driver(self) -> Driver:
        """The channel driver whose file the set holds."""
        modules = {change.module for change in self.changes}
        return next((driver for driver in DRIVERS if driver.module in modules), CHAN_SIP)

    def texts(self, *, old: bool) -> _Texts:
        """The contents by absolute path, as they are or as they will be."""
        return {
            Path(os.path.abspath(change.target.path)): self._old(change) if old else change.new
            for change in self.changes
        }

    def _old(self, change: FileChange) -> bytes | None:
        """As the file is, with markers where they are lost."""
        return self._now.get(change.target.path, change.target.old)


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
