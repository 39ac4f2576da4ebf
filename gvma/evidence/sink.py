"""What the sink has now, and whether that is what the last run left; nothing is judged or changed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gvma.errors import GvmaError
from gvma.evidence.model.sink import SinkEvidence
from gvma.settings import GvmaSettings
from gvma.sinks.base import Reading, Sink
from gvma.storage import records


def read_sink(settings: GvmaSettings, sink: Sink[Any, Any]) -> tuple[SinkEvidence, Reading | None]:
    """The evidence, and what was read for further questions; None where the sink could not be read."""
    try:
        left = records.read_marks(settings.backup_path)
        reading: Reading = sink.read()
        present = reading.present()
    except GvmaError as problem:
        return SinkEvidence(settings.sink, problem=problem), None
    return SinkEvidence(settings.sink, present, tuple(edited(left, reading.marks()))), reading


def edited(left: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[str]:
    """The names whose mark is another now. left: the marks of the last run; of a name without one nothing is known."""
    return [name for name, mark in now.items() if name in left and left[name] != mark]
