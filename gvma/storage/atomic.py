"""Files written so that a reader sees the old content or the new one, never a part.

A new file is complete, with its owner, mode, ACL and label, before it takes its place.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gvma.storage import disk

TEMPORARY_PREFIX = ".gvma-"
TEMPORARY_SUFFIX = ".tmp"

_ACL = "system.posix_acl_access"
# A file capability, a seal of the kernel's or root's own mark is never handed on.
_KEPT_ATTRIBUTES = (_ACL, "security.selinux", "security.SMACK64", "user.")


class Rights(NamedTuple):
    """Who owns a file and what its mode is: permissions alone, of which setuid, setgid and sticky are none."""

    uid: int
    gid: int
    mode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Rights:
        return cls.with_permissions(status.st_uid, status.st_gid, status.st_mode)

    @classmethod
    def with_permissions(cls, uid: int, gid: int, mode: int) -> Rights:
        """mode: of any origin; of it the permissions count."""
        return cls(uid, gid, mode & 0o777)


def stage(
    path: Path, content: bytes | Iterable[bytes], rights: Rights, *, like: int = -1, at: int | None = None
) -> None:
    """Writes a new file with its owner, mode and attributes; it is on the disk when it returns.

    content: as a whole, or in pieces. like: descriptor of the file whose ACL and label it gets, -1 for none.
    at: descriptor of its folder. The content becomes visible to nobody whom the rights do not allow: they are
    set on the empty file. Raises OSError.
    """
    descriptor = disk.create(path, at)
    try:
        status = os.fstat(descriptor)
        if (status.st_uid, status.st_gid) != (rights.uid, rights.gid):
            disk.change_owner(descriptor, rights.uid, rights.gid, path)
        if like >= 0:
            _copy_attributes(like, descriptor, path)
        disk.change_mode(descriptor, rights.mode, path)
        for piece in (content,) if isinstance(content, bytes) else content:
            disk.write(descriptor, piece, path)
        disk.fsync(descriptor, path)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, content: bytes, rights: Rights) -> None:
    """Replaces a file in one step; the new one is on the disk when it returns.

    For folders that nobody else can write. Raises OSError; then the old file stays, and nothing lies beside it.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.urandom(4).hex()}{TEMPORARY_SUFFIX}")
    try:
        stage(temporary, content, rights)
        disk.rename(temporary, path)
        disk.fsync_folder(path.parent)
    except BaseException:
        remove_quietly(temporary)
        raise


def remove_quietly(path: Path) -> None:
    """Removes a file where that can be done."""
    with suppress(OSError):
        disk.unlink(path)


def read_whole(path: Path) -> bytes | None:
    """The content of a regular file, None where there is none. Raises OSError, also where it is too large."""
    try:
        descriptor = disk.open_to_read(path)
    except FileNotFoundError:
        return None
    try:
        return disk.read(descriptor, path)
    finally:
        os.close(descriptor)


def _copy_attributes(source: int, descriptor: int, path: Path) -> None:
    """ACL and labels. An ACL that cannot be kept would change who may read: an error; a label would not."""
    try:
        wanted = {name: os.getxattr(source, name) for name in os.listxattr(source) if name.startswith(_KEPT_ATTRIBUTES)}
        there = os.listxattr(descriptor)
    except OSError:
        return
    if _ACL in there and _ACL not in wanted:  # the folder's default for new files
        disk.remove_attribute(descriptor, _ACL, path)
    for name, value in wanted.items():
        try:
            disk.set_attribute(descriptor, name, value, path)
        except OSError as error:
            if name == _ACL or error.errno not in {errno.ENOTSUP, errno.EPERM}:
                raise
