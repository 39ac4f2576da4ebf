"""The shipped dialplan on a real Asterisk: what a caller gets where gvma is down, silent, lost or refusing."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import SOCK_STREAM

import pytest

from gvma.agi.routes import Flow, all_routes
from gvma.agi.server import Server
from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from gvma.settings.model import MediaSettings
from gvma.treatments.commands import Call, CallFlow
from tests.harness.media_dialplan import DIALPLAN, PJSIP
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.useragent.agent import UserAgent

# As an administrator includes it: the site's own globals come behind the #include, on purpose.
EXTENSIONS = """\
[general]
#include "{dialplan}"
[default]
include => moh_conf_treatment
[globals]
GVMA_SILENT_SECONDS=60
"""


@pytest.fixture(scope="module")
def asterisk(module_version: int, start_module_asterisk: StartAsterisk) -> PrivateAsterisk:
    driver = "sip" if module_version == 16 else "pjsip"
    extensions = EXTENSIONS.format(dialplan=DIALPLAN / f"gvma-media-{driver}.conf")
    return start_module_asterisk(module_version, {"extensions.conf": extensions, "pjsip.conf": PJSIP})


@pytest.fixture
def caller(asterisk: PrivateAsterisk) -> Iterator[UserAgent]:
    point_at(asterisk, free_port(SOCK_STREAM))
    with UserAgent(("127.0.0.1", asterisk.sip_port)) as agent:
        yield agent


def point_at(asterisk: PrivateAsterisk, port: int) -> None:
    asterisk.cli(f"dialplan set global GVMA_AGI agi://127.0.0.1:{port}")


@contextmanager
def silent_for_short(asterisk: PrivateAsterisk) -> Iterator[None]:
    """A call that the server has not answered by a second and a half ends."""
    asterisk.cli("dialplan set global GVMA_SILENT_SECONDS 1.5")
    try:
        yield
    finally:
        asterisk.cli("dialplan set global GVMA_SILENT_SECONDS 60")


@contextmanager
def peer(*says: bytes, stays: bool = False) -> Iterator[int]:
    """An AGI server of our own on its port: says something to each call, then closes or stays silent."""
    accepted: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            accepted.append(connection)
            connection.settimeout(60)
            preamble = b""
            while not preamble.endswith(b"\n\n") and (more := connection.recv(4096)):
                preamble += more
            for line in says:
                connection.sendall(line)
            if not stays:
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in accepted:
                connection.close()


@dataclass
class RunningServer:
    """Our server in a thread of its own."""

    routes: dict[str, Flow]
    media: MediaSettings = field(default_factory=MediaSettings)
    _ready: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> RunningServer:
        self.server = Server(self.media, self.routes, host="127.0.0.1", port=0)
        self.server.open()
        self.port = self.server.addresses[0][1]
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),))
        self._thread.start()
        return self

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self.server.serve()

    def stop(self) -> None:
        self._ready.wait()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end)
            self._thread.join()

    def _end(self) -> None:
        self.server.drain()
        self.server.drain()  # a second one does not wait for calls

    def __exit__(self, *_: object) -> None:
        self.stop()


def broken(call: Call, media: MediaSettings) -> CallFlow:
    raise RuntimeError("on purpose")
    yield


class TestServerDown:
    def test_an_announcement_becomes_music_on_hold(self, caller: UserAgent) -> None:
        call = caller.call("annc", parameters=";play=welcome")
        assert call.wait_final().status == 200
        call.audio.wait_level(above=200)
        call.hang_up()

    @pytest.mark.parametrize("parameters", [";play=beep;record=abc", ";Record=abc"])
    def test_a_recording_is_refused_so_that_nobody_believes_in_it(self, caller: UserAgent, parameters: str) -> None:
        assert caller.call("annc", parameters=parameters).wait_final().status == 503

    def test_a_conference_is_refused(self, caller: UserAgent) -> None:
        assert caller.call("conf=1234").wait_final().status == 503

    def test_the_services_names_have_no_case(self, caller: UserAgent) -> None:
        call = caller.call("ANNC", parameters=";play=welcome")
        assert call.wait_final().status == 200
        call.hang_up()
        assert caller.call("CONF=1234").wait_final().status == 503


@pytest.mark.parametrize(
    ("user", "status"),
    [("dialog", 488), ("Dialog", 488), ("conf=", 404), ("conf", 404), ("CONF=", 404), ("nobody", 404)],
)
def test_what_needs_no_server_is_answered_without_one(caller: UserAgent, user: str, status: int) -> None:
    assert caller.call(user, parameters=";voicexml=http://h/x").wait_final().status == status


def test_a_server_that_accepts_and_stays_silent_does_not_keep_the_caller(
    asterisk: PrivateAsterisk, caller: UserAgent
) -> None:
    with peer(stays=True) as port, silent_for_short(asterisk):
        point_at(asterisk, port)
        assert caller.call("annc", parameters=";play=welcome").wait_final().status >= 400
        assert caller.call("conf=1234").wait_final().status >= 400


@pytest.mark.parametrize(
    "says", [(b"failure: too many calls\n",), (), (b"NOOP\n",)], ids=["failure", "closes", "closes after a command"]
)
def test_a_server_that_gives_up_is_replaced_by_music_and_a_refusal(
    asterisk: PrivateAsterisk, caller: UserAgent, says: tuple[bytes, ...]
) -> None:
    with peer(*says) as port:
        point_at(asterisk, port)
        call = caller.call("annc", parameters=";play=welcome")
        assert call.wait_final().status == 200
        call.audio.wait_level(above=200)
        call.hang_up()
        assert caller.call("conf=1234").wait_final().status == 503


class TestOurServer:
    def test_a_defect_in_a_flow_is_a_failure_to_asterisk(self, asterisk: PrivateAsterisk, caller: UserAgent) -> None:
        with RunningServer({"treatment": broken}) as running:
            point_at(asterisk, running.port)
            call = caller.call("annc", parameters=";play=welcome")
            assert call.wait_final().status == 200
            asterisk.wait_log(r"AGI Script .* completed, returning 0")
            call.audio.wait_level(above=200)
            call.hang_up()
        assert dict(running.server.counters) == {("treatment", "error"): 2}  # it is asked once more

    @pytest.mark.parametrize("media", [MediaSettings(allow=("192.0.2.0/24",))])
    def test_an_address_that_is_not_allowed_gets_the_fallback(
        self, asterisk: PrivateAsterisk, caller: UserAgent, media: MediaSettings
    ) -> None:
        with RunningServer({}, media) as running:
            point_at(asterisk, running.port)
            assert caller.call("conf=1234").wait_final().status == 503
        assert dict(running.server.counters) == {("-", "not-allowed"): 2}

    def test_an_announcement_outlives_the_limit_against_silent_servers(
        self, asterisk: PrivateAsterisk, caller: UserAgent
    ) -> None:
        with RunningServer(dict(all_routes())) as running, silent_for_short(asterisk):
            point_at(asterisk, running.port)
            call = caller.call("annc", parameters=";play=silence/4;repeat=1")
            assert call.wait_final().status == 200
            call.wait_ended()
            assert call.requested("BYE")
        assert dict(running.server.counters) == {("treatment", "played"): 1}

    def test_a_refused_announcement_is_refused_once_and_without_music(
        self, asterisk: PrivateAsterisk, caller: UserAgent
    ) -> None:
        with RunningServer(dict(all_routes())) as running:
            point_at(asterisk, running.port)
            assert caller.call("annc", parameters=";play=no-such-sound").wait_final().status == 404
        assert dict(running.server.counters) == {("treatment", "not-found"): 1}

    def test_a_server_stopped_in_mid_call_leaves_the_caller_with_music(
        self, asterisk: PrivateAsterisk, caller: UserAgent
    ) -> None:
        with RunningServer(dict(all_routes())) as running:
            point_at(asterisk, running.port)
            call = caller.call("annc", parameters=";play=beep;repeat=forever;delay=100")
            assert call.wait_final().status == 200
            call.audio.wait_level(above=200)
            running.stop()
            asterisk.wait_log(r"Started music on hold")
            call.hang_up()

    def test_health_sets_a_variable(self, asterisk: PrivateAsterisk) -> None:
        with RunningServer(dict(all_routes())) as running:
            url = f"agi://127.0.0.1:{running.port}/health"
            asterisk.cli(f"dialplan add extension health,1,AGI,{url} into default")
            asterisk.cli("dialplan add extension health,2,Log,NOTICE,health:${GVMA_HEALTH}:${AGISTATUS} into default")
            asterisk.cli("channel originate Local/health@default application Wait 0.1")
            asterisk.wait_log("health:ok:SUCCESS")
