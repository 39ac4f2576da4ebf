"""A log record as one line: text, or one JSON object; secrets masked, and no longer than a limit."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from gvma.printable import printable
from gvma.secrecy import masked_text

# Bytes of a line without its line end. A peer's text may be long, and a log of such lines would fill a disk.
LONGEST = 8000
# Only so many characters of a text are searched for secrets. The rest never gets into the line.
_SEARCHED = 4 * LONGEST
FACTS = "facts"
_STANDARD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", FACTS}


class TextLines(logging.Formatter):
    """``2026-11-21T21:30:00Z INFO gvma.agi.server [run id] message key=value``; one line a record."""

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        run_id = f" [{self._run_id}]" if self._run_id else ""
        extra = "".join(f" {name}={value}" for name, value in _extra(record).items())
        text = f"{_when(record)} {record.levelname} {record.name}{run_id} {_message(record)}{extra}"
        return _cut_to_bytes(printable(_cut(text, LONGEST)).replace("\n", "\\n"))


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, run_id, message, and what the caller gave as ``extra``.

    ``extra={"facts": {...}}`` gives fields that a reader of text finds in the message already.
    """

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            **_masked_fields(getattr(record, FACTS, {})),
            **_extra(record),
            "time": _when(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run_id": self._run_id,
            "message": _message(record),
        }
        line = json.dumps(fields, default=str)
        # Cutting the texts keeps the line an object; escaped, a character may have twelve bytes.
        longest = LONGEST
        while len(line) > LONGEST:
            longest //= 2
            line = json.dumps({name: _cut(str(value), longest) for name, value in fields.items()})
        return line


def _when(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return _masked_fields({name: value for name, value in record.__dict__.items() if name not in _STANDARD_FIELDS})


def _masked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _masked(value) if isinstance(value, str) else value for name, value in fields.items()}


def _message(record: logging.LogRecord) -> str:
    """The message, and class and place of a logged exception; the exception's own text could contain a secret."""
    message = _masked(record.getMessage())
    if not record.exc_info or record.exc_info[1] is None:
        return message
    error, frames = record.exc_info[1], record.exc_info[2]
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    place = f" at {frames.tb_frame.f_code.co_filename}:{frames.tb_lineno}" if frames is not None else ""
    return f"{message} ({type(error).__name__}{place})"


def _masked(text: str) -> str:
    return masked_text(text[:_SEARCHED])


def _cut(text: str, longest: int) -> str:
    """The text, at most ``longest`` characters of it."""
    return text if len(text) <= longest else f"{text[: max(0, longest - 3)]}..."


def _cut_to_bytes(line: str) -> str:
    if len(line) * 4 <= LONGEST:
        return line
    encoded = line.encode("utf-8", "backslashreplace")
    if len(encoded) <= LONGEST:
        return line
    return encoded[: LONGEST - 3].decode("utf-8", "ignore") + "..."
