"""Work in a child process that is ended by SIGKILL as it enters one of its system calls, whichever these are.

The kernel counts them (ptrace), so that calls of C libraries such as libpq's ``sendto`` are among them. Calls that only
read, or concern the process alone, change nothing for those who stay when it is killed: two places with nothing but
such calls between them are one.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

_TRACEME, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_TRACESYSGOOD, _EXITKILL = 0x1, 0x100000
_STOPPED_AT_A_CALL = signal.SIGTRAP | 0x80
_ENTRY = 1
_INFO_BYTES = 88
_NUMBER = slice(24, 32)
_WITHOUT_EFFECT = {
    "x86_64": {
        0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 25, 28, 32, 33, 39, 41, 45, 51, 52, 55, 63, 79, 89,
        96, 97, 98, 99, 102, 104, 107, 108, 110, 111, 131, 137, 138, 186, 191, 202, 217, 218, 228, 230, 232, 233,
        262, 267, 270, 271, 281, 291, 302, 318, 332, 334, 439,
    }
}.get(platform.machine(), set())  # fmt: skip
"""Numbers of calls such as read, stat, poll, recvfrom, mmap; close is none, since it gives a lock or a socket away."""


@dataclass(frozen=True, slots=True)
class Traced:
    """points: how many of its system calls with an effect it has entered. status: its exit status; None: killed."""

    points: int
    status: int | None


def traced(work: Callable[[], int], kill_at: int = 0) -> Traced:
    """Runs the work, which says its exit status, in a child with one thread.

    kill_at: it is killed as it enters its point of this number, from 1, before the call has any effect; 0: never.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _ptrace(_TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            status = work()
        finally:
            os._exit(status)
    os.waitpid(child, 0)
    _ptrace(_SETOPTIONS, child, 0, _TRACESYSGOOD | _EXITKILL)
    points = 0
    while os.WIFSTOPPED(stopped := _continued(child)):
        if os.WSTOPSIG(stopped) == _STOPPED_AT_A_CALL and _enters_a_point(child):
            points += 1
            if points == kill_at:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return Traced(points, None)
    return Traced(points, os.waitstatus_to_exitcode(stopped))


def _continued(child: int) -> int:
    """Where it stops next, as waitpid says it."""
    _ptrace(_SYSCALL, child)
    return os.waitpid(child, 0)[1]


def _enters_a_point(child: int) -> bool:
    found = ctypes.create_string_buffer(_INFO_BYTES)
    _ptrace(_GET_SYSCALL_INFO, child, _INFO_BYTES, ctypes.addressof(found))
    number = int.from_bytes(found.raw[_NUMBER], sys.byteorder)
    return found.raw[0] == _ENTRY and number not in _WITHOUT_EFFECT


def _ptrace(request: int, child: int, address: int = 0, value: int = 0) -> None:
    if _libc_ptrace(request, child, address, value) == -1:
        raise OSError(ctypes.get_errno(), f"ptrace {request}")


_libc_ptrace = ctypes.CDLL(None, use_errno=True).ptrace
_libc_ptrace.restype = ctypes.c_long
_libc_ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
