"""Calls that a stranger would try: odd URLs and formats, hosts that misbehave, fast keys, odd conference ids."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import suppress
from socket import SOCK_STREAM

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from gvma.demo.ports import free_port
from tests.harness.media_dialplan import DIALPLAN, start_with_dialplan
from tests.harness.servers.asterisk_fixtures import StartAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import bursts, sounds_like, write_burst
from tests.harness.waiting import wait_no_channels, wait_until
from tests.integration.calls.conftest import StartServer
from tests.useragent import Call, UserAgent, mulaw

ALL_KEYS = "0123456789*#ABCD"


class SoundHost:
    """An HTTP server: a burst of 600 Hz at every path, but at /slow only when ``released``, and /away leads away."""

    def __init__(self, burst: bytes) -> None:
        self.asked: list[str] = []
        self.released = threading.Event()
        host = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                if self.path.startswith("/slow"):
                    host.released.wait(60)
                self.send_response(302 if self.path.startswith("/away") else 200)
                self.send_header("Location", "/elsewhere.wav")
                self.send_header("Content-Type", "audio/wav")
                self.send_header("Content-Length", str(len(burst)))
                with suppress(BrokenPipeError, ConnectionResetError):  # Asterisk has stopped waiting
                    self.end_headers()
                    self.wfile.write(burst)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port


@pytest.fixture(scope="module")
def sound_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundHost]:
    path = tmp_path_factory.mktemp("sounds") / "burst.wav"
    write_burst(path, 600)
    host = SoundHost(path.read_bytes())
    thread = threading.Thread(target=host.server.serve_forever)
    thread.start()
    yield host
    host.released.set()
    host.server.shutdown()
    thread.join()
    host.server.server_close()


@pytest.fixture(scope="module")
def asterisk(module_version: int, start_module_asterisk: StartAsterisk) -> PrivateAsterisk:
    sample = (DIALPLAN / "samples/res_http_media_cache.conf").read_text()
    files = {"res_http_media_cache.conf": sample}
    return start_with_dialplan(start_module_asterisk, module_version, free_port(SOCK_STREAM), files=files)


@pytest.fixture(scope="module")
def server(asterisk: PrivateAsterisk, start_server: StartServer, sound_host: SoundHost) -> MediaServer:
    return start_server(
        play_hosts=f"127.0.0.1:{sound_host.port}",
        sounds_path=asterisk.sounds,
        recordings_path=asterisk.folder / "recordings",
        digits_prompt="prompt",
    )


@pytest.fixture(autouse=True)
def forget_what_was_asked(sound_host: SoundHost) -> None:
    sound_host.asked.clear()
    sound_host.released.clear()


def is_pjsip(asterisk: PrivateAsterisk) -> bool:
    return asterisk.driver == "pjsip"


def heard_to_the_end(call: Call) -> bytes:
    """All that a caller hears of a call that the server ends."""
    assert call.wait_final().status == 200
    call.wait_ended()
    assert call.requested("BYE")
    return bytes(call.audio.received)


class TestUris:
    @pytest.mark.parametrize(
        ("sent", "asked"),
        [("a%2520b.wav", "/a%20b.wav"), ("a%252Fb.wav", "/a%2Fb.wav"), ("q.wav%3Fid%3D1%26x", "/q.wav?id=1&x")],
    )
    def test_an_escaped_url_reaches_its_host_decoded_once(
        self, caller: UserAgent, sound_host: SoundHost, sent: str, asked: str
    ) -> None:
        parameters = f";play=http://127.0.0.1:{sound_host.port}/{sent};repeat=1"
        assert sounds_like(heard_to_the_end(caller.call("annc", parameters=parameters)), 600)
        assert asked in sound_host.asked

    def test_an_escaped_url_in_to_reaches_its_host_decoded_once(self, caller: UserAgent, sound_host: SoundHost) -> None:
        to = f"<sip:annc@127.0.0.1;play=http://127.0.0.1:{sound_host.port}/to%2520c.wav;repeat=1>"
        assert sounds_like(heard_to_the_end(caller.call("annc", to=to)), 600)
        assert "/to%20c.wav" in sound_host.asked

    def test_a_scheme_has_no_case(self, caller: UserAgent, sound_host: SoundHost) -> None:
        parameters = f";PLAY=HTTP://127.0.0.1:{sound_host.port}/upper.wav;REPEAT=1"
        assert sounds_like(heard_to_the_end(caller.call("ANNC", parameters=parameters)), 600)

    def test_asterisk_can_keep_what_it_fetched(
        self, caller: UserAgent, sound_host: SoundHost, asterisk: PrivateAsterisk
    ) -> None:
        heard_to_the_end(caller.call("annc", parameters=f";play=http://127.0.0.1:{sound_host.port}/kept;repeat=1"))
        # Asterisk 16 knows a copy again after a restart by a key of at most 252 bytes.
        assert "Family and key length" not in asterisk.log_text()

    def test_a_to_header_that_chan_sip_would_cut_is_refused_instead_of_a_call_without_sound(
        self, caller: UserAgent, server: MediaServer, asterisk: PrivateAsterisk
    ) -> None:
        longest = "<sip:annc@127.0.0.1;play=music/burst;repeat=1;x={}>"
        fits, too_long = (longest.format("y" * (size + 2 - len(longest))) for size in (240, 241))
        assert bursts(heard_to_the_end(caller.call("annc", parameters=";play=music/burst;repeat=1", to=fits))) == 1
        call = caller.call("annc", parameters=";play=music/burst;repeat=1", to=too_long)
        if is_pjsip(asterisk):
            assert bursts(heard_to_the_end(call)) == 1
        else:
            assert call.wait_final().status == 484
            server.wait_log(f"To header of 241 characters(?s:.*){call.call_id}")

    @pytest.mark.parametrize("extension", ["sln", "ulaw", "pcm"])
    def test_a_sound_in_another_format_is_found_with_and_without_its_extension(
        self, caller: UserAgent, asterisk: PrivateAsterisk, extension: str
    ) -> None:
        codes = mulaw.tone(700, 0.3)
        place = asterisk.sounds / f"deep/er/and.more/{extension}-1.{extension}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(mulaw.decode(codes).tobytes() if extension == "sln" else codes)
        for name in (f"deep/er/and.more/{extension}-1", f"file://{place}"):
            call = caller.call("annc", parameters=f";play={name};repeat=1")
            assert sounds_like(heard_to_the_end(call), 700)


class TestHostsThatMisbehave:
    def test_a_listed_host_leads_to_no_other_one(
        self, caller: UserAgent, sound_host: SoundHost, asterisk: PrivateAsterisk
    ) -> None:
        call = caller.call("annc", parameters=f";play=http://127.0.0.1:{sound_host.port}/away.wav;repeat=1")
        if is_pjsip(asterisk):  # 16 has no setting for it
            assert call.wait_final().status == 404
            assert "/elsewhere.wav" not in sound_host.asked
        call.wait_ended()

    def test_a_caller_of_a_host_that_stays_silent_is_refused_after_the_samples_five_seconds(
        self, caller: UserAgent, sound_host: SoundHost, server: MediaServer, asterisk: PrivateAsterisk
    ) -> None:
        if not is_pjsip(asterisk):  # 16 has no setting for it, and waits for three minutes
            return
        call = caller.call("annc", parameters=f";play=http://127.0.0.1:{sound_host.port}/slow-too.wav;repeat=1")
        assert call.wait_final().status == 404
        server.wait_log(f"could not fetch it.*{call.call_id}")

    def test_a_caller_who_gives_up_on_a_slow_host_is_let_go(
        self, caller: UserAgent, sound_host: SoundHost, server: MediaServer
    ) -> None:
        call = caller.call("annc", parameters=f";play=http://127.0.0.1:{sound_host.port}/slow.wav;repeat=1")
        wait_until(lambda: "/slow.wav" in sound_host.asked, "not fetched", lambda: str(call))
        call.cancel()
        try:
            assert call.wait_final().status == 487
        finally:
            sound_host.released.set()


class TestKeys:
    def collecting(self, caller: UserAgent, play: str = "music/silence") -> Call:
        call = caller.call("annc", parameters=f";play={play}")
        assert call.wait_final().status == 200
        return call

    def keys(self, call: Call, number: int) -> str:
        call.wait_request("MESSAGE", number=number)
        return "".join(message.text.strip().removeprefix("Signal=") for message in call.requested("MESSAGE"))

    def test_each_of_the_sixteen_keys_comes_back(self, caller: UserAgent) -> None:
        call = self.collecting(caller)
        call.audio.send_digits(ALL_KEYS)
        assert self.keys(call, 16) == ALL_KEYS
        call.hang_up()

    @pytest.mark.parametrize("play", ["music/silence", "music/collect"])
    def test_ten_keys_in_a_second_all_come_back_in_order(self, caller: UserAgent, play: str) -> None:
        call = self.collecting(caller, play)
        call.audio.send_digits("1357924680", milliseconds=40, pause=0)
        assert self.keys(call, 10) == "1357924680"
        call.hang_up()

    def test_keys_by_info_and_by_rfc_4733_in_one_call_all_come_back(self, caller: UserAgent) -> None:
        call = self.collecting(caller)
        for number, key in enumerate("12345", start=1):
            if number % 2:
                call.audio.send_digits(key)
            else:
                call.send_info_digit(key)
            assert self.keys(call, number)[-1] == key
        call.hang_up()

    def test_a_caller_who_does_not_say_what_it_allows_gets_its_keys(self, caller: UserAgent) -> None:
        caller.offer_headers = []
        call = self.collecting(caller)
        call.send_info_digit("5")
        assert self.keys(call, 1) == "5"
        call.hang_up()


class TestConferences:
    @pytest.mark.parametrize("user", ["conf=a,b", "CONF=a,b", "CONF=a,b,1"])
    def test_an_id_with_a_comma_is_refused_as_a_wrong_one(
        self, caller: UserAgent, server: MediaServer, user: str
    ) -> None:
        call = caller.call(user)
        assert call.wait_final().status == 484
        server.wait_log(f"400 Bad Request.*{call.call_id}")

    @pytest.mark.parametrize("conference", ["a'b!c*d+e~f.g_h-i", "S", "1.2+3"])
    def test_every_id_that_is_allowed_is_a_conference_with_a_recording(
        self, caller: UserAgent, asterisk: PrivateAsterisk, conference: str
    ) -> None:
        first, second = (
            caller.call(f"conf={name}", parameters=";record=x") for name in (conference, conference.lower())
        )
        for call in (first, second):
            assert call.wait_final().status == 200
        first.audio.send_tone(440, 3.0)
        second.audio.wait_level(above=500)
        for call in (first, second):
            call.hang_up()
        wait_no_channels(asterisk)
        [name] = [path.name for path in (asterisk.folder / "recordings").glob("meetme-conf-rec-*")]
        assert name.startswith(f"meetme-conf-rec-{conference.lower()}-")
        (asterisk.folder / "recordings" / name).unlink()
