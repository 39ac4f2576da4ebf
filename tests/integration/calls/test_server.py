"""What callers meet while `gvma agi serve` is killed, stopped, drained and started again."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import bursts
from tests.useragent import Call, UserAgent


@pytest.fixture
def server(asterisk: PrivateAsterisk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaServer]:
    server = MediaServer(tmp_path_factory.mktemp("server"))
    asterisk.cli(f"dialplan set global GVMA_AGI agi://127.0.0.1:{server.port}")
    server.configure(sounds_path=asterisk.sounds)
    yield server
    server.stop()


def playing(caller: UserAgent) -> Call:
    """A caller who hears music without an end."""
    call = caller.call("annc", parameters=";play=music/burst;repeat=forever")
    call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > 1)
    return call


def test_a_caller_whose_server_is_killed_gets_music_and_the_next_one_the_new_server(
    caller: UserAgent, server: MediaServer, asterisk: PrivateAsterisk
) -> None:
    server.start()
    call = playing(caller)
    server.kill()
    asterisk.wait_log("Started music on hold")
    heard = call.audio.packets
    call.audio.wait_for(lambda: call.audio.packets > heard + 20)
    server.start()
    announced = caller.call("annc", parameters=";play=music/burst;repeat=2")
    announced.wait_ended()
    assert bursts(bytes(announced.audio.received)) == 2
    assert not call.ended
    call.hang_up()


def test_without_a_server_music_is_heard_and_a_conference_is_refused(caller: UserAgent, server: MediaServer) -> None:
    call = caller.call("annc", parameters=";play=music/burst")
    assert call.wait_final().status == 200
    call.audio.wait_level(above=200)
    call.hang_up()
    assert caller.call("conf=1").wait_final().status == 503


def test_a_conference_outlives_its_server_and_its_callers_leave_as_ever(caller: UserAgent, server: MediaServer) -> None:
    server.start()
    first, second = (caller.call("conf=1") for _ in range(2))
    for call in (first, second):
        assert call.wait_final().status == 200
    first.audio.send_tone(440, 3.0)
    second.audio.wait_level(above=500)
    server.kill()
    heard = second.audio.packets
    second.audio.wait_for(lambda: second.audio.packets > heard + 25)
    assert second.audio.level(100) > 500
    first.hang_up()
    second.hang_up()


def test_a_draining_server_lets_a_call_end_and_takes_no_new_one(caller: UserAgent, server: MediaServer) -> None:
    server.start()
    call = caller.call("annc", parameters=";play=music/burst;repeat=5")
    call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > 0)
    server.signal(signal.SIGTERM)
    server.wait_log("draining")
    assert caller.call("conf=1").wait_final().status == 503
    call.wait_ended()
    assert bursts(bytes(call.audio.received)) == 5
    assert server.wait() == 0
