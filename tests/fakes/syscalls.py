"""The calls by which Python changes files, seen one by one below some folders, and stopped or failed at one of them.

It stands between any code and the operating system's own calls, so that it sees what goes past ``gvma.storage.disk``
too; names in an open folder are told by their whole path. It is meant for a process of its own: nothing is ever put
back.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gvma.storage import disk

KILL, FAIL = "kill", "fail"
BY_PATH = ("mkdir", "rmdir", "unlink", "remove", "chmod", "chown", "truncate")
BY_NEW_PATH = ("link", "symlink", "rename", "replace")
BY_DESCRIPTOR = ("fsync", "fdatasync", "ftruncate", "fchmod", "fchown")
_NEEDS_ROOM = frozenset({"open", "mkdir", "link", "symlink"})


@dataclass(frozen=True, slots=True)
class Fault:
    """at: the number of the point, from 0; each call is one, and each write one more: half of it was written.

    how: KILL ends the process, FAIL raises ``error`` (half a write is then only a short write). room: bytes that
    may be written altogether before the disk is full; -1 for no end.
    """

    at: int = -1
    how: str = KILL
    error: int = 0
    room: int = -1


@dataclass
class Watch:
    """folders: where calls count. tell: called with ``"name path"`` before each call."""

    folders: tuple[str, ...]
    fault: Fault
    tell: Callable[[str], None]
    _point: int = 0
    _paths: dict[int, str] = field(default_factory=dict)
    _room: int = 0

    def install(self) -> None:
        """From now on every call of this process passes here."""
        self._room = self.fault.room
        self._watch_open()
        self._watch_write()
        for name in BY_PATH:
            self._watch(os, name, lambda path, *_, dir_fd=None, **__: self._path(path, dir_fd))
        for name in BY_NEW_PATH:
            self._watch(os, name, lambda _, path, *__, dst_dir_fd=None, **___: self._path(path, dst_dir_fd))
        for name in BY_DESCRIPTOR:
            self._watch(os, name, lambda descriptor, *_: self._paths.get(descriptor, ""))
        self._watch(disk, "renameat2", lambda folder, _, name: self._path(name, folder))

    def _path(self, path: object, folder: int | None) -> str:
        text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        return text if folder is None else os.path.normpath(Path(self._paths.get(folder, ""), text))

    def _inside(self, text: str) -> str:
        return text if text.startswith(self.folders) else ""

    def _watch(self, module: object, name: str, path_of: Callable[..., str]) -> None:
        real = getattr(module, name)

        def call(*arguments: Any, **options: Any) -> Any:
            path = self._inside(path_of(*arguments, **options))
            if path:
                self._about_to(name, path)
                if self.fault.room >= 0 and name in _NEEDS_ROOM and self._room <= 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
            return real(*arguments, **options)

        setattr(module, name, call)

    def _watch_open(self) -> None:
        real = os.open

        def call(path: Any, flags: int, *arguments: Any, dir_fd: int | None = None, **options: Any) -> int:
            whole = self._path(path, dir_fd)
            if self._inside(whole) and not flags & os.O_PATH:
                self._about_to("open", whole)
                if flags & os.O_CREAT and self.fault.room >= 0 and self._room <= 0 and not os.path.lexists(whole):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), whole)
            descriptor = real(path, flags, *arguments, dir_fd=dir_fd, **options)
            self._paths[descriptor] = whole
            return descriptor

        os.open = call

    def _watch_write(self) -> None:
        real = os.write

        def call(descriptor: int, content: Any) -> int:
            path = self._inside(self._paths.get(descriptor, ""))
            if not path:
                return real(descriptor, content)
            self._about_to("write", path)
            if self._is_next():
                self._tell(f"half-write {path}")
                written = real(descriptor, content[: len(content) // 2]) if len(content) > 1 else 0
                if self.fault.how == KILL:
                    os.kill(os.getpid(), signal.SIGKILL)
                return written or real(descriptor, content)
            self._tell(f"half-write {path}")
            if self.fault.room >= 0:
                content = content[: self._room]
                self._room -= len(content)
                if not len(content):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
            return real(descriptor, content)

        os.write = call

    def _is_next(self) -> bool:
        return self._point == self.fault.at

    def _tell(self, text: str) -> None:
        self._point += 1
        self.tell(text)

    def _about_to(self, name: str, path: str) -> None:
        struck = self._is_next()
        self._tell(f"{name} {path}")
        if not struck:
            return
        if self.fault.how == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(self.fault.error, os.strerror(self.fault.error), path)
