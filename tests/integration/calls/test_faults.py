"""Faults in the middle of real calls: hold, a vanished file, a full or killed server, hostile peers beside the call."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import bursts, read_codes, write_burst
from tests.harness.waiting import wait_no_channels, wait_until
from tests.integration.calls.conftest import StartServer
from tests.useragent import UserAgent, mulaw


@pytest.fixture(scope="module")
def server(asterisk: PrivateAsterisk, start_server: StartServer) -> MediaServer:
    # The slowest peers must still be there when they have been many for a while.
    return start_server(sounds_path=asterisk.sounds, preamble_seconds=300)


def plays_to_the_end(caller: UserAgent) -> int:
    """How often a caller hears an announcement that is to be played twice."""
    call = caller.call("annc", parameters=";play=music/burst;repeat=2")
    assert call.wait_final().status == 200
    call.wait_ended()
    assert call.requested("BYE")
    return bursts(bytes(call.audio.received))


class TestMidCall:
    def test_music_whose_file_vanishes_ends(self, caller: UserAgent, asterisk: PrivateAsterisk) -> None:
        write_burst(asterisk.sounds / "gone.wav")
        call = caller.call("annc", parameters=";play=gone;repeat=forever")
        call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > 1)
        (asterisk.sounds / "gone.wav").unlink()
        call.wait_ended()
        assert call.requested("BYE")

    def test_music_goes_on_after_hold(self, caller: UserAgent) -> None:
        call = caller.call("annc", parameters=";play=music/burst;repeat=forever")
        call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > 1)
        hold = call.sdp().replace(b"sendrecv", b"sendonly")
        assert call.request("INVITE", hold, "application/sdp").status == 200
        assert call.request("INVITE", call.sdp(), "application/sdp").status == 200
        before = bursts(bytes(call.audio.received))
        call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > before + 1)
        call.hang_up()

    def test_an_administrator_can_end_a_call(self, caller: UserAgent, asterisk: PrivateAsterisk) -> None:
        call = caller.call("annc", parameters=";play=music/burst;repeat=forever")
        call.audio.wait_level(300)
        asterisk.cli("channel request hangup all")
        call.wait_ended()
        assert call.requested("BYE")


class TestServer:
    @pytest.fixture
    def own(self, asterisk: PrivateAsterisk, caller: UserAgent, tmp_path: Path) -> Iterator[MediaServer]:
        """A server for one test; the calls go to it."""
        own = MediaServer(tmp_path)
        asterisk.cli(f"dialplan set global GVMA_AGI agi://127.0.0.1:{own.port}")
        yield own
        own.kill()

    def test_a_full_server_leaves_the_next_callers_to_the_dialplan_until_a_call_ends(
        self, caller: UserAgent, own: MediaServer, asterisk: PrivateAsterisk
    ) -> None:
        own.configure(max_calls=2, sounds_path=asterisk.sounds)
        own.start().wait_log("no-preamble")  # what asked whether it listens was a call too
        playing = [caller.call("annc", parameters=";play=music/burst;repeat=forever") for _ in range(2)]
        for call in playing:
            call.audio.wait_for(lambda call=call: bursts(bytes(call.audio.received)) > 1)  # type: ignore[misc]
        own.wait_log("2 calls are open")
        assert caller.call("conf=1").wait_final().status == 503
        waiting = caller.call("annc", parameters=";play=prompt")
        assert waiting.wait_final().status == 200
        asterisk.wait_log("Started music on hold")
        for call in (waiting, *playing):
            call.hang_up()
        own.wait_log("(?s)caller-gone.*caller-gone")
        assert plays_to_the_end(caller) == 2

    def test_a_recording_outlives_its_server(
        self, caller: UserAgent, own: MediaServer, asterisk: PrivateAsterisk
    ) -> None:
        recordings = asterisk.folder / "recordings"
        own.configure(recordings_path=recordings)
        own.start()
        call = caller.call("annc", parameters=";record=outlives")
        assert call.wait_final().status == 200
        own.wait_log("recording to")
        own.kill()
        call.audio.send_tone(440, 5.0)
        path = recordings / "genesys-rec-outlives.wav"
        wait_until(lambda: path.exists() and path.stat().st_size > 16_000, "not written", lambda: str(call))
        call.hang_up()
        wait_no_channels(asterisk)
        assert mulaw.rms(read_codes(path)) > 1000

    @pytest.mark.parametrize("folder", ["/proc", "nowhere"])
    def test_a_recording_that_cannot_be_kept_does_not_look_like_one(
        self, caller: UserAgent, own: MediaServer, asterisk: PrivateAsterisk, folder: str
    ) -> None:
        own.configure(recordings_path=asterisk.folder / folder)
        own.start()
        call = caller.call("annc", parameters=";record=x")
        call.wait_ended()  # refused, or ended at once
        own.wait_log("could not be recorded|is not a folder on Asterisk's host")

    def test_hostile_peers_do_not_keep_a_caller_waiting(self, caller: UserAgent, server: MediaServer) -> None:
        with ExitStack() as stack:
            for number in range(300):
                peer = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                peer.sendall((b"agi_network: yes\nagi_cha", b"agi_x: " + b"y" * 9000, b"a")[number % 3])
            for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 70_000, b"agi_network: yes\n\n"):
                peer = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                peer.settimeout(60)
                with suppress(ConnectionError):  # it may be refused before all of it is sent
                    peer.sendall(junk)
                assert peer.recv(100).startswith(b"failure")
            assert plays_to_the_end(caller) == 2
