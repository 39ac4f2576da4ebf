"""Whose rights are used: root puts them down while it works in a folder that another user owns.

The user who owns Asterisk's folders can exchange a name there at any moment, for a link to anywhere. Where the
work is done with his own rights, such a link reaches no further than he does. The rights are those of one
thread: the kernel keeps them for each, and Python's own functions would change them for all.
"""

from __future__ import annotations

import os
import platform
import pwd
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import NamedTuple

from gvma.settings.ownership import user_name


class Identity(NamedTuple):
    """A user's rights: numbers, as the kernel takes them. groups: the supplementary ones."""

    uid: int
    gid: int
    groups: tuple[int, ...]

    @property
    def name(self) -> str:
        return user_name(self.uid)

    def may_keep(self, uid: int, gid: int) -> bool:
        """A file that this user makes can have this owner and group."""
        return uid == self.uid and (gid == self.gid or gid in self.groups)


class _Acting(threading.local):
    """Whose rights this thread has put on, None for its own."""

    identity: Identity | None = None


_acting = _Acting()

# Numbers of the system calls setgroups, setresgid and setresuid (Linux, unistd.h); elsewhere Python's own serve.
_CALLS = {"x86_64": (116, 119, 117), "aarch64": (159, 149, 147), "riscv64": (159, 149, 147)}
_NUMBERS = _CALLS.get(platform.machine())
_SAME = -1


def identity_of(uid: int, gid: int) -> Identity:
    """The rights of a user. gid: taken where the system does not know the user."""
    try:
        user = pwd.getpwuid(uid)
    except KeyError:
        return Identity(uid, gid, ())
    return Identity(uid, user.pw_gid, tuple(os.getgrouplist(user.pw_name, user.pw_gid)))


@contextmanager
def acting_as(identity: Identity | None) -> Iterator[None]:
    """While the block runs, this thread reaches files with these rights; None: with its own.

    Signals wait until the block has ended. Raises OSError where the system does not let us change rights.
    """
    if identity is None or _acting.identity == identity:
        yield
        return
    from gvma.storage.signals import undisturbed  # noqa: PLC0415  (start-up)

    before = _acting.identity
    with undisturbed() if threading.current_thread() is threading.main_thread() else nullcontext():
        uid, gid, groups = os.geteuid(), os.getegid(), os.getgroups()
        try:
            _set_rights(identity.uid, identity.gid, identity.groups)
            _acting.identity = identity
            yield
        finally:
            _acting.identity = before
            _set_rights(uid, gid, groups)


def _set_rights(uid: int, gid: int, groups: Sequence[int]) -> None:
    """Effective rights; the real and the saved user stay, so that they can be put on again."""
    if _NUMBERS is None:
        os.seteuid(0)
        os.setgroups(groups)
        os.setegid(gid)
        os.seteuid(uid)
        return
    import ctypes  # noqa: PLC0415  (start-up)

    set_groups, set_gids, set_uids = _NUMBERS
    for call in (
        (set_uids, _SAME, 0, _SAME),
        (set_groups, len(groups), (ctypes.c_uint32 * len(groups))(*groups)),
        (set_gids, _SAME, gid, _SAME),
        (set_uids, _SAME, uid, _SAME),
    ):
        if _system()(*call):
            number = ctypes.get_errno()
            raise OSError(number, f"the rights of user {uid} cannot be used: {os.strerror(number)}")


@cache
def _system() -> Callable[..., int]:
    import ctypes  # noqa: PLC0415  (start-up)

    call: Callable[..., int] = ctypes.CDLL(None, use_errno=True).syscall
    return call
