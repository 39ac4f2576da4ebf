"""A command of the site's own after a run: no shell, the run's JSON on its stdin, and nothing of it left after 30 s.

It is run when the lock is free again, so that it may call gvma itself. What it prints goes to the log, within limits.
"""

from __future__ import annotations

import logging
import os
import selectors
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from gvma.storage.signals import stoppable
from gvma.sync.after.descendants import none_left

_log = logging.getLogger(__name__)
SECONDS = 30.0
_MOST_BYTES = 64 * 1024
_MOST_LINES = 100
_POLL_SECONDS = 0.1
_CHUNK = 1 << 16


def run_hook(key: str, command: str, text: str, folder: Path, *, seconds: float = SECONDS) -> str:
    """Runs the command to its end. Returns what went wrong with it, a sentence; empty where nothing did.

    key: ``on_change`` or ``on_failure``, for the log. text: for its stdin. folder: where it runs. Nothing of it and of
    what it started is left afterwards, in whatever session. Secrets of the environment are not handed on.
    """
    with none_left():
        try:
            running = subprocess.Popen(  # noqa: S603  (the site's own command, from its own settings)
                shlex.split(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            return f"it cannot be started: {error.strerror or error}"
        with running:
            try:
                with stoppable():
                    printed, is_late = _attend(running, text.encode(), seconds)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
    _log_lines(key, printed)
    if is_late:
        return f"it was stopped after {seconds:g} s, with all that it had started"
    status = running.returncode
    return f"it ended with exit status {status}" if status > 0 else f"signal {-status} ended it" if status else ""


def _environment() -> dict[str, str]:
    """Without what may be a secret of gvma's own."""
    return {
        name: value
        for name, value in os.environ.items()
        if name == "GVMA_CONFIG" or not name.startswith(("GVMA_", "CREDENTIALS_DIRECTORY"))
    }


def _attend(running: subprocess.Popen[bytes], text: bytes, seconds: float) -> tuple[bytes, bool]:
    """Feeds it, and reads what it prints, until it has ended. The first bytes that it printed, and whether it was late.

    What it prints beyond the limit is read and dropped, so that it does not wait for us.
    """
    assert running.stdin is not None
    assert running.stdout is not None
    late, left, printed = time.monotonic() + seconds, memoryview(text), bytearray()
    for stream in (running.stdin, running.stdout):
        os.set_blocking(stream.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(running.stdin, selectors.EVENT_WRITE)
        selector.register(running.stdout, selectors.EVENT_READ)
        while True:
            has_ended = running.poll() is not None
            ready = [key.fileobj for key, _ in selector.select(0 if has_ended else _POLL_SECONDS)]
            if running.stdout in ready and not _read(running.stdout.fileno(), printed):
                selector.unregister(running.stdout)
            if running.stdin in ready:
                left = _written(running.stdin.fileno(), left)
                if not left:
                    selector.unregister(running.stdin)
                    with suppress(OSError):
                        running.stdin.close()
            if has_ended or time.monotonic() > late:
                return bytes(printed), not has_ended
            if not selector.get_map():
                time.sleep(_POLL_SECONDS)


def _read(descriptor: int, printed: bytearray) -> bool:
    """False at the end of what it prints."""
    piece = os.read(descriptor, _CHUNK)
    printed += piece[: max(0, _MOST_BYTES - len(printed))]
    return bool(piece)


def _written(descriptor: int, left: memoryview) -> memoryview:
    """What is still to be written; nothing where it does not read."""
    try:
        return left[os.write(descriptor, left[:_CHUNK]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:
        return left[:0]


def _log_lines(key: str, printed: bytes) -> None:
    lines = printed.decode("utf-8", "replace").splitlines()
    for line in lines[:_MOST_LINES]:
        _log.info("%s printed: %s", key, line)
    if len(lines) > _MOST_LINES or len(printed) >= _MOST_BYTES:
        _log.info("%s printed more, which is left out", key)
