"""Every call to the file system that writes, and those whose failure must be survived, in one thin layer.

It holds no rules. ``watch`` lets a test see each call before it is made, and stop or fail it there;
apart from that it is the operating system's own calls.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Watcher = Callable[[str, str], None]
"""Called with the call's name and the path before the call is made; may raise OSError."""

_CHUNK = 1 << 20
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


def open_to_read(path: Path) -> int:
    """A descriptor for reading that never blocks on a fifo or a device."""
    _about_to("open", path)
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)


def read(descriptor: int, path: Path) -> bytes:
    """Everything from the start of the file to its end."""
    _about_to("read", path)
    pieces = []
    at = 0
    while piece := os.pread(descriptor, _CHUNK, at):
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)


def create(path: Path) -> int:
    """A descriptor for a new file with rights 0600; FileExistsError where the name is taken."""
    _about_to("open", path)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def open_lock(path: Path) -> int:
    """A descriptor for the lock file, made with rights 0600 where it is missing, its content kept."""
    _about_to("open", path)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def write(descriptor: int, content: bytes, path: Path) -> None:
    """All of ``content`` at the descriptor's place."""
    view = memoryview(content)
    while view:
        _about_to("write", path)
        view = view[os.write(descriptor, view[:_CHUNK]) :]


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


def rename(source: Path, path: Path) -> None:
    """``source`` takes the place of ``path``, in one step."""
    _about_to("rename", path)
    os.replace(source, path)


def link(source: Path, path: Path) -> None:
    """A second name for the same file."""
    _about_to("link", path)
    os.link(source, path, follow_symlinks=False)


def unlink(path: Path) -> None:
    """The name is gone; no error where it is gone already."""
    _about_to("unlink", path)
    path.unlink(missing_ok=True)


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
