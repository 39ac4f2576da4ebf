"""Recordings: where they go, and that none is ever written over another."""

from __future__ import annotations

import pytest

from gvma.settings.model import MediaSettings
from gvma.treatments import ROUTES
from gvma.treatments.commands import Reply
from tests.unit.treatments.scripted import Asterisk

SERVICE = ROUTES["service"]
FOLDER = "/var/lib/asterisk/sounds"
URI = "sip:annc@h;record=00A1B2"


def record_line(asterisk: Asterisk) -> str:
    [line] = [line for line in asterisk.lines if line.startswith("RECORD FILE")]
    return line


def test_a_recording_has_the_manuals_name_and_our_limits() -> None:
    asterisk = Asterisk(URI)
    assert asterisk.runs(SERVICE, MediaSettings(max_record_seconds=60, max_silence_seconds=5)) == "recorded"
    assert record_line(asterisk) == f"RECORD FILE {FOLDER}/genesys-rec-00A1B2 wav  60000 s=5"
    assert asterisk.lines[-1] == "HANGUP"


def test_no_limit_of_time_or_silence_is_none() -> None:
    asterisk = Asterisk(URI)
    asterisk.runs(SERVICE, MediaSettings(max_record_seconds=0))
    assert record_line(asterisk) == f"RECORD FILE {FOLDER}/genesys-rec-00A1B2 wav  -1"


def test_an_existing_recording_is_left_as_it_is() -> None:
    taken = {f"{FOLDER}/genesys-rec-00A1B2.wav", f"{FOLDER}/genesys-rec-00A1B2-2.wav"}
    asterisk = Asterisk(URI, files=set(taken))
    asterisk.runs(SERVICE)
    assert f"{FOLDER}/genesys-rec-00A1B2-3 " in record_line(asterisk)
    assert any("genesys-rec-00A1B2.wav exists" in note.message for note in asterisk.notes)
    assert any("genesys-rec-00A1B2-3.wav" in note.message for note in asterisk.notes)


def test_of_two_calls_with_one_id_at_one_moment_the_older_gets_the_name_and_the_younger_the_next() -> None:
    first = Asterisk(URI)
    first.runs(SERVICE)
    name, _, turn = first.variables["GROUP(gvma-recording)"].partition("-")
    assert turn == "0007"
    # No file yet, but somebody is about to write it.
    younger = Asterisk(URI, others_in_groups=[f"{name}-0006"])
    younger.runs(SERVICE)
    assert f"{FOLDER}/genesys-rec-00A1B2-2 " in record_line(younger)
    older = Asterisk(URI, others_in_groups=[f"{name}-0010"])
    older.runs(SERVICE)
    assert f"{FOLDER}/genesys-rec-00A1B2 " in record_line(older)


def test_where_every_numbered_name_is_taken_the_channels_own_id_makes_one() -> None:
    taken = {f"{FOLDER}/genesys-rec-00A1B2{suffix}.wav" for suffix in ["", *(f"-{n}" for n in range(2, 1000))]}
    asterisk = Asterisk(URI, files=taken)
    asterisk.runs(SERVICE)
    assert f"{FOLDER}/genesys-rec-00A1B2-1795306622.7 " in record_line(asterisk)


def test_a_prompt_is_played_once_before_the_recording() -> None:
    asterisk = Asterisk(f"{URI};play=beep;repeat=5", sounds={"beep": 0.4})
    asterisk.runs(SERVICE)
    assert asterisk.heard == ["beep"]
    assert asterisk.lines.index("STREAM FILE beep ") < asterisk.lines.index(record_line(asterisk))


def test_a_prompt_that_is_missing_is_no_reason_to_lose_the_recording() -> None:
    asterisk = Asterisk(f"{URI};play=nope")
    assert asterisk.runs(SERVICE) == "recorded"
    assert any("'nope' cannot be played" in note.message for note in asterisk.notes)


def test_a_folder_that_is_missing_is_500_before_the_answer() -> None:
    asterisk = Asterisk(URI, folders=set())
    assert asterisk.runs(SERVICE) == "failed"
    assert not asterisk.answered
    assert asterisk.lines[-1] == "EXEC Hangup 38"


def test_a_recording_that_asterisk_cannot_write_ends_the_call_and_is_logged() -> None:
    asterisk = Asterisk(URI, recording=Reply(200, "-1", "writefile"))
    assert asterisk.runs(SERVICE) == "failed"
    assert asterisk.variables["GVMA_OUTCOME"] == "failed"
    assert "writefile" in asterisk.notes[-1].message


@pytest.mark.parametrize("record", ["a/b", "..%2fx", "a%20b", "a%26b"])
def test_an_id_that_is_no_part_of_a_file_name_is_refused(record: str) -> None:
    asterisk = Asterisk(f"sip:annc@h;record={record}")
    assert asterisk.runs(SERVICE) == "bad-request"
    assert not asterisk.answered
