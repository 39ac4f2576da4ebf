"""The calls by which Python changes files, seen one by one below some folders, and stopped or failed at one of them.

It stands between any code and the operating system's own calls, so that it sees what goes past ``gvma.storage.disk``
too. It is meant for a process of its own: nothing is ever put back.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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
            self._watch(name, lambda path, *_: path)
        for name in BY_NEW_PATH:
            self._watch(name, lambda _, path, *__: path)
        for name in BY_DESCRIPTOR:
            self._watch(name, lambda descriptor, *_: self._paths.get(descriptor, ""))

    def _inside(self, path: object) -> str:
        text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        return text if text.startswith(self.folders) else ""

    def _watch(self, name: str, path_of: Callable[..., object]) -> None:
        real = getattr(os, name)

        def call(*arguments: Any, **options: Any) -> Any:
            path = self._inside(path_of(*arguments))
            if path:
                self._about_to(name, path)
                if self.fault.room >= 0 and name in _NEEDS_ROOM and self._room <= 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
            return real(*arguments, **options)

        setattr(os, name, call)

    def _watch_open(self) -> None:
        real = os.open

        def call(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            inside = self._inside(path)
            if inside:
                self._about_to("open", inside)
                if flags & os.O_CREAT and self.fault.room >= 0 and self._room <= 0 and not os.path.lexists(path):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), inside)
            descriptor = real(path, flags, *arguments, **options)
            self._paths[descriptor] = inside
            return descriptor

        os.open = call

    def _watch_write(self) -> None:
        real = os.write

        def call(descriptor: int, content: Any) -> int:
            path = self._paths.get(descriptor, "")
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
