"""Recordings on real calls: the audio that was sent is in the file, and no file is written twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.media_server import MediaServer
from tests.harness.sounds import holds, read_codes, sounds_like
from tests.harness.waiting import wait_until
from tests.integration.calls.conftest import StartServer
from tests.useragent import Call, UserAgent


@pytest.fixture(scope="module")
def server(asterisk: PrivateAsterisk, start_server: StartServer) -> MediaServer:
    return start_server(recordings_path=asterisk.folder / "recordings", max_record_seconds=4, max_silence_seconds=2)


@pytest.fixture
def recordings(asterisk: PrivateAsterisk) -> Path:
    return asterisk.folder / "recordings"


def wait_written(path: Path, seconds: float) -> None:
    """Waits until Asterisk has so much of a recording on disk."""
    wait_until(
        lambda: path.exists() and path.stat().st_size > 44 + seconds * 16_000,
        f"{path} is not written",
        lambda: str(sorted(path.parent.iterdir())),
    )


def recorded(caller: UserAgent, parameters: str, hertz: float) -> Call:
    call = caller.call("annc", parameters=parameters)
    assert call.wait_final().status == 200
    call.audio.send_tone(hertz, 5.0)
    return call


def test_a_recording_holds_the_audio_that_was_sent(caller: UserAgent, recordings: Path, server: MediaServer) -> None:
    call = recorded(caller, ";record=00A1", 440)
    wait_written(recordings / "genesys-rec-00A1.wav", 0.5)
    call.hang_up()
    assert sounds_like(read_codes(recordings / "genesys-rec-00A1.wav"), 440)
    server.wait_log("recording to .*genesys-rec-00A1.wav")


def test_an_existing_recording_stays_as_it_is(caller: UserAgent, recordings: Path) -> None:
    (recordings / "genesys-rec-old.wav").write_bytes(b"the only copy")
    call = recorded(caller, ";record=old", 600)
    wait_written(recordings / "genesys-rec-old-2.wav", 0.5)
    call.hang_up()
    assert (recordings / "genesys-rec-old.wav").read_bytes() == b"the only copy"
    assert sounds_like(read_codes(recordings / "genesys-rec-old-2.wav"), 600)


def test_calls_with_one_id_at_one_moment_all_keep_their_recording(caller: UserAgent, recordings: Path) -> None:
    tones = [400, 600, 800, 1000, 1200]
    calls = [caller.call("annc", parameters=";record=same") for _ in tones]
    for call, hertz in zip(calls, tones, strict=True):
        assert call.wait_final().status == 200
        call.audio.send_tone(hertz, 5.0)

    def written() -> list[Path]:
        return [path for path in recordings.glob("genesys-rec-same*.wav") if path.stat().st_size > 10_000]

    wait_until(lambda: len(written()) == len(tones), "not five recordings", lambda: str(written()))
    for call in calls:
        call.hang_up()
    found = [hertz for path in written() for hertz in tones if holds(read_codes(path), hertz)]
    assert sorted(found) == tones
    numbers = ["", "-2", "-3", "-4", "-5"]
    assert {path.stem for path in written()} == {f"genesys-rec-same{number}" for number in numbers}


def test_a_prompt_is_heard_before_the_recording(caller: UserAgent, recordings: Path) -> None:
    call = caller.call("annc", parameters=";play=music/burst;record=prompted")
    assert call.wait_final().status == 200
    call.audio.send_tone(900, 5.0)
    wait_written(recordings / "genesys-rec-prompted.wav", 0.5)
    call.hang_up()
    assert sounds_like(bytes(call.audio.received), 440)
    assert sounds_like(read_codes(recordings / "genesys-rec-prompted.wav"), 900)


def test_silence_ends_a_recording_and_the_call(caller: UserAgent, recordings: Path) -> None:
    call = caller.call("annc", parameters=";record=quiet")
    assert call.wait_final().status == 200
    call.audio.send_tone(440, 0.5)
    call.wait_ended()
    assert call.requested("BYE")
    assert sounds_like(read_codes(recordings / "genesys-rec-quiet.wav"), 440)


def test_the_longest_recording_ends_by_itself(caller: UserAgent, recordings: Path) -> None:
    call = caller.call("annc", parameters=";record=long")
    assert call.wait_final().status == 200
    call.audio.send_tone(440, 6.0)
    call.wait_ended()
    assert call.requested("BYE")
    seconds = (recordings / "genesys-rec-long.wav").stat().st_size / 16_000
    assert seconds == pytest.approx(4, abs=1)
