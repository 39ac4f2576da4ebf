"""Every call to the file system that writes, and those whose failure must be survived, in one thin layer.

It holds no rules. A call with ``at``, the descriptor of a folder, is made for the path's last name in that
folder, whatever has become of the path meanwhile. No call follows a symbolic link in the last name. ``watch``
lets a test see each call before it is made, and stop or fail it there; apart from that it is the operating
system's own calls.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Watcher = Callable[[str, str], None]
"""Called with the call's name and the path before the call is made; may raise OSError."""

LARGEST = 256 * 1024 * 1024
"""Bytes of a file that are read at most: 25 times the files of 100,000 mailboxes."""

MOST_LINES = 3_000_000
"""Lines of a file that are read at most: each costs time and memory, however short it is."""


class UnfitFile(OSError):
    """A file that gvma does not read; ``strerror`` is a whole sentence."""


_CHUNK = 1 << 20
_RENAME_EXCHANGE = 2
# FS_IOC_GETFLAGS and two flags of linux/fs.h.
_GET_FLAGS = 2 << 30 | array("L").itemsize << 16 | ord("f") << 8 | 1
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20
_watchers: list[Watcher] = []


@contextmanager
def watch(watcher: Watcher) -> Iterator[None]:
    """Show every call to ``watcher`` while the block runs."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def _about_to(call: str, path: Path | str) -> None:
    for watcher in _watchers:
        watcher(call, str(path))


def _name(path: Path, at: int | None) -> str:
    return str(path) if at is None else path.name


def open_to_read(path: Path, at: int | None = None) -> int:
    """A descriptor of a regular file. Raises UnfitFile for all else, which is not opened."""
    _about_to("open", path)
    name = _name(path, at)
    _refuse_irregular(os.stat(name, dir_fd=at, follow_symlinks=False), path)
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW, dir_fd=at)
    try:
        _refuse_irregular(os.fstat(descriptor), path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_irregular(status: os.stat_result, path: Path) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket", stat.S_IFLNK: "symbolic link"}
    kind = kinds.get(stat.S_IFMT(status.st_mode), "device")
    raise UnfitFile(errno.EINVAL, f"it is a {kind}, not a regular file", str(path))


def read(descriptor: int, path: Path) -> bytes:
    """Everything from the start of the file to its end. Raises UnfitFile where that is beyond LARGEST or MOST_LINES."""
    _about_to("read", path)
    if os.fstat(descriptor).st_size > LARGEST:
        raise _too_large(path)
    pieces = []
    at = 0
    while piece := os.pread(descriptor, _CHUNK, at):
        pieces.append(piece)
        at += len(piece)
        if at > LARGEST:
            raise _too_large(path)
    content = b"".join(pieces)
    if content.count(b"\n") > MOST_LINES:
        raise UnfitFile(errno.EFBIG, f"it has more than {MOST_LINES:,} lines, which gvma reads at most", str(path))
    return content


def _too_large(path: Path) -> OSError:
    return UnfitFile(errno.EFBIG, f"it is larger than {LARGEST >> 20} MiB, which gvma reads at most", str(path))


def create(path: Path, at: int | None = None) -> int:
    """A descriptor for a new file with rights 0600; FileExistsError where the name is taken."""
    _about_to("open", path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(_name(path, at), flags, 0o600, dir_fd=at)


def open_unnamed(folder: Path) -> int:
    """A descriptor to write and read for a new file with rights 0600 that has no name, and ends with its descriptor."""
    _about_to("open", folder)
    return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)


def open_lock(path: Path) -> int:
    """A descriptor for the lock file, made with rights 0600 where it is missing, its content kept."""
    _about_to("open", path)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)


def write(descriptor: int, content: bytes, path: Path) -> None:
    """All of ``content`` at the descriptor's place."""
    view = memoryview(content)
    while view:
        _about_to("write", path)
        view = view[os.write(descriptor, view[:_CHUNK]) :]


def append_line(path: Path, line: bytes) -> None:
    """One more line at the end of a file, made with rights 0600 where it is missing; it is on the disk then.

    By one write of at most a MiB, so that two processes do not mix theirs. An earlier line that was cut stays a line
    of its own.
    """
    _about_to("open", path)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    try:
        _refuse_irregular(os.fstat(descriptor), path)
        size = os.fstat(descriptor).st_size
        is_cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        write(descriptor, b"\n" + line if is_cut else line, path)
        fsync(descriptor, path)
    finally:
        os.close(descriptor)


def truncate(descriptor: int, path: Path) -> None:
    _about_to("truncate", path)
    os.ftruncate(descriptor, 0)


def fsync(descriptor: int, path: Path) -> None:
    _about_to("fsync", path)
    os.fsync(descriptor)


def fsync_folder(path: Path) -> None:
    """Makes the names in a folder survive a loss of power."""
    _about_to("open", path)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fsync(descriptor, path)
    finally:
        os.close(descriptor)


def change_owner(descriptor: int, uid: int, gid: int, path: Path) -> None:
    _about_to("chown", path)
    os.fchown(descriptor, uid, gid)


def change_mode(descriptor: int, mode: int, path: Path) -> None:
    _about_to("chmod", path)
    os.fchmod(descriptor, mode)


def set_attribute(descriptor: int, name: str, value: bytes, path: Path) -> None:
    """One extended attribute: an ACL, or SELinux' label."""
    _about_to("setxattr", path)
    os.setxattr(descriptor, name, value)


def remove_attribute(descriptor: int, name: str, path: Path) -> None:
    _about_to("removexattr", path)
    os.removexattr(descriptor, name)


def touch(path: Path) -> None:
    """The file was written just now, for whoever looks at its time; FileNotFoundError where there is none."""
    _about_to("utime", path)
    os.utime(path, follow_symlinks=False)


def rename(source: Path, path: Path, at: int | None = None) -> None:
    """``source`` takes the place of ``path``, in one step."""
    _about_to("rename", path)
    os.replace(_name(source, at), _name(path, at), src_dir_fd=at, dst_dir_fd=at)


def exchange(source: Path, path: Path, at: int) -> None:
    """``source`` and ``path`` change places, in one step. Raises OSError (EINVAL, ENOSYS) where that cannot be done."""
    _about_to("exchange", path)
    renameat2(at, source.name, path.name)


def renameat2(folder: int, one: str, other: str) -> None:
    """The system call with RENAME_EXCHANGE, which Python does not have."""
    import ctypes  # noqa: PLC0415  (start-up)

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if call(folder, os.fsencode(one), folder, os.fsencode(other), _RENAME_EXCHANGE):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), other)


def link(source: Path, path: Path, at: int | None = None) -> None:
    """A second name for the same file."""
    _about_to("link", path)
    os.link(_name(source, at), _name(path, at), src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)


def unlink(path: Path, at: int | None = None) -> None:
    """The name is gone; no error where it is gone already."""
    _about_to("unlink", path)
    try:
        os.unlink(_name(path, at), dir_fd=at)
    except FileNotFoundError:
        return


def keeps_names(folder: int) -> bool:
    """The folder is append-only or immutable (chattr): no name in it can be removed or exchanged."""
    flags = array("L", [0])
    try:
        fcntl.ioctl(folder, _GET_FLAGS, flags)
    except OSError:
        return False  # a file system without such flags
    return bool(flags[0] & (_IMMUTABLE | _APPEND_ONLY))


def make_folder(path: Path, mode: int = 0o700) -> None:
    """One new folder; FileExistsError where the name is taken."""
    _about_to("mkdir", path)
    path.mkdir(mode=mode)


def remove_folder(path: Path) -> None:
    """A folder with all that is in it; a symbolic link in it is removed, never followed."""
    with os.scandir(path) as entries:
        inside = list(entries)
    for entry in inside:
        if stat.S_ISDIR(entry.stat(follow_symlinks=False).st_mode):
            remove_folder(Path(entry.path))
        else:
            unlink(Path(entry.path))
    _about_to("rmdir", path)
    path.rmdir()
