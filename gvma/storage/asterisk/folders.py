"""Folders that others may own, opened once and kept open, and the rights with which to work in each.

Where gvma runs as root, the first folder on the way to a file that another user owns gives the rights for all
below it. A folder of root's that others may write gives none: there the file's own owner does.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from gvma.errors import UnsafeTargetError
from gvma.settings.ownership import group_name, user_name
from gvma.storage import disk
from gvma.storage.asterisk.identity import Identity, acting_as, identity_of
from gvma.storage.atomic import Rights, stage

_MOST_LINKS = 40
_LEFT = "Nothing was changed."


class Folder:
    """One open folder, closed when nobody refers to it any more.

    path: without symbolic links. identity: whose rights its files are reached with; None for our own. Each
    method takes names in the folder, never follows a symbolic link, and raises OSError.
    """

    def __init__(self, path: Path, descriptor: int, identity: Identity | None) -> None:
        self.path = path
        self.identity = identity
        self._descriptor = descriptor

    def __del__(self, close: object = os.close) -> None:
        if callable(close):
            close(self._descriptor)

    def open_to_read(self, name: str) -> int:
        """A descriptor of a regular file."""
        with acting_as(self.identity):
            return disk.open_to_read(self.path / name, self._descriptor)

    def status(self, name: str) -> os.stat_result | None:
        """Of the name itself; None where there is none."""
        with acting_as(self.identity):
            try:
                return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
            except FileNotFoundError:
                return None

    def names(self) -> list[str]:
        with acting_as(self.identity), self._listing():
            return sorted(os.listdir(self._descriptor))

    def stage(self, name: str, content: bytes | Iterable[bytes], rights: Rights, *, like: str = "") -> None:
        """A new file, on the disk when it returns. like: a file beside it whose ACL and label it gets."""
        with acting_as(self.identity):
            source = -1
            if like:
                source = disk.open_to_read(self.path / like, self._descriptor)
            try:
                stage(self.path / name, content, rights, like=source, at=self._descriptor)
            finally:
                if like:
                    os.close(source)

    def rename(self, source: str, name: str) -> None:
        with acting_as(self.identity):
            disk.rename(self.path / source, self.path / name, self._descriptor)

    def exchange(self, source: str, name: str) -> None:
        with acting_as(self.identity):
            disk.exchange(self.path / source, self.path / name, self._descriptor)

    def link(self, source: str, name: str) -> None:
        with acting_as(self.identity):
            disk.link(self.path / source, self.path / name, self._descriptor)

    def unlink(self, name: str) -> None:
        with acting_as(self.identity):
            disk.unlink(self.path / name, self._descriptor)

    def remove(self, name: str) -> bool:
        """Whether the name is gone."""
        with suppress(OSError):
            self.unlink(name)
        return self.status(name) is None

    def refuse_if_names_stay(self) -> None:
        """Raises UnfitFile where nothing that is laid here could be taken away again."""
        if disk.keeps_names(self._descriptor):
            raise disk.UnfitFile(errno.EPERM, "its folder is append-only or immutable", str(self.path))

    def fsync(self) -> None:
        with self._listing():
            disk.fsync(self._descriptor, self.path)

    @contextmanager
    def _listing(self) -> Iterator[None]:
        """In here is what needs the right to list the folder, which its user may lack."""
        try:
            yield
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.path)) from error


class Place(NamedTuple):
    """A name in a folder; there may be no file of that name, but it is no symbolic link."""

    folder: Folder
    name: str

    @property
    def path(self) -> Path:
        return self.folder.path / self.name


def find(path: Path, owner: int = 0) -> Place:
    """Where ``path`` leads, its symbolic links followed.

    owner: of a file that is missing, where its folder gives no rights.
    Raises FileNotFoundError where a folder is missing, other OSErrors, and UnsafeTargetError where nobody's
    rights are safe to use.
    """
    return _Walk(path).to_the_end(owner)


class _Walk:
    """The way from the root to one name, a folder at a time."""

    def __init__(self, path: Path) -> None:
        self._wanted = path
        self._left = list(reversed(_parts(os.path.join(os.getcwd(), path))))
        self._links = 0
        self._as_root = os.geteuid() == 0
        self._identity: Identity | None = None
        self._path = Path("/")
        self._descriptor = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def __del__(self, close: object = os.close) -> None:
        if callable(close):
            close(self._descriptor)

    def to_the_end(self, owner: int) -> Place:
        while self._left:
            name = self._left.pop()
            status = self._status(name)
            if status is not None and stat.S_ISLNK(status.st_mode):
                self._follow(name, status)
            elif self._left:
                self._enter(name)
            else:
                return self._end(name, status, owner)
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(self._wanted))

    def _status(self, name: str) -> os.stat_result | None:
        with acting_as(self._identity):
            try:
                return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
            except FileNotFoundError:
                return None

    def _follow(self, name: str, status: os.stat_result) -> None:
        self._links += 1
        if self._links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(self._wanted))
        if self._is_open_to_others():
            self._identity = self._owner_of(name, status.st_uid, status.st_gid)
        with acting_as(self._identity):
            target = os.readlink(name, dir_fd=self._descriptor)
        if target.startswith("/"):
            self._go(os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC), Path("/"))
        self._left += reversed(_parts(target))

    def _enter(self, name: str) -> None:
        flags = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
        with acting_as(self._identity):
            descriptor = os.open(name, flags, dir_fd=self._descriptor)
        self._go(descriptor, self._path.parent if name == ".." else self._path / name)
        status = os.fstat(descriptor)
        if not self._as_root or status.st_uid == 0:
            return
        if self._identity is None:
            self._identity = identity_of(status.st_uid, status.st_gid)
        elif self._identity.uid != status.st_uid:
            raise UnsafeTargetError(
                f"the way to it leads from {self._identity.name}'s folder into {user_name(status.st_uid)}'s, "
                f"{self._path}",
                where=str(self._wanted),
                hint=f"{_LEFT} Keep the file where {self._identity.name} alone owns the folders, or run gvma as "
                "the user who owns the file.",
            )

    def _go(self, descriptor: int, path: Path) -> None:
        os.close(self._descriptor)
        self._descriptor, self._path = descriptor, path

    def _end(self, name: str, status: os.stat_result | None, owner: int) -> Place:
        descriptor = self._opened_to_list()
        folder = Folder(self._path, descriptor, self._identity)
        if self._is_open_to_others():
            if status is not None:
                owner, group = status.st_uid, status.st_gid
            else:
                owner, group = (owner, 0) if owner else _owner_of_most(folder)
            folder.identity = self._owner_of(name, owner, group)
        return Place(folder, name)

    def _opened_to_list(self) -> int:
        """A descriptor of the last folder. One whose names this user may not list still serves for reading a file."""
        with acting_as(self._identity):
            try:
                return os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._descriptor)
            except PermissionError:
                return os.dup(self._descriptor)

    def _is_open_to_others(self) -> bool:
        """It is root's, and yet others can exchange the names in it."""
        if not self._as_root or self._identity is not None:
            return False
        status = os.fstat(self._descriptor)
        if status.st_mode & stat.S_IWGRP and status.st_gid == 0:
            return bool(status.st_mode & stat.S_IWOTH) or _has_acl(self._descriptor)
        return bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))

    def _owner_of(self, name: str, uid: int, gid: int) -> Identity:
        if uid != 0:
            return identity_of(uid, gid)
        status = os.fstat(self._descriptor)
        who = "everybody" if status.st_mode & stat.S_IWOTH else f"the group {group_name(status.st_gid)}"
        raise UnsafeTargetError(
            f"it belongs to root, in a folder that {who} may write",
            where=str(self._path / name),
            hint=f"{_LEFT} Give the file to Asterisk's user (chown), or take the right from the folder "
            f"(chmod g-w,o-w {self._path}), then run the command again.",
        )


def _has_acl(descriptor: int) -> bool:
    """The group's rights in its mode may be those of others. Read by name, which a descriptor of O_PATH needs."""
    try:
        return "system.posix_acl_access" in os.listxattr(f"/proc/self/fd/{descriptor}")
    except OSError as error:
        return error.errno != errno.ENOTSUP


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _owner_of_most(folder: Folder) -> tuple[int, int]:
    """Who owns most ``.conf`` files in a folder: (uid, gid), root's where there are none."""
    found: dict[tuple[int, int], int] = {}
    for name in folder.names():
        status = folder.status(name) if name.endswith(".conf") else None
        if status is not None and stat.S_ISREG(status.st_mode):
            owner = (status.st_uid, status.st_gid)
            found[owner] = found.get(owner, 0) + 1
    return max(found, key=lambda owner: found[owner], default=(0, 0))
