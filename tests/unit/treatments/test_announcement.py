"""Announcements: what the caller hears, how often, and what is refused before the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.settings.model import MediaSettings
from gvma.treatments import ROUTES
from tests.unit.treatments.scripted import Asterisk

SERVICE = ROUTES["service"]
RFC4240 = MediaSettings(dialect="rfc4240")
DEFAULT = "/var/lib/asterisk/moh/fpm-calm-river"


def asked(params: str, **asterisk: object) -> Asterisk:
    sounds = {"music/x": 2.0, "fr_FR/music/x": 2.0, "/opt/sounds/own": 1.0, "beep": 0.4}
    return Asterisk(f"sip:annc@10.0.0.1:5060{params}", sounds=sounds, **asterisk)  # type: ignore[arg-type]


def test_a_sound_is_played_as_often_as_repeat_says_in_total() -> None:
    asterisk = asked(";play=music/x;repeat=3")
    assert asterisk.runs(SERVICE) == "played"
    assert asterisk.heard == ["music/x"] * 3
    assert asterisk.lines[-1] == "HANGUP"
    assert asterisk.variables["GVMA_OUTCOME"] == "done"


def test_repeat_zero_is_one_play() -> None:
    asterisk = asked(";play=music/x;repeat=0")
    asterisk.runs(SERVICE)
    assert asterisk.heard == ["music/x"]


def test_delay_is_waited_between_plays_only() -> None:
    asterisk = asked(";play=music/x;repeat=3;delay=1500")
    asterisk.runs(SERVICE)
    assert asterisk.heard == ["music/x", "silence for 1.5 s", "music/x", "silence for 1.5 s", "music/x"]


def test_without_repeat_genesys_music_plays_until_the_caller_hangs_up() -> None:
    asterisk = asked(";play=music/x", plays_before_hangup=50)
    assert asterisk.runs(SERVICE) == "caller-gone"
    assert asterisk.heard == ["music/x"] * 51


def test_without_repeat_an_rfc_4240_announcement_plays_once() -> None:
    asterisk = asked(";play=music/x")
    asterisk.runs(SERVICE, RFC4240)
    assert asterisk.heard == ["music/x"]


@pytest.mark.parametrize(
    ("params", "seconds"),
    [
        (";repeat=forever", "3600"),
        (";repeat=forever;duration=1500", "1.5"),
        (";repeat=forever;duration=0", "3600"),
        (";repeat=2;duration=99999999999", "3600"),
    ],
)
def test_asterisk_ends_the_call_after_duration_or_the_longest_play(params: str, seconds: str) -> None:
    asterisk = asked(f";play=music/x{params}", plays_before_hangup=3)
    asterisk.runs(SERVICE)
    assert asterisk.variables["TIMEOUT(absolute)"] == seconds


def test_a_sound_that_is_missing_is_404_and_never_answered() -> None:
    asterisk = asked(";play=music/nope")
    assert asterisk.runs(SERVICE) == "not-found"
    assert not asterisk.answered
    assert asterisk.lines[-1] == "EXEC Hangup 1"
    assert "404 Announcement content not found" in asterisk.notes[-1].message
    assert "pjsip-call-id" in asterisk.notes[-1].message


def test_looking_for_a_sound_is_not_heard() -> None:
    asterisk = asked(";play=music/x;repeat=1")
    asterisk.runs(SERVICE)
    assert "music/x before the answer" not in asterisk.heard


@pytest.mark.parametrize(
    ("uri", "cause", "status"),
    [
        ("sip:annc@h;play=../x", "1", "404"),
        ("sip:annc@h;play=http://a.example/x.wav", "1", "404"),
        ("sip:annc@h;play=ftp://a.example/x.wav", "1", "404"),
        ("sip:annc@h;play=/provisioned/", "28", "400"),
        ("sip:annc@h;play=music/x;repeat=x", "28", "400"),
        ("sip:annc@h;play=music/x;play=music/x", "28", "400 Duplicate URI parameter"),
        ("sip:annc@h;play=" + "a" * 4096, "28", "414"),
        ("tel:+12015550123", "28", "416"),
        ("sip:conf@h", "1", "404"),
        ("sip:conf=a,b@h", "28", "400"),
        ("sip:ivr@h", "58", "488"),
        ("sip:dialog@h;voicexml=http://a.example/b.vxml", "58", "488"),
        ("sip:dialog@h", "58", "488"),
        ("sip:annc@h;play=" + "a" * 3000, "1", "404"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_answer_with_the_reason_in_the_log(
    uri: str, cause: str, status: str
) -> None:
    asterisk = Asterisk(uri)
    asterisk.runs(SERVICE)
    assert not asterisk.answered
    assert asterisk.lines[-1] == f"EXEC Hangup {cause}"
    assert f"refused: {status}" in asterisk.notes[-1].message
    assert asterisk.variables["GVMA_OUTCOME"] == "done"


def test_what_a_dialplan_cannot_send_is_logged_as_sent_in_its_place() -> None:
    asterisk = Asterisk("sip:annc@h;play=x;repeat=x")
    asterisk.runs(SERVICE)
    assert "400 Bad Request, sent as 484" in asterisk.notes[-1].message


@pytest.mark.parametrize("channel", ["PJSIP", "SIP"])
def test_both_channel_drivers_are_asked_in_their_own_words(channel: str) -> None:
    asterisk = asked(";play=music/x;repeat=1", channel=channel)
    assert asterisk.runs(SERVICE) == "played"


def test_a_channel_that_is_no_sip_call_is_488() -> None:
    asterisk = asked(";play=music/x", channel="Local")
    assert asterisk.runs(SERVICE) == "not-acceptable"


def test_the_to_header_counts_only_where_the_request_uri_has_no_service_parameters() -> None:
    to = "<sip:annc@10.0.0.1;play=beep;repeat=1>"
    without = asked(";transport=udp", to=to)
    without.runs(SERVICE)
    assert without.heard == ["beep"]
    having = asked(";play=music/x;repeat=1", to=to)
    having.runs(SERVICE)
    assert having.heard == ["music/x"]
    wrong = asked(";repeat=2", to=to)
    assert wrong.runs(SERVICE, RFC4240) == "bad-request"


@pytest.mark.parametrize("uri", ["", "sip:annc@h;play=music/x;x=" + "y" * (4095 - 26)], ids=["22", "16"])
def test_a_request_uri_too_long_for_asterisk_is_414(uri: str) -> None:
    asterisk = Asterisk(uri, to=uri)
    asterisk.runs(SERVICE)
    assert "414 Request-URI Too Long" in asterisk.notes[-1].message


@pytest.mark.parametrize(("size", "outcome"), [(240, "played"), (241, "bad-request")])
def test_a_to_header_whose_tag_chan_sip_would_cut_is_refused(size: int, outcome: str) -> None:
    to = "<sip:annc@10.0.0.1;play=music/x;repeat=1;x={}>"
    asterisk = asked(";play=music/x;repeat=1", channel="SIP", to=to.format("y" * (size + 2 - len(to))))
    assert asterisk.runs(SERVICE) == outcome
    pjsip = asked(";play=music/x;repeat=1", to=asterisk.to)
    assert pjsip.runs(SERVICE) == "played"


def test_a_wrong_to_header_leaves_the_request_uri_to_decide() -> None:
    asterisk = asked("", to="<sip:annc@10.0.0.1;play=a b>")
    assert asterisk.runs(SERVICE, RFC4240) == "bad-request"
    assert "Mandatory play parameter missing" in asterisk.notes[-1].message


def test_without_play_genesys_hears_the_default_file_until_it_hangs_up() -> None:
    asterisk = Asterisk("sip:annc@h", sounds={DEFAULT: 30.0}, plays_before_hangup=4)
    assert asterisk.runs(SERVICE) == "caller-gone"
    assert set(asterisk.heard) == {DEFAULT}


def test_without_play_and_without_the_default_file_it_is_400() -> None:
    asterisk = Asterisk("sip:annc@h")
    assert asterisk.runs(SERVICE) == "bad-request"
    assert "400 Mandatory play parameter missing" in asterisk.notes[-1].message
    assert f"default_file '{DEFAULT}' cannot be played" in asterisk.notes[-1].message


def test_the_locale_chooses_the_language_folder_that_serves_it_best() -> None:
    asterisk = asked(";play=music/x;locale=ca_FR;repeat=1")
    asterisk.runs(SERVICE)
    assert asterisk.heard == ["fr_FR/music/x"]


def test_an_unknown_locale_hears_the_default_language() -> None:
    asterisk = asked(";play=music/x;locale=x1y2z3;repeat=1")
    asterisk.runs(SERVICE)
    assert asterisk.heard == ["music/x"]


def test_a_sound_of_the_settings_folder_is_found_where_asterisks_own_has_none() -> None:
    asterisk = asked(";play=own;repeat=1")
    asterisk.runs(SERVICE, MediaSettings(sounds_path=Path("/opt/sounds")))
    assert asterisk.heard == ["/opt/sounds/own"]


def test_a_file_url_is_played_from_asterisks_own_sounds_folder_too() -> None:
    url = "file:///usr/share/asterisk/sounds/en/x.wav"
    asterisk = Asterisk(f"sip:annc@h;play={url};repeat=1", sounds={"/usr/share/asterisk/sounds/en/x": 1.0})
    asterisk.runs(SERVICE)
    assert asterisk.heard == ["/usr/share/asterisk/sounds/en/x"]


def test_asterisk_fetches_from_a_listed_host_and_may_take_its_time() -> None:
    url = "http://media.example.net/x.wav"
    asterisk = Asterisk(f"sip:annc@h;play={url};repeat=1", sounds={f"{url}#".ljust(220, "-"): 1.0})
    asterisk.runs(SERVICE, MediaSettings(play_hosts=("media.example.net",)))
    assert [name.partition("#")[0] for name in asterisk.heard] == [url]
    assert all(command.blocking for command in asterisk.commands if command.verb == "STREAM FILE")


def test_seconds_of_silence_are_waited() -> None:
    asterisk = Asterisk("sip:annc@h;play=silence/7;repeat=2")
    asterisk.runs(SERVICE)
    assert asterisk.heard == ["silence for 7 s"] * 2


@pytest.mark.parametrize("play", ["silence/0", "empty"])
def test_a_play_that_ends_at_once_is_not_repeated_for_ever(play: str) -> None:
    asterisk = Asterisk(f"sip:annc@h;play={play};repeat=forever", sounds={"empty": 0.001})
    assert asterisk.runs(SERVICE) == "played"
    assert len(asterisk.heard) < 100
    assert asterisk.lines[-1] == "HANGUP"


def test_a_sound_that_vanishes_between_two_plays_ends_the_call() -> None:
    asterisk = asked(";play=music/x;repeat=forever")
    plays = 0
    original = asterisk._stream

    def vanishing(name: str, keys: str, offset: str = "0") -> object:
        nonlocal plays
        plays += 1
        if plays == 4:
            asterisk.sounds.clear()
        return original(name, keys, offset)

    asterisk._stream = vanishing  # type: ignore[method-assign, assignment]
    assert asterisk.runs(SERVICE) == "failed"
    assert asterisk.heard == ["music/x"] * 2
    assert asterisk.variables["GVMA_OUTCOME"] == "failed"
    assert asterisk.lines[-1] == "HANGUP"


def test_the_treatment_route_plays_and_refuses_conferences() -> None:
    playing = asked(";play=music/x;repeat=1")
    assert playing.runs(ROUTES["treatment"]) == "played"
    assert Asterisk("sip:conf=1@h").runs(ROUTES["treatment"]) == "not-acceptable"


def test_the_dialog_route_refuses_whatever_comes() -> None:
    asterisk = asked(";play=music/x")
    assert asterisk.runs(ROUTES["dialog"]) == "not-acceptable"
    assert asterisk.lines[-1] == "EXEC Hangup 58"
