"""What the sink has now, and whether that is what the last run left; nothing is judged or changed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gvma.errors import BackupSetError, GvmaError
from gvma.evidence.model import RecordsEvidence
from gvma.evidence.model.sink import SinkEvidence
from gvma.settings import GvmaSettings
from gvma.settings.model import REALTIME

if TYPE_CHECKING:
    from gvma.sinks.base import ReadableSink, Reading


def read_sink(settings: GvmaSettings, sink: ReadableSink) -> tuple[SinkEvidence, Reading | None]:
    """The evidence, and what was read for further questions; None where the sink could not be read. Whether it was
    edited is not looked at."""
    try:
        reading: Reading = sink.read()
        return SinkEvidence(settings.sink, reading.present()), reading
    except GvmaError as problem:
        return SinkEvidence(settings.sink, problem=problem), None


def compare_sink(settings: GvmaSettings, sink: ReadableSink) -> SinkEvidence:
    """The evidence, with what was edited since the last run."""
    seen, reading = read_sink(settings, sink)
    if reading is None:
        return seen
    try:
        return seen._replace(edited=tuple(edited(sink.marks_left(), reading.marks())))
    except GvmaError as problem:
        return SinkEvidence(settings.sink, problem=problem)


def of_every_host(settings: GvmaSettings, sink: ReadableSink, records: RecordsEvidence) -> RecordsEvidence:
    """Records of this host, with what a sync or restore on another host has left in a sink that hosts share."""
    if settings.sink != REALTIME or records.problem is not None:
        return records
    try:
        left = sink.left()
        return records._replace(paused=sink.paused(), pins=left.pins, owners=left.owners, files=left.files())
    except BackupSetError as problem:
        return records._replace(problem=problem)


def edited(left: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[str]:
    """The names whose mark is another now. left: the marks of the last run; of a name without one nothing is known."""
    return [name for name, mark in now.items() if name in left and left[name] != mark]
