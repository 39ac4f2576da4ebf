"""Two media servers behind HAProxy, as contrib/haproxy.cfg has it: a call outlives the server that it is on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.media_dialplan import start_with_dialplan
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.servers.load_balancer import LoadBalancer
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import bursts
from tests.harness.waiting import wait_no_channels, wait_until
from tests.useragent import UserAgent
from tests.useragent.call import Call


@pytest.fixture(scope="module")
def asterisk(module_version: int, start_module_asterisk: StartAsterisk) -> PrivateAsterisk:
    return start_with_dialplan(start_module_asterisk, module_version, 9)


@pytest.fixture
def servers(asterisk: PrivateAsterisk, tmp_path: Path) -> Iterator[list[MediaServer]]:
    """Two, and HAProxy before them, which gives each of them one of two calls."""
    with ExitStack() as stack:
        servers = [MediaServer(tmp_path / name) for name in ("one", "two")]
        for server in servers:
            server.folder.mkdir()
            server.configure(sounds_path=asterisk.sounds, recordings_path=asterisk.folder / "recordings")
            stack.callback(server.kill)
            server.start()
        balancer = stack.enter_context(LoadBalancer([server.port for server in servers], tmp_path / "haproxy"))
        asterisk.cli(f"dialplan set global GVMA_AGI agi://127.0.0.1:{balancer.port}")
        yield servers


@pytest.fixture
def caller(asterisk: PrivateAsterisk) -> Iterator[UserAgent]:
    with UserAgent(("127.0.0.1", asterisk.sip_port)) as agent:
        yield agent


class Watched:
    """What Asterisk has logged since this was made."""

    def __init__(self, asterisk: PrivateAsterisk) -> None:
        self._asterisk, self._begin = asterisk, len(asterisk.log_text())

    def count(self, text: str) -> int:
        return self._asterisk.log_text().count(text, self._begin)

    def wait(self, text: str, times: int) -> None:
        wait_until(
            lambda: self.count(text) >= times,
            f"{text} not {times} times",
            lambda: self._asterisk.log_text()[self._begin :],
        )


ASKED, MUSIC = "] AGI(", "Started music on hold"


def hears_more_bursts(call: Call) -> None:
    before = bursts(bytes(call.audio.received))
    call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > before + 2)


def test_announcements_of_a_lost_server_go_on_at_the_other(
    servers: list[MediaServer], caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    log = Watched(asterisk)
    calls = []
    for _ in servers:  # one after another, so that each server has one
        calls.append(caller.call("annc", parameters=";play=music/burst;repeat=forever"))
        assert calls[-1].wait_final().status == 200
        hears_more_bursts(calls[-1])
    servers[0].kill()
    log.wait(ASKED, 3)
    for call in calls:
        hears_more_bursts(call)
        call.hang_up()
    servers[1].wait_log("(?s)caller-gone.*caller-gone")
    assert log.count(MUSIC) == 0


def test_digits_of_a_lost_server_go_on_at_the_other(
    servers: list[MediaServer], caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    log = Watched(asterisk)
    calls = []
    for _ in servers:
        calls.append(caller.call("annc", parameters=";play=music/silence"))
        assert calls[-1].wait_final().status == 200
        calls[-1].audio.send_digits("7")
        assert calls[-1].wait_request("MESSAGE").text.strip() == "Signal=7"
    servers[0].kill()
    log.wait(ASKED, 3)
    for call in calls:
        call.audio.send_digits("8")
        assert call.wait_request("MESSAGE", number=2).text.strip() == "Signal=8"
        call.hang_up()


def test_a_recording_of_a_lost_server_goes_on_until_its_caller_hangs_up(
    servers: list[MediaServer], caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    files = [asterisk.folder / f"recordings/genesys-rec-{name}.wav" for name in ("one", "two")]
    calls = []
    for file in files:
        calls.append(caller.call("annc", parameters=f";record={file.stem.rpartition('-')[2]}"))
        assert calls[-1].wait_final().status == 200
        wait_until(file.exists, "nothing is recorded")
    servers[0].kill()
    before = [file.stat().st_size for file in files]
    for file, size in zip(files, before, strict=True):
        wait_until(lambda file=file, size=size: file.stat().st_size > size + 8_000, "it is recorded no more")  # type: ignore[misc]
    for call in calls:
        call.hang_up()
    wait_no_channels(asterisk)
    assert sorted(files[0].parent.iterdir()) == files


def test_with_both_servers_gone_the_callers_hear_music_on_hold(
    servers: list[MediaServer], caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    log = Watched(asterisk)
    call = caller.call("annc", parameters=";play=music/burst;repeat=forever")
    assert call.wait_final().status == 200
    hears_more_bursts(call)
    for server in servers:
        server.kill()
    log.wait(MUSIC, 1)
    call.hang_up()
    wait_no_channels(asterisk)
