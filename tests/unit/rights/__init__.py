"""A second user who owns Asterisk's folders and tries to get root's rights from a gvma that root runs.

The attacks are made with that user's own rights: what the kernel denies him is no attack.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

ASTERISK, ALICE = 64_001, 64_002
SETUID_ROOT = 0o4755


def by(uid: int, work: Callable[[], object]) -> None:
    """Does the work as a user whom the system does not know, with no group but his own."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            work()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended) == 0, "the kernel did not let him"


def give(uid: int, *folders: Path) -> None:
    """Folders and all that is in them belong to the user."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, uid, follow_symlinks=False)


def relink(path: Path, target: Path) -> None:
    """A symbolic link to ``target`` in the place of ``path``, whose folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def ownership(folder: Path) -> dict[str, tuple[object, ...]]:
    """Of each path in a folder: owner, mode, and what a file holds or a link says."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content: object = os.readlink(path) if path.is_symlink() else path.is_file() and path.read_bytes()
        found[str(path.relative_to(folder))] = (status.st_uid, status.st_gid, oct(status.st_mode), content)
    return found
