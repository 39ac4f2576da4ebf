"""All of ours taken out of the files: what the site has in them is left, byte for byte.

It reads the first backup set, which tells whether a blank line below the end marker is the site's or ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from gvma.ami.verify import Expected
from gvma.asterisk import dialplan
from gvma.asterisk.managed_block.block import find_block, stands_between
from gvma.asterisk.site import sections_defined
from gvma.backups.sets import BackupSets
from gvma.errors import BackupSetError, UnsafeTargetError
from gvma.plan.model import Plan
from gvma.printable import shown_without
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.atomic.change import FileChange, file_change
from gvma.sinks.files.block_file import BlockFile, Markers, markers_of
from gvma.sinks.files.changes.expected import expected_of_files
from gvma.sinks.files.changes.left_messages import left_messages
from gvma.sinks.files.changes.prepare import FilesChange, pairs
from gvma.sinks.files.changes.served_by_rows import served_by_rows
from gvma.sinks.files.present.reading import FilesReading
from gvma.sinks.files.targets import Targets
from gvma.storage.asterisk.files import TargetFile
from gvma.storage.state.records import read_left


class _First(NamedTuple):
    """texts: by path the files as they were before gvma's first change; empty where no set tells it. markers: those
    that the settings have named at a sync since then."""

    texts: Mapping[str, bytes]
    markers: tuple[Markers, ...]

    def __repr__(self) -> str:
        return shown_without(self, "texts")


class RemovalChange(FilesChange):
    """Files without our blocks. No module is needed for that: one that is not loaded has nothing of ours."""

    @property
    def needed(self) -> tuple[str, ...]:
        return ()


def removal(
    reading: FilesReading,
    plan: Plan,
    targets: Targets[TargetFile],
    other: TargetFile | None = None,
    *,
    pins_of_rows: Mapping[str, str] = MappingProxyType({}),
) -> RemovalChange:
    """plan: one that wants nothing. targets, other: files that were read. pins_of_rows: by ``box@context``, of a
    database that serves these mailboxes from now on.

    A file that is empty without our block stays, since Asterisk keeps what it has read of one that is missing.
    """
    first = _first(reading.settings)
    changes, remarks = [], []
    for file, target in pairs(reading, targets):
        change = file_change(target, _without_block(file, target, first), file.target.module)
        changes.append(change)
        if change.changes:
            remarks.append(f"{target.path.name}: block removed")
    return RemovalChange(
        targets=tuple(changes),
        markers=markers_of(reading.settings),
        other=tuple(_other(reading, other, first)),
        after=partial(_expected, plan, reading),
        before=partial(expected_of_files, reading),
        counts=plan.counts,
        warnings=(
            *left_messages(plan, reading.settings.asterisk_spool_path, served=pins_of_rows),
            *served_by_rows(plan.present, pins_of_rows),
        ),
        remarks=tuple(remarks),
        notes=(f"{other.path.name}: the block of the other channel driver is removed.",) if other is not None else (),
    )


def _other(reading: FilesReading, other: TargetFile | None, first: _First) -> Iterator[FileChange]:
    if other is not None and reading.other is not None:
        yield file_change(other, _without_block(reading.other, other, first), reading.other.target.module)


def _without_block(file: BlockFile, target: TargetFile, first: _First) -> bytes | None:
    if file.block is None:
        return target.old
    text = first.texts.get(str(file.target.path))
    return file.as_site_has_it(blank_line_is_ours=not _had_line_below(file, text, first.markers))


def _had_line_below(file: BlockFile, first: bytes | None, earlier: Iterable[Markers]) -> bool:
    """Whether the file had a block with a line below it before gvma wrote there. earlier: markers that the settings
    have named since then."""
    text = first or b""
    markers = next((pair for pair in (file.markers, *earlier) if stands_between(text, *pair)), file.markers)
    try:
        block = find_block(text, *markers, file.target.own_lines)
    except UnsafeTargetError:
        return False
    return block is not None and not block.last_in_file


def _first(settings: GvmaSettings) -> _First:
    sets = BackupSets(settings.backup_path)
    try:
        first = next((one for one in sets.all() if one.first), None)
        texts = {str(file.path): sets.content(first, file) for file in first.files} if first is not None else {}
        markers = read_left(settings.backup_path).markers()
    except BackupSetError:
        return _First({}, ())
    return _First({path: text for path, text in texts.items() if text is not None}, markers)


def _expected(plan: Plan, reading: FilesReading) -> Expected:
    """Nothing of ours is left. A context that the site defines too is the site's."""
    defined = sections_defined(reading.files.dialplan.site)
    contexts = dialplan.patterns(reading.files.dialplan.body)
    return Expected(
        channel=reading.driver.module,
        site=plan.present.site,
        removed=frozenset(plan.present.subscriptions),
        removed_from_other=reading.left_in_other,
        removed_extensions={name: found for name, found in contexts.items() if name not in defined},
    )
