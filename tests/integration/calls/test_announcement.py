"""Announcements on real calls: what a caller hears, for how long, and what SIP Server gets instead of a 200."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import bursts, sounds_like, write_burst
from tests.harness.waiting import wait_no_channels
from tests.integration.calls.conftest import StartServer
from tests.useragent import Call, UserAgent, mulaw


@pytest.fixture(scope="module")
def sound_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """An HTTP server with one sound; its port."""
    path = tmp_path_factory.mktemp("sounds") / "burst.wav"
    write_burst(path, 600)
    burst = path.read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/burst.wav"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "audio/wav")
            self.send_header("Content-Length", str(len(burst) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(burst)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(asterisk: PrivateAsterisk, start_server: StartServer, sound_host: int) -> MediaServer:
    return start_server(
        default_file=asterisk.sounds / "music/burst",
        play_hosts=f"127.0.0.1:{sound_host}",
        sounds_path=asterisk.sounds,
        max_play_seconds=30,
    )


def heard_to_the_end(call: Call) -> bytes:
    """All that a caller hears of a call that the server ends."""
    assert call.wait_final().status == 200
    call.wait_ended()
    assert call.requested("BYE")
    return bytes(call.audio.received)


def test_an_announcement_is_heard_and_then_the_server_hangs_up(caller: UserAgent) -> None:
    heard = heard_to_the_end(caller.call("annc", parameters=";play=music/burst;repeat=1"))
    assert bursts(heard) == 1
    assert sounds_like(heard, 440)


def test_repeat_three_is_heard_three_times(caller: UserAgent) -> None:
    assert bursts(heard_to_the_end(caller.call("annc", parameters=";play=music/burst;repeat=3"))) == 3


@pytest.mark.parametrize("parameters", [";play=music/burst;repeat=forever", ";play=music/burst", ""])
def test_music_goes_on_past_the_third_time_until_the_caller_hangs_up(
    caller: UserAgent, server: MediaServer, parameters: str
) -> None:
    call = caller.call("annc", parameters=parameters)
    assert call.wait_final().status == 200
    call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) > 3)
    assert not call.ended
    call.hang_up()


def test_delay_is_a_pause_between_the_plays(caller: UserAgent) -> None:
    call = caller.call("annc", parameters=";play=music/burst;repeat=2;delay=1500")
    call.audio.wait_for(lambda: bursts(bytes(call.audio.received)) == 2)
    # A busy machine makes it longer and never shorter, so only the lower end is asserted.
    assert call.audio.longest_pause() > 1.0
    call.wait_ended()


def test_duration_ends_the_call(caller: UserAgent) -> None:
    call = caller.call("annc", parameters=";play=music/burst;repeat=forever;delay=100;duration=2000")
    assert call.wait_final().status == 200
    call.wait_ended()
    # A play and its pause last 0.5 s, so four fit.
    assert 3 <= bursts(bytes(call.audio.received)) <= 5


def test_an_early_bye_ends_the_flow_at_once(caller: UserAgent, server: MediaServer, asterisk: PrivateAsterisk) -> None:
    logged = server.log().count("caller-gone")
    call = caller.call("annc", parameters=";play=prompt;repeat=forever")
    call.audio.wait_level(300)
    call.hang_up()
    wait_no_channels(asterisk)
    server.wait_log(f"(?s)(caller-gone.*){{{logged + 1}}}")


@pytest.mark.parametrize(
    ("user", "parameters", "status"),
    [
        ("annc", ";play=no/such", 404),
        ("annc", ";play=../keys/x", 404),
        ("annc", ";play=http://192.0.2.1/x.wav", 404),
        ("annc", ";play=file:///etc/hostname", 404),
        ("dialog", ";voicexml=http://h.example/x", 488),
        ("ivr", ";play=music/burst", 488),
        ("annc", ";play=music/burst;repeat=often", 484),
        ("annc", ";play=music/burst;play=music/burst", 484),
    ],
)
def test_what_cannot_be_done_is_refused_without_a_200_before(
    caller: UserAgent, user: str, parameters: str, status: int
) -> None:
    call = caller.call(user, parameters=parameters)
    assert call.wait_final().status == status
    assert [response.status for response in call.provisional if response.status != 100] == []
    assert call.audio.packets == 0


def test_the_exact_reason_of_a_refusal_is_logged_with_the_call_id(caller: UserAgent, server: MediaServer) -> None:
    call = caller.call("annc", parameters=";play=music/burst;repeat=often")
    call.wait_final()
    server.wait_log(f"400 Bad Request, sent as 484.*{call.call_id}")


def test_a_request_uri_that_asterisk_cannot_hand_over_is_refused_as_too_long(
    caller: UserAgent, server: MediaServer
) -> None:
    call = caller.call("annc", parameters=f";play=music/burst;x={'y' * 5000}")
    assert call.wait_final().status == 484
    server.wait_log(f"414 Request-URI Too Long, sent as 484.*{call.call_id}")


def test_the_to_header_is_read_where_the_request_uri_says_nothing(caller: UserAgent) -> None:
    to = "<sip:annc@127.0.0.1;play=music/burst;repeat=1;locale=fr_FR>"
    assert sounds_like(heard_to_the_end(caller.call("annc", to=to)), 1000)


def test_a_locale_is_heard_in_the_language_that_serves_it(caller: UserAgent) -> None:
    heard = heard_to_the_end(caller.call("annc", parameters=";play=music/burst;repeat=1;locale=ca_FR"))
    assert sounds_like(heard, 1000)


def test_asterisk_fetches_a_sound_from_a_listed_host(caller: UserAgent, sound_host: int) -> None:
    parameters = f";play=http://127.0.0.1:{sound_host}/{{}}.wav;repeat=1"
    assert sounds_like(heard_to_the_end(caller.call("annc", parameters=parameters.format("burst"))), 600)
    assert caller.call("annc", parameters=parameters.format("missing")).wait_final().status == 404


def test_a_file_url_below_the_sounds_folder_is_heard(caller: UserAgent, asterisk: PrivateAsterisk) -> None:
    url = f"file://{asterisk.sounds}/music/burst.wav"
    assert bursts(heard_to_the_end(caller.call("annc", parameters=f";play={url};repeat=1"))) == 1


def test_a_sound_that_is_empty_or_broken_is_refused_as_missing(caller: UserAgent, asterisk: PrivateAsterisk) -> None:
    (asterisk.sounds / "empty.wav").write_bytes(b"")
    (asterisk.sounds / "broken.wav").write_bytes(b"no sound" * 100)
    for name in ("empty", "broken"):
        assert caller.call("annc", parameters=f";play={name}").wait_final().status == 404


def test_seconds_of_silence_are_answered_and_ended(caller: UserAgent) -> None:
    heard = heard_to_the_end(caller.call("annc", parameters=";play=silence/1;repeat=1"))
    assert mulaw.rms(heard) < 50
