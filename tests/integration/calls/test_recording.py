"""Recordings on real calls: the audio that was sent is in the file, and no file is written twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.servers.media_server import MediaServer
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


# Longer than any recording, however late it begins.
SECONDS = 30.0


def wait_written(folder: Path, *names: str) -> None:
    """Waits until Asterisk has a second of each recording on disk; who listens meanwhile keeps the tone from coming."""
    paths = [folder / f"genesys-rec-{name}.wav" for name in names]
    wait_until(
        lambda: all(path.exists() and path.stat().st_size > 44 + 16_000 for path in paths),
        f"{paths} are not written",
        lambda: str([(path, path.stat().st_size) for path in sorted(folder.iterdir())]),
    )


def recorded(caller: UserAgent, parameters: str, hertz: int) -> Call:
    """A call that sounds from its first packet on."""
    call = caller.call("annc", parameters=parameters)
    call.audio.send_tone(hertz, SECONDS)
    assert call.wait_final().status == 200
    return call


def test_a_recording_holds_the_audio_that_was_sent(caller: UserAgent, recordings: Path, server: MediaServer) -> None:
    call = recorded(caller, ";record=00A1", 440)
    wait_written(recordings, "00A1")
    call.hang_up()
    assert holds(read_codes(recordings / "genesys-rec-00A1.wav"), 440)
    server.wait_log("recording to .*genesys-rec-00A1.wav")


def test_an_existing_recording_stays_as_it_is(caller: UserAgent, recordings: Path) -> None:
    (recordings / "genesys-rec-old.wav").write_bytes(b"the only copy")
    call = recorded(caller, ";record=old", 600)
    wait_written(recordings, "old-2")
    call.hang_up()
    assert (recordings / "genesys-rec-old.wav").read_bytes() == b"the only copy"
    assert holds(read_codes(recordings / "genesys-rec-old-2.wav"), 600)


def test_calls_with_one_id_at_one_moment_all_keep_their_recording(caller: UserAgent, recordings: Path) -> None:
    tones = [400, 600, 800, 1000, 1200]
    calls = [caller.call("annc", parameters=";record=same") for _ in tones]
    for call, hertz in zip(calls, tones, strict=True):
        call.audio.send_tone(hertz, SECONDS)
    assert [call.wait_final().status for call in calls] == [200] * len(tones)
    names = ["same", "same-2", "same-3", "same-4", "same-5"]
    wait_written(recordings, *names)
    for call in calls:
        call.hang_up()
    assert sorted(path.stem for path in recordings.glob("genesys-rec-same*")) == [f"genesys-rec-{it}" for it in names]
    files = [read_codes(recordings / f"genesys-rec-{name}.wav") for name in names]
    assert sorted(hertz for file in files for hertz in tones if holds(file, hertz)) == tones


def test_a_prompt_is_heard_before_the_recording(caller: UserAgent, recordings: Path) -> None:
    call = recorded(caller, ";play=music/burst;record=prompted", 900)
    wait_written(recordings, "prompted")
    call.hang_up()
    assert sounds_like(bytes(call.audio.received), 440)
    assert holds(read_codes(recordings / "genesys-rec-prompted.wav"), 900)


def test_silence_ends_a_recording_and_the_call(caller: UserAgent, recordings: Path) -> None:
    call = caller.call("annc", parameters=";record=quiet")
    assert call.wait_final().status == 200
    call.audio.send_tone(440, 0.5)
    call.wait_ended()
    assert call.requested("BYE")
    assert sounds_like(read_codes(recordings / "genesys-rec-quiet.wav"), 440)


def test_the_longest_recording_ends_by_itself(caller: UserAgent, recordings: Path) -> None:
    call = recorded(caller, ";record=long", 440)
    call.wait_ended()
    assert call.requested("BYE")
    seconds = (recordings / "genesys-rec-long.wav").stat().st_size / 16_000
    assert seconds == pytest.approx(4, abs=1)
