"""The log of a run: lines of text, or one JSON object a line; only gvma's own loggers, never a secret.

Libraries log what they send (zeep the whole envelope, credentials too), so nothing of theirs is taken.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import WatchedFileHandler
from typing import TYPE_CHECKING, Any

from gvma.cli.output import printable
from gvma.errors import SettingsError
from gvma.secrecy import masked_text

if TYPE_CHECKING:
    from gvma.settings import Settings

# asyncio says here what nobody awaited; its words are its own and hold no value of ours.
_TAKEN = ("gvma", "asyncio")
_RECORD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


@contextmanager
def logging_to(settings: Settings, *, run_id: str = "", verbosity: int = 0, stderr: bool = False) -> Iterator[None]:
    """Log to ``log_file``, in ``log_format``, while the block runs.

    run_id: stands in each line, so that the lines of one run can be told from those of others.
    verbosity: 0 logs from INFO, 1 and more from DEBUG. stderr: log there too, for a service's journal.
    Raises SettingsError where the file cannot be opened. logrotate may move the file at any time.
    """
    handlers = _handlers(settings, stderr)
    formatter = JsonLines(run_id) if settings.gvma.log_format == "json" else TextLines(run_id)
    loggers = [logging.getLogger(name) for name in _TAKEN]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for handler in handlers:
        handler.setFormatter(formatter)
        for logger in loggers:
            logger.addHandler(handler)
    loggers[0].setLevel(logging.DEBUG if verbosity else logging.INFO)
    loggers[1].setLevel(logging.ERROR)
    for logger in loggers:
        logger.propagate = False
    try:
        yield
    finally:
        for logger, level, propagate in before:
            logger.setLevel(level)
            logger.propagate = propagate
            for handler in handlers:
                logger.removeHandler(handler)
        for handler in handlers:
            handler.close()


def _handlers(settings: Settings, stderr: bool) -> list[logging.Handler]:
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if settings.gvma.log_file is not None:
        try:
            handlers.append(WatchedFileHandler(settings.gvma.log_file, encoding="utf-8", errors="backslashreplace"))
        except OSError as error:
            raise SettingsError(
                f"the log file cannot be opened: {error.strerror}",
                where=f"log_file {settings.gvma.log_file}",
                hint="Nothing was changed. Create its folder and let this user write there, or change log_file.",
            ) from None
    if stderr:
        handlers.append(logging.StreamHandler(sys.stderr))
    return handlers


class TextLines(logging.Formatter):
    """``2026-11-21T21:30:00Z INFO gvma.agi.server [run id] message key=value``; one line a record."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        run_id = f" [{self._run_id}]" if self._run_id else ""
        extra = "".join(f" {name}={value}" for name, value in _extra(record).items())
        message = masked_text(record.getMessage())
        text = f"{_when(record)} {record.levelname} {record.name}{run_id} {message}{extra}"
        return printable(text + _failure(record)).replace("\n", "\\n")


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, run_id, message, and what the caller gave as ``extra``."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            **_extra(record),
            "time": _when(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run_id": self._run_id,
            "message": masked_text(record.getMessage()) + _failure(record),
        }
        return json.dumps(fields, default=str)


def _when(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    fields = {name: value for name, value in record.__dict__.items() if name not in _RECORD_FIELDS}
    return {name: masked_text(value) if isinstance(value, str) else value for name, value in fields.items()}


def _failure(record: logging.LogRecord) -> str:
    """Class and place of a logged exception; its own text could hold a secret."""
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    error, frames = record.exc_info[1], record.exc_info[2]
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    place = f" at {frames.tb_frame.f_code.co_filename}:{frames.tb_lineno}" if frames is not None else ""
    return f" ({type(error).__name__}{place})"
