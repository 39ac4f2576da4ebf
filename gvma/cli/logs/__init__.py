"""The log of a run: only gvma's own loggers, never a secret, and no failure of the log is a failure of the run.

Libraries log what they send (zeep the whole envelope, with the credentials), so their loggers are left out.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gvma.cli.logs.handlers import LogFile, LogHandler, LogStream
from gvma.cli.logs.lines import JsonLines, TextLines
from gvma.errors import SettingsError
from gvma.settings.ownership import refuse_if_others_may_change

if TYPE_CHECKING:
    from gvma.settings import Settings

# asyncio logs here that a result was never awaited; its texts contain no value of ours.
_LOGGERS = ("gvma", "asyncio")
# These pass by themselves; any other reason not to open the file is one in the settings.
_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE)


@contextmanager
def logging_to(settings: Settings, *, run_id: str = "", verbosity: int = 0, stderr: bool = False) -> Iterator[None]:
    """Log to ``log_file``, in ``log_format``, while the block runs.

    run_id: stands in each line, so that the lines of different runs can be distinguished.
    verbosity: 0 logs from INFO, 1 and more from DEBUG. stderr: log there too, for a service's journal.
    Raises SettingsError where the file cannot be opened; a later failure of the log ends nothing.
    """
    handlers: list[logging.Handler] = [logging.NullHandler(), *_handlers(settings, stderr)]
    formatter = JsonLines(run_id) if settings.gvma.log_format == "json" else TextLines(run_id)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
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


def _handlers(settings: Settings, stderr: bool) -> list[LogHandler]:
    handlers: list[LogHandler] = []
    if settings.gvma.log_file is not None:
        handlers.append(_log_file(settings.gvma.log_file))
    if stderr:
        handlers.append(LogStream(sys.stderr))
    return handlers


def _log_file(path: Path) -> LogFile:
    """The opened log; where its folder is not for this account, one of its name in ``$LOGS_DIRECTORY``.

    systemd names there the folder that it has made for the service's own account (systemd.exec(5)).
    """
    own_folder = os.environ.get("LOGS_DIRECTORY", "").partition(":")[0]
    try:
        return _opened(path)
    except OSError as error:
        if not own_folder:
            raise _cannot_open(path, error) from None
    except SettingsError:
        if not own_folder:
            raise
    try:
        return _opened(Path(own_folder, path.name))
    except OSError as error:
        raise _cannot_open(Path(own_folder, path.name), error) from None


def _opened(path: Path) -> LogFile:
    refuse_if_others_may_change(path, "log_file")
    log_file = LogFile(path)
    try:
        log_file.open()
    except OSError as error:
        if error.errno not in _PASSING:
            raise
    return log_file


def _cannot_open(path: Path, error: OSError) -> SettingsError:
    reason = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
    return SettingsError(
        f"the log file cannot be opened: {reason}",
        where=f"log_file {path}",
        hint="Nothing was changed. Set log_file to a regular file in a folder that this user may write.",
    )
