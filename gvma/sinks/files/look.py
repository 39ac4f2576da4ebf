"""The three files for somebody who only looks: what a write needs is not imported here."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from gvma.asterisk.conf.model import Setting
from gvma.asterisk.drivers import Driver, other_than
from gvma.asterisk.drivers.base import Known
from gvma.asterisk.entries import GvmaWarning
from gvma.asterisk.managed_block.markers import has_marker
from gvma.asterisk.modules import VOICEMAIL
from gvma.errors import UnsafeTargetError
from gvma.settings.model import GvmaSettings
from gvma.sinks.files.block_file import BlockFile, block_file, markers_of
from gvma.sinks.files.lost_markers import LastSync, adopted_text, with_new_markers
from gvma.sinks.files.present.reading import FilesReading
from gvma.sinks.files.present.sipserver import SipServerSeen, see
from gvma.sinks.files.present.unread_includes import unread_includes
from gvma.sinks.files.targets import Target, Targets, targets
from gvma.storage.asterisk.conf_files import content, included_files
from gvma.storage.asterisk.files import TargetFile, read_target
from gvma.storage.state import records
from gvma.storage.state.pause import Pause, read_pause

_NAMED = 5


class FilesLook:
    """voicemail.conf, the channel driver's file and extensions.conf, and what earlier runs left of them.

    addresses: of the settings' hosts; None where nothing is planned. known: what Asterisk says of the senders that it
    knows; None where it was not asked. driver_reason: a sentence why this channel driver was chosen.
    """

    def __init__(
        self,
        settings: GvmaSettings,
        driver: Driver,
        *,
        addresses: Mapping[str, Collection[str]] | None = None,
        known: Known | None = None,
        driver_reason: str = "",
    ) -> None:
        self.driver = driver
        self.driver_reason = driver_reason
        self.known = known
        self._addresses = addresses
        self._settings = settings
        self._targets = targets(settings, driver)
        other = other_than(driver)
        self._other_target = Target(other.path(settings), other.module, other.own_lines)
        self._read: Targets[TargetFile] | None = None
        self._read_other: TargetFile | None = None

    def paused(self) -> Pause | None:
        return read_pause(self._settings.backup_path)

    def left(self) -> records.Left:
        return records.read_left(self._settings.backup_path)

    def marks_left(self) -> dict[str, str | None]:
        return records.read_marks(self._settings.backup_path)

    def read(self) -> FilesReading:
        left = self.left()
        last = LastSync.of(left)
        files = self._targets.map(partial(self._read_target, last=last, seen_before=bool(left.pins)))
        pairs = Targets(
            voicemail=self._block_file(self._targets.voicemail, files.voicemail, last),
            channel=self._block_file(self._targets.channel, files.channel, last),
            dialplan=self._block_file(self._targets.dialplan, files.dialplan, last),
        )
        self._read = files
        warnings = [GvmaWarning("target-file", note, str(file.path)) for file in files for note in file.notes]
        warnings += [_adopted(file) for file in pairs if file.adopted]
        warnings += [one for file in pairs for one in _below([*file.below])]
        warnings += unread_includes((file.site for file in pairs), self._settings.asterisk_cfg_path)
        other = self._other(warnings, last)
        generated_at = time.strftime("%a %b %d %H:%M:%S %Y")
        seen = SipServerSeen()
        if self._addresses is not None:
            seen = see(self._settings, self.driver, pairs.channel, self._addresses, self.known)
        return FilesReading(self._settings, self.driver, pairs, generated_at, tuple(warnings), other, seen)

    def _read_target(self, target: Target, last: LastSync, *, seen_before: bool) -> TargetFile:
        """seen_before: a block was there at the last sync, so a voicemail.conf without one, written a moment ago, may
        be one that Asterisk has not finished."""
        pairs = (markers_of(self._settings), *last.markers)

        def has_block(content: bytes) -> bool:
            return any(has_marker(content, begin) and has_marker(content, end) for begin, end in pairs)

        may_be_unfinished = seen_before and target.module == VOICEMAIL
        return read_target(target.path, complete=has_block if may_be_unfinished else None)

    def _other(self, warnings: list[GvmaWarning], last: LastSync) -> BlockFile | None:
        """The file of the other channel driver, where our block is in it: the driver has changed since."""
        self._read_other = None
        path, pairs = self._other_target.path, (markers_of(self._settings), *last.markers)
        text = content(path) or b"" if path != self._targets.channel.path else b""
        if not any(has_marker(text, begin) for begin, _ in pairs):
            return None
        try:
            file = read_target(path)
            found = self._block_file(self._other_target, file, LastSync(markers=last.markers))
        except UnsafeTargetError as error:
            reason = f"the block of the other channel driver stays: {error.message}"
            warnings.append(GvmaWarning("other-block", reason, str(path)))
            return None
        if found.block is not None:
            self._read_other = file
            return found
        return None

    def _block_file(self, target: Target, file: TargetFile, last: LastSync) -> BlockFile:
        markers = markers_of(self._settings)
        renamed = with_new_markers(target, file.old, markers, last)
        adopted = adopted_text(target, file.old, markers, last) if renamed is None else None
        text = next((one for one in (renamed, adopted) if one is not None), file.old)
        found = block_file(target, text, self._settings, partial(included_files, self._settings.asterisk_cfg_path))
        return found._replace(adopted=adopted is not None, has_new_markers=renamed is not None)


def _adopted(file: BlockFile) -> GvmaWarning:
    message = (
        "another program has rewritten it without its comments, and so without gvma's markers; gvma's lines are taken "
        "into a new block in their place, with their PINs"
    )
    return GvmaWarning("block-adopted", message, str(file.target.path))


def _below(found: Sequence[Setting]) -> Iterator[GvmaWarning]:
    """One for each line, up to some: whoever may write the file could fill the log with them."""
    for line in found[:_NAMED]:
        message = (
            "it stands below gvma's end marker without a section of its own, so Asterisk reads it in "
            f"[{line.section}]: give it a section of its own, or move it above the begin marker"
        )
        yield GvmaWarning("lines-below-block", message, line.where)
    if more := found[_NAMED:]:
        others = len(more) - 1
        lines = {0: "it stands", 1: "it and 1 more line stand"}.get(others, f"it and {others} more lines stand")
        message = f"{lines} below gvma's end marker as well"
        yield GvmaWarning("lines-below-block", message, more[0].where)
