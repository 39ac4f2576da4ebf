"""Asterisk's files read safely: with the rights of whoever owns their folder, and when nobody is writing them.

It knows nothing of what the files say. Symbolic links stay: what they point to is read and replaced.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gvma.errors import UnsafeTargetError
from gvma.looks import note, note_unrepeatable
from gvma.printable import shown_without
from gvma.settings.ownership import group_name, user_name
from gvma.storage import disk
from gvma.storage.advice import advice
from gvma.storage.asterisk.folders import Folder, Place, find
from gvma.storage.atomic import Rights

ASTERISK_HEADER = b";!"
"""What Asterisk's own rewriting puts at the start of a file (main/config.c, gen_header)."""

_QUIET_SECONDS = 0.1
_ASTERISK_QUIET_SECONDS = 1.0
_UNFINISHED_SECONDS = 5.0
_LONGEST_WAIT = 30.0
_LONGEST_STEP = 0.5
"""From one look to the next; what took longer was no waiting of ours."""
_DEFAULT_MODE = 0o640
_LEFT = "Nothing was changed."


class TargetFile(NamedTuple):
    """A target file as it was read.

    path: as the settings name it. place: the name behind its symbolic links, in its folder. content: empty
    where it is missing. rights: those of the file, or those that it gets where it is missing.
    notes: what the user should know, one sentence each (it is created; it has hard links).
    """

    path: Path
    place: Place
    content: bytes
    exists: bool
    rights: Rights
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return shown_without(self, "content")

    @property
    def real_path(self) -> Path:
        """Without symbolic links."""
        return self.place.path

    @property
    def old(self) -> bytes | None:
        """Its content, None where it is missing."""
        return self.content if self.exists else None


def read_target(path: Path, *, complete: Callable[[bytes], bool] | None = None) -> TargetFile:
    """The file at ``path``, read when nobody was writing it.

    complete: says of a content whether it looks whole; where not, and the file was changed a moment ago,
    its writer (Asterisk truncates and writes in place) is given some seconds to end.
    Raises UnsafeTargetError: no regular file, unreadable, too large, its folder is missing, its owner could not
    be kept, or it is being written without an end.
    """
    try:
        file = _read_target(path, complete)
    except UnsafeTargetError:
        note_unrepeatable()
        raise
    note("target", (str(path),), file.real_path, file.exists, file.content, file.rights, *file.notes)
    return file


def _read_target(path: Path, complete: Callable[[bytes], bool] | None) -> TargetFile:
    place, descriptor = _opened(path)
    if descriptor is None:
        try:
            rights = _rights_of_siblings(place.folder)
        except OSError as error:
            raise unsafe(path, error) from error
        note = f"{path} is missing and will be created, mode {rights.mode:04o}."
        return TargetFile(path, place, b"", False, rights, (note,))
    try:
        content = read_when_quiet(descriptor, place.path, complete)
        status = os.fstat(descriptor)
    except OSError as error:
        raise unsafe(path, error) from error
    finally:
        os.close(descriptor)
    notes: tuple[str, ...] = ()
    if status.st_nlink > 1:
        notes = (f"{path} has {status.st_nlink - 1} further hard link(s); they keep the old content.",)
    return TargetFile(path, place, content, True, Rights.of(status), notes)


def refuse_unsafe(path: Path) -> None:
    """Raises UnsafeTargetError where ``read_target`` would at once."""
    _, descriptor = _opened(path)
    if descriptor is not None:
        os.close(descriptor)


def _opened(path: Path) -> tuple[Place, int | None]:
    """Where a target is, and its descriptor; None where it is missing."""
    try:
        place = find(path)
    except FileNotFoundError as error:
        raise unsafe(path, error, "its folder is missing") from error
    except OSError as error:
        raise unsafe(path, error) from error
    try:
        status = place.folder.status(place.name)
        if status is not None:
            _refuse_an_owner_that_is_lost(path, place.folder, status)
        return place, place.folder.open_to_read(place.name)
    except FileNotFoundError:
        return place, None
    except OSError as error:
        raise unsafe(path, error) from error


def read_content(path: Path) -> bytes | None:
    """What the file at ``path`` holds at this moment, for reading only; None where it is missing.

    Raises OSError or UnsafeTargetError, as for a target, but a file of any owner may be read.
    """
    try:
        place = find(path)
        descriptor = place.folder.open_to_read(place.name)
    except FileNotFoundError:
        return None
    try:
        return disk.read(descriptor, path)
    finally:
        os.close(descriptor)


def read_present(path: Path) -> bytes | None:
    """As ``read_content``, with every failure an UnsafeTargetError."""
    try:
        return read_content(path)
    except OSError as error:
        raise unsafe(path, error) from error


def read_when_quiet(descriptor: int, path: Path, complete: Callable[[bytes], bool] | None = None) -> bytes:
    """The content of an open file once it has not changed for a moment.

    A file that Asterisk is rewriting (it begins with Asterisk's header, or is empty still) has to rest longer,
    one that does not look complete longest; after that it is taken as it is. A content that stays the same
    while its file is touched again and again rests too. A moment in which the whole host stopped counts little: the
    writer could not go on either. Raises UnfitFile where it never rests.
    """
    seen, rested, waited, last = None, 0.0, 0.0, time.monotonic()
    while True:
        before = os.fstat(descriptor)
        content = disk.read(descriptor, path)
        after = os.fstat(descriptor)
        rest = _rest(content, complete)
        now = time.monotonic()
        passed, last = min(now - last, _LONGEST_STEP), now
        waited += passed
        if content == seen:
            rested += passed
        else:
            unchanged = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
            seen, rested = content, abs(time.time_ns() - after.st_mtime_ns) / 1e9 if unchanged else 0.0
        if rested >= rest:
            return content
        if waited >= _LONGEST_WAIT:
            said = f"gave up after {_LONGEST_WAIT:g} s: another process keeps writing it"
            raise disk.UnfitFile(errno.ETIMEDOUT, said, str(path))
        time.sleep(min(_QUIET_SECONDS, max(rest - rested, 0.001)))


def _rest(content: bytes, complete: Callable[[bytes], bool] | None) -> float:
    """Seconds for which such a content must not change before it is taken."""
    if complete is not None and not complete(content):
        return _UNFINISHED_SECONDS
    if not content or content.startswith(ASTERISK_HEADER):
        return _ASTERISK_QUIET_SECONDS
    return _QUIET_SECONDS


def unsafe(path: Path, error: OSError, what: str = "") -> UnsafeTargetError:
    """The user's error for a target file that could not be read or written."""
    reason = error.strerror or str(error)
    real = os.path.realpath(path)
    link = "" if real == os.path.abspath(path) else f"It is a link to {real}. "
    return UnsafeTargetError(
        what or (reason if isinstance(error, disk.UnfitFile) else f"it cannot be read or replaced: {reason}"),
        where=str(path),
        hint=f"{_LEFT} {link}{advice(error)}",
    )


def _refuse_an_owner_that_is_lost(path: Path, folder: Folder, status: os.stat_result) -> None:
    owner = folder.identity
    if owner is None or owner.may_keep(status.st_uid, status.st_gid):
        return
    raise UnsafeTargetError(
        f"it belongs to {user_name(status.st_uid)}:{group_name(status.st_gid)}, which {owner.name}, whose folder it "
        "lies in, could not give to the new file",
        where=str(path),
        hint=f"{_LEFT} gvma never works as root in a folder that another user owns. Give the file to that user "
        f"(`chown {owner.name}:{group_name(owner.gid)} {path}`), or the folder to root, where every file keeps its "
        "owner; then run the command again.",
    )


def _rights_of_siblings(folder: Folder) -> Rights:
    """What most ``.conf`` files in the folder have; without one, ours (or its owner's) and 0640."""
    found: dict[Rights, int] = {}
    for name in folder.names():
        status = folder.status(name) if name.endswith(".conf") else None
        if status is not None and stat.S_ISREG(status.st_mode):
            rights = Rights.of(status)
            found[rights] = found.get(rights, 0) + 1
    like = max(found, key=lambda rights: found[rights], default=None)
    uid, gid, groups = os.geteuid(), os.getegid(), os.getgroups()
    if folder.identity is not None:
        uid, gid, groups = folder.identity.uid, folder.identity.gid, list(folder.identity.groups)
    if like is None:
        return Rights(uid, gid, _DEFAULT_MODE)
    mode = like.mode & 0o666
    if uid == 0:
        return Rights(like.uid, like.gid, mode)
    return Rights(uid, like.gid if like.gid in {gid, *groups} else gid, mode)
