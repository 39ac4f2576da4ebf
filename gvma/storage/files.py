"""Reading a target file safely, and writing files so that a reader sees the old or the new, never a part.

It knows nothing of what the files say. Symbolic links stay: what they point to is read and replaced.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gvma.errors import BackupSetError, UnsafeTargetError
from gvma.storage import disk

TEMPORARY_PREFIX = ".gvma-"
TEMPORARY_SUFFIX = ".tmp"

ASTERISK_HEADER = b";!"
"""What Asterisk's own rewriting puts at the start of a file (main/config.c, gen_header)."""

_QUIET_SECONDS = 0.1
_ASTERISK_QUIET_SECONDS = 1.0
_UNFINISHED_SECONDS = 5.0
_DEFAULT_MODE = 0o640
_LEFT = "Nothing was changed."
_UNTOUCHED = "No file of Asterisk's was changed by this."


@dataclass(frozen=True, slots=True)
class Rights:
    """Who owns a file and what its mode is."""

    uid: int
    gid: int
    mode: int


@dataclass(frozen=True, slots=True)
class TargetFile:
    """A target file as it was read.

    path: as the settings name it. real_path: behind its symbolic links. content: empty where it is missing.
    rights: those of the file, or those that it gets where it is missing.
    notes: what the user should know, one sentence each (it is created; it has hard links).
    """

    path: Path
    real_path: Path
    content: bytes = field(repr=False)
    exists: bool
    rights: Rights
    notes: tuple[str, ...] = ()

    @property
    def old(self) -> bytes | None:
        """Its content, None where it is missing."""
        return self.content if self.exists else None


def read_target(path: Path, *, complete: Callable[[bytes], bool] | None = None) -> TargetFile:
    """The file at ``path``, read when nobody was writing it.

    complete: says of a content whether it looks whole; where not, and the file was changed a moment ago,
    its writer (Asterisk truncates and writes in place) is given some seconds to end.
    Raises UnsafeTargetError: no regular file, unreadable, or its folder is missing.
    """
    real_path = _real_path(path)
    parent = real_path.parent
    try:
        descriptor = disk.open_to_read(real_path)
    except FileNotFoundError as error:
        if not parent.is_dir():
            raise unsafe(path, error, "its folder is missing") from error
        rights = _rights_of_siblings(real_path)
        note = f"{path} is missing and will be created, mode {rights.mode:04o}."
        return TargetFile(path, real_path, b"", False, rights, (note,))
    except OSError as error:
        raise unsafe(path, error) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeTargetError(
                f"it is a {_kind(status.st_mode)}, not a regular file",
                where=str(path),
                hint=f"{_LEFT} Put a regular file, or a symbolic link to one, in its place.",
            )
        content = read_when_quiet(descriptor, real_path, complete)
        status = os.fstat(descriptor)
    except OSError as error:
        raise unsafe(path, error) from error
    finally:
        os.close(descriptor)
    notes: tuple[str, ...] = ()
    if status.st_nlink > 1:
        notes = (f"{path} has {status.st_nlink - 1} further hard link(s); they keep the old content.",)
    return TargetFile(path, real_path, content, True, _rights(status), notes)


def read_when_quiet(descriptor: int, path: Path, complete: Callable[[bytes], bool] | None = None) -> bytes:
    """The content of an open file once it has not changed for a moment.

    A file that Asterisk is rewriting (it begins with Asterisk's header, or is empty still) has to rest longer,
    one that does not look complete longest; after that it is taken as it is.
    """
    while True:
        before = os.fstat(descriptor)
        content = disk.read(descriptor, path)
        after = os.fstat(descriptor)
        rest = _QUIET_SECONDS
        if not content or content.startswith(ASTERISK_HEADER):
            rest = _ASTERISK_QUIET_SECONDS
        if complete is not None and not complete(content):
            rest = _UNFINISHED_SECONDS
        age = abs(time.time_ns() - after.st_mtime_ns) / 1e9
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size) and age >= rest:
            return content
        time.sleep(min(_QUIET_SECONDS, max(rest - age, 0.001)))


def stage(path: Path, content: bytes | Iterable[bytes], rights: Rights, *, like: Path | None = None) -> None:
    """Writes a new file with its owner, mode and attributes; it is on the disk when it returns.

    content: as a whole, or in pieces. like: whose extended attributes (ACL, SELinux label) it gets. The
    content becomes visible to nobody whom the rights do not allow: they are set on the empty file.
    """
    descriptor = disk.create(path)
    try:
        status = os.fstat(descriptor)
        if (status.st_uid, status.st_gid) != (rights.uid, rights.gid):
            disk.change_owner(descriptor, rights.uid, rights.gid, path)
        if like is not None:
            _copy_attributes(like, descriptor, path)
        disk.change_mode(descriptor, rights.mode, path)
        for piece in (content,) if isinstance(content, bytes) else content:
            disk.write(descriptor, piece, path)
        disk.fsync(descriptor, path)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, content: bytes, rights: Rights) -> None:
    """A reader sees the old content or the new one, never a part; it is on the disk when it returns.

    Raises OSError; then the old file stays, and nothing lies beside it.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    try:
        stage(temporary, content, rights)
        disk.rename(temporary, path)
        disk.fsync_folder(path.parent)
    except BaseException:
        remove_quietly(temporary)
        raise


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file of gvma's own (0600) in one step. Raises BackupSetError; then the old one stays."""
    try:
        private_folder(path.parent)
        write_atomically(path, content, Rights(os.geteuid(), os.getegid(), 0o600))
    except OSError as error:
        raise not_kept(path, error) from error


def read_private(path: Path) -> bytes | None:
    """The content of a file of gvma's own, None where there is none. Raises BackupSetError."""
    try:
        descriptor = disk.open_to_read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise not_kept(path, error) from error
    try:
        return disk.read(descriptor, path)
    except OSError as error:
        raise not_kept(path, error) from error
    finally:
        os.close(descriptor)


def remove_private(path: Path) -> None:
    """Removes a file of gvma's own for good; no error where it is gone. Raises BackupSetError."""
    if not path.exists():
        return
    try:
        disk.unlink(path)
        disk.fsync_folder(path.parent)
    except OSError as error:
        raise not_kept(path, error) from error


def private_folder(path: Path) -> None:
    """Makes a folder (0700) with its parents where it is missing, and takes others' rights from it.

    Raises OSError.
    """
    if path.is_dir():
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
        return
    if not path.parent.exists():
        private_folder(path.parent)
    disk.make_folder(path)
    disk.fsync_folder(path.parent)


def remove_quietly(path: Path) -> None:
    """Removes a temporary file; what cannot be removed now, the next run's recovery removes."""
    with suppress(OSError):
        disk.unlink(path)


def unsafe(path: Path, error: OSError, what: str = "") -> UnsafeTargetError:
    """The user's error for a target file that could not be read or written."""
    return UnsafeTargetError(
        what or f"it cannot be read or replaced: {error.strerror or error}",
        where=str(path),
        hint=f"{_LEFT} {_advice(error)}",
    )


@contextmanager
def although_changed() -> Iterator[None]:
    """In here Asterisk's files are changed already, and stay so whatever fails: the error says that."""
    try:
        yield
    except BackupSetError as error:
        error.hint = error.hint.replace(_UNTOUCHED, "Asterisk's files are changed, and stay so.")
        raise


def not_kept(path: Path, error: OSError) -> BackupSetError:
    """The user's error for something under ``backup_path`` that could not be read or written."""
    return BackupSetError(
        f"what gvma keeps cannot be read or written: {error.strerror or error}",
        where=str(error.filename or path),
        hint=f"{_UNTOUCHED} {_advice(error)}",
    )


def _advice(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "Make room on the disk, then run the command again."
    if error.errno == errno.EPERM:
        return "Run the command as root or as the file's owner, whom it keeps; `lsattr` shows what nobody may change."
    if error.errno == errno.EACCES:
        return "Give this user the right to write the file and its folder, then run the command again."
    if error.errno == errno.EROFS:
        return "Mount the file system for writing, then run the command again."
    return "Put right what the message names, then run the command again."


def _real_path(path: Path) -> Path:
    try:
        return Path(os.path.realpath(path, strict=True))
    except FileNotFoundError:
        return Path(os.path.realpath(path))
    except OSError as error:
        raise unsafe(path, error) from error


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


def _rights(status: os.stat_result) -> Rights:
    return Rights(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))


def _rights_of_siblings(path: Path) -> Rights:
    """What most ``.conf`` files beside it have; without one, ours and 0640."""
    found: dict[Rights, int] = {}
    for sibling in sorted(path.parent.glob("*.conf")):
        status = sibling.lstat()
        if stat.S_ISREG(status.st_mode):
            rights = _rights(status)
            found[rights] = found.get(rights, 0) + 1
    like = max(found, key=lambda rights: found[rights], default=None)
    if like is None:
        return Rights(os.geteuid(), os.getegid(), _DEFAULT_MODE)
    mode = like.mode & 0o666
    if os.geteuid() == 0:
        return Rights(like.uid, like.gid, mode)
    gid = like.gid if like.gid in {os.getegid(), *os.getgroups()} else os.getegid()
    return Rights(os.geteuid(), gid, mode)


def _copy_attributes(source: Path, descriptor: int, path: Path) -> None:
    """ACL and labels. An ACL that cannot be kept would change who may read: an error; a label would not."""
    try:
        names = os.listxattr(source)
    except OSError:
        return
    for name in names:
        try:
            disk.set_attribute(descriptor, name, os.getxattr(source, name), path)
        except OSError as error:
            if name.startswith("system.posix_acl") or error.errno not in {errno.ENOTSUP, errno.EPERM}:
                raise
