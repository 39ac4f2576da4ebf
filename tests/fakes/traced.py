"""Work in a child process that is ended by SIGKILL as it enters one of its system calls, whichever these are.

The kernel counts them (ptrace), so that calls of C libraries such as libpq's ``sendto`` are among them.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

_TRACEME, _SYSCALL, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_TRACESYSGOOD, _EXITKILL = 0x1, 0x100000
_STOPPED_AT_A_CALL = signal.SIGTRAP | 0x80
_ENTRY = 1
_INFO_BYTES = 88


@dataclass(frozen=True, slots=True)
class Traced:
    """calls: how many system calls it has entered. status: its exit status; None where it was killed."""

    calls: int
    status: int | None


def traced(work: Callable[[], int], kill_at: int = 0) -> Traced:
    """Runs the work, which says its exit status, in a child with one thread.

    kill_at: it is killed as it enters its call of this number, from 1, before the call has any effect; 0: never.
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
    calls = 0
    while os.WIFSTOPPED(stopped := _continued(child)):
        if os.WSTOPSIG(stopped) == _STOPPED_AT_A_CALL and _is_entry(child):
            calls += 1
            if calls == kill_at:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return Traced(calls, None)
    return Traced(calls, os.waitstatus_to_exitcode(stopped))


def _continued(child: int) -> int:
    """Where it stops next, as waitpid says it."""
    _ptrace(_SYSCALL, child)
    return os.waitpid(child, 0)[1]


def _is_entry(child: int) -> bool:
    found = ctypes.create_string_buffer(_INFO_BYTES)
    _ptrace(_GET_SYSCALL_INFO, child, _INFO_BYTES, ctypes.addressof(found))
    return found.raw[0] == _ENTRY


def _ptrace(request: int, child: int, address: int = 0, value: int = 0) -> None:
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.restype = ctypes.c_long
    ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    if ptrace(request, child, address, value) == -1:
        raise OSError(ctypes.get_errno(), f"ptrace {request}")
