"""One file exchanged for another while others may be writing it: nothing that they write is lost.

Asterisk changes a PIN by truncating voicemail.conf in place and appending to it, entry by entry, by name.
A rename can come before, between or after these steps, so the replaced file stays open and is looked at
again: what was written into it belongs to the newest content. An editor saves by a rename of its own: where
the kernel lets two names change places, what comes out is looked at, and goes back if it is the editor's.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from gvma.errors import UnsafeTargetError
from gvma.sinks.files.atomic.carry_pins import carry_pins
from gvma.sinks.files.atomic.journal import JournalFile, Markers
from gvma.storage import disk
from gvma.storage.asterisk.files import read_when_quiet
from gvma.storage.asterisk.folders import Folder
from gvma.storage.atomic import Rights
from gvma.storage.digest import Digest

_ATTEMPTS = 10
_NO_EXCHANGE = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


class Moved(Exception):
    """The file does not hold what it was believed to hold; nothing was replaced."""


def read_now(folder: Folder, name: str) -> bytes | None:
    """What the file holds at this moment, None where there is none. Raises OSError."""
    return _read(folder, name, disk.read)


def read_settled(folder: Folder, name: str, complete: Callable[[bytes], bool]) -> bytes | None:
    """What the file holds when nobody is writing it, None where there is none. Raises OSError."""
    return _read(folder, name, lambda descriptor, path: read_when_quiet(descriptor, path, complete))


def _read(folder: Folder, name: str, read: Callable[[int, Path], bytes]) -> bytes | None:
    try:
        descriptor = folder.open_to_read(name)
    except FileNotFoundError:
        return None
    try:
        return read(descriptor, folder.path / name)
    finally:
        os.close(descriptor)


def rights_at(folder: Folder, name: str) -> Rights | None:
    """Of the file, None where there is none; a symbolic link is none."""
    status = folder.status(name)
    return Rights.of(status) if status is not None and stat.S_ISREG(status.st_mode) else None


def exchange(folder: Folder, name: str, expected: bytes | None, source: str, aside: str) -> int | None:
    """``source`` takes the place of ``name`` if that holds ``expected``; the names are on the disk then.

    expected: None for no file. source: empty where the file goes. aside: the name under which it does so.
    Returns the replaced file, still open, None where there was none. Raises Moved, OSError.
    """
    if expected is None:
        if source:
            _appear(folder, source, name)
            folder.fsync()
        return None
    try:
        descriptor = folder.open_to_read(name)
    except FileNotFoundError as error:
        raise Moved from error
    try:
        if disk.read(descriptor, folder.path / name) != expected:
            raise Moved
        if source:
            _change_places(folder, source, name, descriptor)
        else:
            _go_aside(folder, name, aside, descriptor)
        folder.fsync()
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _change_places(folder: Folder, source: str, name: str, known: int) -> None:
    """The new file and the known one change places; another file that is found there goes back."""
    if not _is_there(folder, name, known):
        raise Moved
    ours = folder.status(source)
    try:
        folder.exchange(source, name)
    except FileNotFoundError as error:
        raise Moved from error
    except OSError as error:
        if error.errno not in _NO_EXCHANGE:
            raise
        folder.rename(source, name)
        return
    if _is_there(folder, source, known):
        return
    seen = [ours]
    while (out := folder.status(source)) is not None and not any(one and os.path.samestat(out, one) for one in seen):
        seen.append(out)
        folder.exchange(source, name)
    folder.fsync()
    raise Moved


def _go_aside(folder: Folder, name: str, aside: str, known: int) -> None:
    """The known file is gone; another file that is found there goes back."""
    if not _is_there(folder, name, known):
        raise Moved
    folder.unlink(aside)  # of two names for one file, neither takes the other's place
    folder.rename(name, aside)
    if _is_there(folder, aside, known):
        folder.unlink(aside)
        return
    _appear(folder, aside, name)
    folder.fsync()
    raise Moved


def _is_there(folder: Folder, name: str, known: int) -> bool:
    status = folder.status(name)
    return status is not None and os.path.samestat(os.fstat(known), status)


def _appear(folder: Folder, source: str, name: str) -> None:
    """As a rename, but it never replaces a file that has come into being meanwhile."""
    try:
        folder.link(source, name)
    except FileExistsError as error:
        raise Moved from error
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
            raise
        folder.rename(source, name)  # a file system without hard links
    else:
        folder.unlink(source)


def late_writing(
    folder: Folder, file: JournalFile, replaced: int, before: bytes | None, after: bytes | None
) -> bytes | None:
    """The newest content, where somebody wrote into the replaced file; None where nobody did.

    before: what the replaced file had. after: what took its place. What its writer went on to append by
    name stands behind ``after``.
    """
    if disk.read(replaced, file.path) == before:
        return None
    return together(folder, replaced, file, after)


def together(folder: Folder, replaced: int, file: JournalFile, after: bytes | None) -> bytes:
    """What was written into the replaced file, and what its writer went on to append by name."""

    def with_rest(content: bytes) -> bytes:
        now = read_now(folder, file.name)
        if now is None or now == after:
            return content
        if after is None or now.startswith(after):
            return content + now[len(after or b"") :]
        return now

    content = read_when_quiet(replaced, file.path, lambda content: file.is_complete(with_rest(content)))
    read_settled(folder, file.name, lambda _: True)
    return with_rest(content)


def install(folder: Folder, file: JournalFile, content: bytes) -> None:
    """Puts ``content`` in the file's place whatever it holds now: only for a content newer than that.

    It gets the rights of the file there, else those of the old one.
    """
    rights = rights_at(folder, file.name)
    folder.unlink(file.merged)
    folder.stage(file.merged, content, rights or file.old_rights, like=file.name if rights else "")
    folder.rename(file.merged, file.name)
    folder.fsync()


def ensure_content(folder: Folder, file: JournalFile, wanted: bytes | None, markers: Markers, *, new: bool) -> None:
    """The file holds ``wanted`` when it returns, with what Asterisk changed meanwhile carried over.

    new: ``wanted`` is the new content and not the old one, whose rights the file gets. Calling it again
    changes nothing. Raises UnsafeTargetError, OSError.
    """
    ready, rights = (file.staged, file.new_rights) if new else (file.kept, file.old_rights)
    for _ in range(_ATTEMPTS):
        now = read_now(folder, file.name)
        if now is None or _known(file, now):
            aim = wanted
        else:
            now = read_settled(folder, file.name, file.is_complete)
            aim = wanted if now is None else _carried(file, now, wanted, markers)
        if aim == now and (now is None or rights_at(folder, file.name) == rights):
            return
        try:
            replaced = exchange(folder, file.name, now, _source(folder, file, aim, ready, rights), file.staged)
        except Moved:
            continue
        if replaced is None:
            return
        try:
            newer = late_writing(folder, file, replaced, now, aim)
        finally:
            os.close(replaced)
        if newer is None:
            return
        install(folder, file, newer)
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


def _source(folder: Folder, file: JournalFile, aim: bytes | None, ready: str, rights: Rights) -> str:
    """A file beside the target that holds ``aim``, empty for no file."""
    if aim is None:
        return ""
    if Digest.of(aim).matches(read_now(folder, ready)) and rights_at(folder, ready) == rights:
        return ready
    folder.unlink(file.merged)
    like = next((name for name in (file.name, file.kept) if folder.status(name) is not None), "")
    folder.stage(file.merged, aim, rights, like=like)
    return file.merged
