"""Where log lines go: a file, or a stream. **A line that cannot be written ends nothing**; it is lost and counted.

Warnings of one kind, such as those about a peer that connects a thousand times a second, are written a hundred
times a minute and then counted.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import sys
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import TextIO

_OF_A_KIND = 100
_SECONDS = 60.0
# O_NONBLOCK: to open a FIFO does not wait for its reader.
_APPEND = (
    os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
)  # fmt: skip


class RepeatedWarnings:
    """Which records are written: all below WARNING; above, so many of one kind a minute. Two records are of one kind
    where the same line of code has logged them. Its clock is the records' own time."""

    def __init__(self) -> None:
        self._begun = 0.0
        self._seen: dict[tuple[str, int, str], int] = {}
        self._last: dict[tuple[str, int, str], logging.LogRecord] = {}

    def written(self, record: logging.LogRecord) -> list[logging.LogRecord]:
        """What to write for this record: the counts of a past minute, and itself unless it is one too many."""
        if record.levelno < logging.WARNING:
            return [record]
        counts = []
        if not 0 <= record.created - self._begun < _SECONDS:
            counts = self.counts()
            self._begun = record.created
        kind = (record.name, record.levelno, str(record.msg))
        seen = self._seen[kind] = self._seen.get(kind, 0) + 1
        if seen > _OF_A_KIND:
            self._last[kind] = record
            return counts
        return [*counts, record]

    def counts(self) -> list[logging.LogRecord]:
        """A record for each kind of which lines were left out; a new minute begins."""
        counts = [self._count(self._seen[kind] - _OF_A_KIND, last) for kind, last in self._last.items()]
        self._seen.clear()
        self._last.clear()
        return counts

    def _count(self, number: int, last: logging.LogRecord) -> logging.LogRecord:
        fields = {"name": last.name, "levelno": last.levelno, "levelname": last.levelname}
        message = "%d more lines like this one: %s"
        return logging.makeLogRecord({**fields, "msg": message, "args": (number, last.getMessage())})


class LogHandler(logging.Handler, ABC):
    """Writes records as lines; nothing is ever raised."""

    def __init__(self) -> None:
        super().__init__()
        self._repeated = RepeatedWarnings()

    def emit(self, record: logging.LogRecord) -> None:
        for written in self._repeated.written(record):
            self._emit(written)

    def close(self) -> None:
        for count in self._repeated.counts():
            self._emit(count)
        super().close()

    def _emit(self, record: logging.LogRecord) -> None:
        try:
            self.write_line(self.format(record))
        except Exception:  # whatever is wrong with a line, the work goes on
            return

    @abstractmethod
    def write_line(self, line: str) -> None:
        """Write one line. line: without its line end."""


class LogStream(LogHandler):
    """Lines on a stream, such as stderr."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream

    def write_line(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


class LogFile(LogHandler):
    """Lines at the end of a file, each in one write, so that those of several programs do not mix.

    The file may be moved or removed at any time (logrotate): the next line makes a new one. Lines that cannot be
    written are lost: one line on stderr says so, and the log says how many once it can be written again.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._descriptor = -1
        self._lost = 0
        self._reason = ""
        self._torn = False

    def open(self) -> None:
        """Open the file, and create it where it is missing: its owner writes, its group reads.

        Raises OSError; with EINVAL for what is not a regular file, with ELOOP for a symbolic link: where others may
        write the folder, it could lead to any file.
        """
        self._close_file()
        self._descriptor = os.open(self._path, _APPEND, 0o640)
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            self._close_file()
            raise OSError(errno.EINVAL, "it is not a regular file")

    def write_line(self, line: str) -> None:
        try:
            self._reopen_if_moved()
            if self._lost:
                self._write(self.format(self._lost_lines()))
                self._lost = 0
            self._write(line)
        except OSError as error:
            self._lose(error)

    def close(self) -> None:
        super().close()
        self._close_file()

    def _reopen_if_moved(self) -> None:
        if self._descriptor >= 0:
            with suppress(FileNotFoundError):
                if os.path.samestat(os.lstat(self._path), os.fstat(self._descriptor)):
                    return
        self.open()

    def _write(self, line: str) -> None:
        encoded = f"{line}\n".encode("utf-8", "backslashreplace")
        if self._torn:
            encoded = b"\n" + encoded
        written = os.write(self._descriptor, encoded)
        self._torn = written < len(encoded)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _lose(self, error: OSError) -> None:
        self._reason = error.strerror or type(error).__name__
        self._lost += 1
        if self._lost == 1:
            with suppress(OSError, ValueError):
                sys.stderr.write(f"{self._path}: the log cannot be written: {self._reason}. The work goes on.\n")
                sys.stderr.flush()

    def _lost_lines(self) -> logging.LogRecord:
        lines = "line" if self._lost == 1 else "lines"
        fields = {"name": "gvma.log", "levelno": logging.WARNING, "levelname": "WARNING"}
        return logging.makeLogRecord(
            {**fields, "msg": "%d %s could not be written: %s", "args": (self._lost, lines, self._reason)}
        )

    def _close_file(self) -> None:
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1
