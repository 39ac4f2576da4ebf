"""Opens files for reading, and never a device, a FIFO or a socket, on which a read may not end."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotAFileError(OSError):
    """The path leads to something other than a regular file."""


def open_regular(path: Path) -> BinaryIO:
    """The file, opened for reading. Raises NotAFileError, or OSError as ``open`` does."""
    _require_regular(os.stat(path), path)
    # Between the two calls it may become another one: O_NONBLOCK does not wait for the writer of a FIFO.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _require_regular(os.fstat(descriptor), path)
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _require_regular(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotAFileError(f"not a regular file: {path}")
