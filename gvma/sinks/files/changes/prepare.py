"""What a plan makes of the three files: their new contents, and what Asterisk should have afterwards.

It reads the spool where a first PIN is set again; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from gvma.ami.verify import Expected
from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.managed_block.block import body_of, find_block
from gvma.asterisk.managed_block.mark import mark_of
from gvma.asterisk.modules import VOICEMAIL
from gvma.backups.diff import masked_diff
from gvma.errors import UnsafeTargetError
from gvma.plan.counts import Counts
from gvma.plan.model import Plan
from gvma.sinks.files.atomic.carry_pins import own_lines_of
from gvma.sinks.files.atomic.change import FileChange, file_change
from gvma.sinks.files.block_file import BlockFile, Markers, markers_of
from gvma.sinks.files.changes.conflicts import conflicts, unknown_zones
from gvma.sinks.files.changes.expected import expected_of_files, expected_of_plan
from gvma.sinks.files.changes.left_messages import left_messages
from gvma.sinks.files.present.reading import FilesReading
from gvma.sinks.files.spool import stale_pins
from gvma.sinks.files.targets import Targets
from gvma.storage.asterisk.files import TargetFile


@dataclass(frozen=True, slots=True)
class FilesChange:
    """New contents of files. targets: all of them, changed or not, so that a backup set is one whole state.

    other: the file of the other channel driver, where our block goes. secrets: ``secret.conf`` files. after, before:
    what Asterisk should have with the new files, and once the old ones are back in place. remarks: what happens to
    each file that changes, for a reader. markers: of the blocks in the files. made: the marks of the bodies that were
    made for them, by the files' names; to find a block in megabytes takes as long as to mark it.
    notes: what else the administrator should know, one sentence each.
    """

    targets: tuple[FileChange, ...]
    markers: Markers
    other: tuple[FileChange, ...] = ()
    secrets: tuple[FileChange, ...] = ()
    after: Callable[[], Expected] = field(default=Expected, repr=False)
    before: Callable[[], Expected] = field(default=Expected, repr=False)
    counts: Counts = field(default_factory=Counts)
    warnings: tuple[GvmaWarning, ...] = ()
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    made: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> tuple[FileChange, ...]:
        return (*self.targets, *self.other, *self.secrets)

    @property
    def is_empty(self) -> bool:
        return not any(change.changes for change in self.all)

    @property
    def reloads(self) -> tuple[str, ...]:
        return tuple(sorted({change.module for change in self.all if change.changes}))

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(sorted({change.module for change in self.targets}))

    @property
    def files(self) -> Mapping[Path, bool]:
        return {change.target.path: change.changes for change in (*self.targets, *self.other)}

    @property
    def tables(self) -> Mapping[str, Counts]:
        return {}

    def marks(self) -> dict[str, str | None]:
        by_name = {change.target.path.name: change for change in self.targets}
        return {name: self.made.get(name) or _mark(change, self.markers) for name, change in by_name.items()}

    def diffs(self) -> Iterator[str]:
        for change in (*self.targets, *self.other):
            if change.changes:
                yield diff_of(change)


def _mark(change: FileChange, markers: Markers) -> str | None:
    """Of the block that the file will have; None where it will have none, or markers that cannot be trusted."""
    text = change.new or b""
    try:
        block = find_block(text, *markers, own_lines_of(change.module))
    except UnsafeTargetError:  # an earlier state is brought back as it was, its markers too
        return None
    return None if block is None else mark_of(body_of(text, block), has_pins=change.module == VOICEMAIL)


def diff_of(change: FileChange) -> str:
    """The unified diff of one file, PINs and secrets masked; empty where no byte changes."""
    old, new = change.target.content, change.new or b""
    return masked_diff(str(change.target.path), old, new, voicemail=change.module == VOICEMAIL)


def prepare(
    reading: FilesReading,
    plan: Plan,
    targets: Targets[TargetFile],
    other: TargetFile | None = None,
    *,
    pins_of_rows: Mapping[str, str] = MappingProxyType({}),
) -> FilesChange:
    """targets, other: files that were read. pins_of_rows: by ``box@context``; a mailbox that is added has that PIN, if
    nobody resets it. Raises UnsafeTargetError where a ``secret.conf`` is not safe to remove."""
    if plan.unchanged:
        return replace(nothing(reading, targets), warnings=_warnings(reading, plan))
    assert not plan.is_removal, "gvma.sinks.files.changes.removing has no block left"
    spool = reading.settings.asterisk_spool_path
    stale = stale_pins(plan, reading.files.voicemail.site, spool)
    present, reset = plan.present.mailboxes, plan.pins.reset
    moved = {key: pin for key, pin in pins_of_rows.items() if key not in present and key not in reset}
    bodies = reading.bodies(
        plan.mailboxes, plan.subscriptions, plan.hints, plan.extensions, plan.endpoints, {**moved, **plan.kept_pins()}
    )
    changes, body = [], b""
    made: dict[str, str] = {}
    for file, target in pairs(reading, targets):
        body = next(bodies)
        changes.append(_with_body(file, target, body, reading.generated_at, is_pin_stale=bool(stale.files)))
        made[target.path.name] = mark_of(body, has_pins=file.target.module == VOICEMAIL)
    wanted = frozenset(one.name for one in plan.subscriptions)
    return FilesChange(
        targets=tuple(changes),
        other=tuple(_without_other_block(reading, other)),
        secrets=tuple(file_change(file, None, VOICEMAIL) for file in stale.files),
        after=partial(expected_of_plan, plan, body, reading),
        before=partial(expected_of_files, reading, removed=wanted),
        counts=plan.counts,
        warnings=(*_warnings(reading, plan), *stale.warnings, *left_messages(plan, spool, served=pins_of_rows)),
        remarks=tuple(_remark(*pair) for pair in zip(reading.files, changes, strict=True) if pair[1].changes),
        notes=(f"{other.path.name}: the block of the other channel driver is removed.",) if other is not None else (),
        markers=markers_of(reading.settings),
        made=made,
    )


def _with_body(
    file: BlockFile, target: TargetFile, body: bytes, generated_at: str, *, is_pin_stale: bool
) -> FileChange:
    """generated_at: for the date line. is_pin_stale: a ``secret.conf`` goes, so voicemail.conf has to change."""
    new = file.with_body(body)
    if file.target.module == VOICEMAIL and is_pin_stale and new == target.old:
        # Asterisk reads secret.conf again only with a voicemail.conf that has changed.
        new = file.with_body(file.redated(generated_at), anew=True)
    return file_change(target, new, file.target.module)


def _without_other_block(reading: FilesReading, other: TargetFile | None) -> Iterator[FileChange]:
    if other is not None and reading.other is not None:
        yield file_change(other, reading.other.without_block(), reading.other.target.module)


def _remark(file: BlockFile, change: FileChange) -> str:
    """Such as ``voicemail.conf: missing end marker put back``."""
    what = "created" if not change.target.exists else "rewritten"
    if file.adopted:
        what = "missing markers put back around gvma's lines"
    if file.has_new_markers:
        what = "the markers of the settings put in place of the earlier ones"
    if file.block is not None and file.block.end_lost:
        what = "missing end marker put back"
    elif file.block is not None and file.block.last_in_file:
        what = "a line put below the end marker, which Asterisk would lose otherwise"
    return f"{change.target.path.name}: {what}"


def nothing(reading: FilesReading, targets: Targets[TargetFile]) -> FilesChange:
    """The change that leaves every file as it is."""
    changes = [file_change(target, target.old, file.target.module) for file, target in pairs(reading, targets)]
    as_it_is = partial(expected_of_files, reading)
    return FilesChange(tuple(changes), markers_of(reading.settings), after=as_it_is, before=as_it_is)


def pairs(reading: FilesReading, targets: Targets[TargetFile]) -> Iterator[tuple[BlockFile, TargetFile]]:
    """Each file with its block found, and as it was read."""
    return zip(reading.files, targets, strict=True)


def _warnings(reading: FilesReading, plan: Plan) -> tuple[GvmaWarning, ...]:
    return (*conflicts(plan, reading), *unknown_zones(plan, reading))
