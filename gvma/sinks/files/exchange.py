"""One file exchanged for another while Asterisk may be rewriting it: nothing that Asterisk writes is lost.

Asterisk changes a PIN by truncating voicemail.conf in place and appending to it, entry by entry, by name.
A rename can come before, between or after these steps, so the replaced file stays open and is looked at
again: what was written into it belongs to the newest content.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from gvma.errors import UnsafeTargetError
from gvma.sinks.files.carry_pins import carry_pins
from gvma.sinks.files.journal import JournalFile, Markers
from gvma.storage import disk
from gvma.storage.digest import Digest
from gvma.storage.files import Rights, read_when_quiet, stage

_ATTEMPTS = 20


class Moved(Exception):
    """The file does not hold what it was believed to hold; nothing was replaced."""


def read_now(path: Path) -> bytes | None:
    """What the file holds at this moment, None where there is none. Raises OSError."""
    return _read(path, disk.read)


def read_settled(path: Path, complete: Callable[[bytes], bool]) -> bytes | None:
    """What the file holds when nobody is writing it, None where there is none. Raises OSError."""
    return _read(path, lambda descriptor, path: read_when_quiet(descriptor, path, complete))


def _read(path: Path, read: Callable[[int, Path], bytes]) -> bytes | None:
    try:
        descriptor = disk.open_to_read(path)
    except FileNotFoundError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file any more", str(path))
        return read(descriptor, path)
    finally:
        os.close(descriptor)


def rights_at(path: Path) -> Rights:
    status = path.stat()
    return Rights(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))


def exchange(path: Path, expected: bytes | None, source: Path | None) -> int | None:
    """``source`` takes the place of ``path`` if that holds ``expected``; the names are on the disk then.

    None stands for no file. Returns the replaced file, still open, None where there was none.
    Raises Moved, OSError.
    """
    if expected is None:
        if source is not None:
            _appear(source, path)
        return None
    try:
        descriptor = disk.open_to_read(path)
    except FileNotFoundError as error:
        raise Moved from error
    try:
        if disk.read(descriptor, path) != expected or not _is_still_there(descriptor, path):
            raise Moved
        if source is None:
            disk.unlink(path)
        else:
            disk.rename(source, path)
        disk.fsync_folder(path.parent)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_still_there(descriptor: int, path: Path) -> bool:
    """An editor saves by a rename of its own; what it put in place is nowhere in the file that was read."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _appear(source: Path, path: Path) -> None:
    """As a rename, but it never replaces a file that has come into being meanwhile."""
    try:
        disk.link(source, path)
    except FileExistsError as error:
        raise Moved from error
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
            raise
        disk.rename(source, path)  # a file system without hard links
    else:
        disk.unlink(source)
    disk.fsync_folder(path.parent)


def late_writing(file: JournalFile, replaced: int, before: bytes | None, after: bytes | None) -> bytes | None:
    """The newest content, where somebody wrote into the replaced file; None where nobody did.

    before: what the replaced file held. after: what took its place. What its writer went on to append by
    name stands behind ``after``.
    """
    if disk.read(replaced, file.path) == before:
        return None
    return together(replaced, file, after)


def together(replaced: int, file: JournalFile, after: bytes | None) -> bytes:
    """What was written into the replaced file, and what its writer went on to append by name."""

    def with_rest(content: bytes) -> bytes:
        now = read_now(file.path)
        if now is None or now == after:
            return content
        if after is None or now.startswith(after):
            return content + now[len(after or b"") :]
        return now

    content = read_when_quiet(replaced, file.path, lambda content: file.is_complete(with_rest(content)))
    read_settled(file.path, lambda _: True)
    return with_rest(content)


def install(file: JournalFile, content: bytes, rights: Rights) -> None:
    """Puts ``content`` in the file's place whatever it holds now: only for a content newer than that."""
    disk.unlink(file.merged)
    like = file.path if file.path.exists() else None
    stage(file.merged, content, rights, like=like)
    disk.rename(file.merged, file.path)
    disk.fsync_folder(file.path.parent)


def ensure_content(file: JournalFile, wanted: bytes | None, ready: Path, rights: Rights, markers: Markers) -> None:
    """The file holds ``wanted`` when it returns, with what Asterisk changed meanwhile carried over.

    ready: where ``wanted`` may lie as a file beside it. Calling it again changes nothing.
    Raises UnsafeTargetError, OSError.
    """
    for _ in range(_ATTEMPTS):
        now = read_now(file.path)
        if now is None or _known(file, now):
            aim = wanted
        else:
            now = read_settled(file.path, file.is_complete)
            aim = wanted if now is None else _carried(file, now, wanted, markers)
        if aim == now and (now is None or rights_at(file.path) == rights):
            return
        try:
            replaced = exchange(file.path, now, _source(file, aim, ready, rights))
        except Moved:
            continue
        if replaced is None:
            return
        try:
            newer = late_writing(file, replaced, now, aim)
        finally:
            os.close(replaced)
        if newer is None:
            return
        install(file, newer, rights)
    raise UnsafeTargetError(
        f"gave up after {_ATTEMPTS} attempts: another process keeps rewriting it",
        where=str(file.path),
        hint="The next run finishes this change. Stop what writes the file, then run `gvma sync`.",
    )


def _known(file: JournalFile, content: bytes) -> bool:
    return any(digest is not None and digest.matches(content) for digest in (file.old, file.new))


def _carried(file: JournalFile, now: bytes, wanted: bytes | None, markers: Markers) -> bytes | None:
    try:
        return carry_pins(now, wanted, markers, file.module)
    except UnsafeTargetError as error:
        raise UnsafeTargetError(
            error.message,
            where=str(file.path),
            hint="An interrupted run waits to be ended, and this file was edited since. Mend it, then run "
            "the command again.",
        ) from error


def _source(file: JournalFile, aim: bytes | None, ready: Path, rights: Rights) -> Path | None:
    """A file beside the target that holds ``aim``, None for no file."""
    if aim is None:
        return None
    if ready.exists() and Digest.of(aim).matches(read_now(ready)) and rights_at(ready) == rights:
        return ready
    disk.unlink(file.merged)
    like = next((path for path in (file.path, file.kept) if path.exists()), None)
    stage(file.merged, aim, rights, like=like)
    return file.merged
