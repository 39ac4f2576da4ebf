"""What may be shown, and what a value never shows of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.asterisk import voicemail
from gvma.backups.manifest import FileToSave, TableToSave
from gvma.evidence.model.named import NamedMailbox
from gvma.evidence.model.runs import RecordsEvidence
from gvma.plan.make import PreviousRun
from gvma.plan.pins import PinPlan, PinRecord
from gvma.printable import first_names, shown_without
from gvma.sinks.files.atomic.change import FileChange
from gvma.sinks.files.block_file import BlockFile
from gvma.sinks.files.targets import Target
from gvma.storage.asterisk.files import read_target
from gvma.storage.atomic import Rights
from gvma.storage.state.records import Left

PIN = "86420"
LINE = f"1000 => {PIN},Ann\n".encode()


@pytest.mark.parametrize(
    "value",
    [
        FileToSave(Path("/etc/voicemail.conf"), LINE, Rights(0, 0, 0o640), changes=True),
        TableToSave("voicemail", "db:5432/asterisk", LINE, changes=True),
        BlockFile(Target(Path("/etc/voicemail.conf"), "app_voicemail.so", voicemail.OWN_LINES), LINE, None),
        NamedMailbox(pin=PIN),
        RecordsEvidence(pins=LINE),
        Left(pins=LINE),
        PreviousRun(first_pins=LINE, new_key=LINE),
        PinRecord(LINE, {"1000@GVMA_DN": PIN}),
        PinPlan(record=LINE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_with_a_pin_does_not_show_it(value: tuple[object, ...]) -> None:
    assert PIN not in repr(value)
    assert repr(value).startswith(f"{type(value).__name__}(")


def test_a_file_that_is_about_to_change_shows_neither_its_old_nor_its_new_content(tmp_path: Path) -> None:
    path = tmp_path / "voicemail.conf"
    path.write_bytes(LINE)
    change = FileChange(read_target(path), LINE + LINE, "app_voicemail.so")
    assert PIN not in repr(change)
    assert str(path) in repr(change)


def test_the_other_fields_are_shown_with_their_names() -> None:
    assert shown_without(PinPlan(fresh=("1000@GVMA_DN",)), "record") == (
        "PinPlan(reset=frozenset(), fresh=('1000@GVMA_DN',))"
    )


@pytest.mark.parametrize(
    ("count", "most", "between", "text"),
    [
        (0, 5, ", ", ""),
        (2, 2, ", ", "0, 1"),
        (4, 3, ", ", "0, 1, 2 and 1 more"),
        (4, 3, "; ", "0; 1; 2; and 1 more"),
        (100_000, 1, ", ", "0 and 99999 more"),
    ],
)
def test_of_a_long_list_the_first_are_named_and_the_others_counted(
    count: int, most: int, between: str, text: str
) -> None:
    assert first_names([*map(str, range(count))], most, between=between) == text
