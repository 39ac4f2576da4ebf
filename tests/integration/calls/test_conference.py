"""Conferences on real calls: who hears whom, and what the recording holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.demo.asterisk import PrivateAsterisk
from tests.harness.servers.media_server import MediaServer
from tests.harness.sounds import holds, read_codes
from tests.harness.waiting import wait_no_channels, wait_until
from tests.integration.calls.conftest import StartServer
from tests.useragent import Call, UserAgent, mulaw


@pytest.fixture(scope="module")
def server(asterisk: PrivateAsterisk, start_server: StartServer) -> MediaServer:
    return start_server(recordings_path=asterisk.folder / "recordings")


def parties(asterisk: PrivateAsterisk, conference: str) -> int:
    """How many callers Asterisk has in a conference."""
    return len([line for line in asterisk.cli(f"confbridge list {conference}") if "/" in line])


def joined(caller: UserAgent, asterisk: PrivateAsterisk, user: str, parameters: str = "") -> Call:
    """A caller who is in the conference by now."""
    conference = user.partition("=")[2].lower()
    before = parties(asterisk, conference)
    call = caller.call(user, parameters=parameters)
    assert call.wait_final().status == 200
    wait_until(lambda: parties(asterisk, conference) == before + 1, "not joined", lambda: str(call))
    return call


def speak_in_turn(first: Call, second: Call) -> None:
    """The first is heard with 440 Hz, then the second with 900; after that both are silent."""
    first.audio.send_tone(440, 1.0)
    hears(second, 440)
    second.audio.wait_silence()
    second.audio.send_tone(900, 1.0)
    hears(first, 900)
    first.audio.wait_silence()


def hears(call: Call, hertz: float) -> None:
    """Waits until a caller hears a tone for a tenth of a second; one that was over before we looked counts too."""
    tenth, looked = 800, max(0, len(call.audio.received) - 800)

    def heard() -> bool:
        nonlocal looked
        while len(call.audio.received) >= looked + tenth:
            codes = bytes(call.audio.received[looked : looked + tenth])
            if mulaw.rms(codes) > 500 and mulaw.power_at(codes, hertz) > 0.8:
                return True
            looked += tenth // 4
        return False

    call.audio.wait_for(heard)


def test_callers_of_one_conference_hear_each_other_and_those_of_another_hear_nothing_of_them(
    caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    first, second = (joined(caller, asterisk, user) for user in ("conf=A", "conf=a"))
    other = joined(caller, asterisk, "conf=B")
    first.audio.send_tone(440, 2.0)
    hears(second, 440)
    second.audio.wait_silence()
    second.audio.send_tone(900, 2.0)
    hears(first, 900)
    assert other.audio.level() < 50


def test_a_recorded_conference_holds_both_voices_in_one_file(
    caller: UserAgent, asterisk: PrivateAsterisk, server: MediaServer
) -> None:
    first = joined(caller, asterisk, "conf=rec1", ";record=x")
    second = joined(caller, asterisk, "conf=rec1", ";record=x")
    path = wait_recording(asterisk, "rec1")
    speak_in_turn(first, second)
    second.hang_up()
    third = joined(caller, asterisk, "conf=rec1", ";record=x")
    third.audio.send_tone(1300, 1.0)
    hears(first, 1300)
    first.audio.wait_silence()
    for call in (first, third):
        call.hang_up()
    wait_no_channels(asterisk)
    codes = read_codes(path)
    assert [hertz for hertz in (440, 900, 1300, 2000) if holds(codes, hertz)] == [440, 900, 1300]
    assert recordings_of(asterisk, "rec1") == [path]


def test_a_conference_that_began_unrecorded_is_recorded_from_the_caller_who_asks(
    caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    first = joined(caller, asterisk, "conf=late")
    second = joined(caller, asterisk, "conf=late", ";record=x")
    path = wait_recording(asterisk, "late")
    speak_in_turn(first, second)
    second.hang_up()
    first.hang_up()
    wait_no_channels(asterisk)
    codes = read_codes(path)
    assert holds(codes, 440)
    assert holds(codes, 900)


@pytest.mark.parametrize("conference", ["rush1", "rush2", "rush3"])
def test_a_conference_whose_callers_come_at_one_moment_is_recorded_if_one_of_them_asks(
    caller: UserAgent, asterisk: PrivateAsterisk, conference: str
) -> None:
    calls = [caller.call(f"conf={conference}", parameters=asked) for asked in ("", "", ";record=x", "", "")]
    for call in calls:
        assert call.wait_final().status == 200
    wait_until(lambda: parties(asterisk, conference) == len(calls), "not joined", lambda: str(calls))
    calls[0].audio.send_tone(440, 1.0)
    hears(calls[2], 440)
    calls[2].audio.wait_silence()
    for call in calls:
        call.hang_up()
    wait_no_channels(asterisk)
    [path] = recordings_of(asterisk, conference)
    assert holds(read_codes(path), 440)


def test_the_next_conference_of_the_same_id_gets_a_recording_of_its_own(
    caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    for hertz in (440, 900):
        pair = [joined(caller, asterisk, "conf=again", ";record=x") for _ in range(2)]
        pair[0].audio.send_tone(hertz, 0.6)
        hears(pair[1], hertz)
        pair[1].audio.wait_silence()
        for call in pair:
            call.hang_up()
        wait_no_channels(asterisk)
    first, second = recordings_of(asterisk, "again")
    assert holds(read_codes(first), 440)
    assert not holds(read_codes(first), 900)
    assert holds(read_codes(second), 900)


def test_long_ids_that_differ_only_at_their_end_are_two_conferences(
    caller: UserAgent, asterisk: PrivateAsterisk
) -> None:
    first, second = (caller.call(f"conf={'a' * 78}{end}") for end in "xy")
    for call in (first, second):
        assert call.wait_final().status == 200
    wait_until(
        lambda: len([line for line in asterisk.cli("confbridge list") if line.startswith("aaa")]) == 2,
        "not two conferences",
        lambda: "\n".join(asterisk.cli("confbridge list")),
    )


def recordings_of(asterisk: PrivateAsterisk, conference: str) -> list[Path]:
    """The conference's recordings, the oldest first."""
    found = (asterisk.folder / "recordings").glob(f"meetme-conf-rec-{conference}-*.wav")
    return sorted(found, key=lambda path: path.stat().st_mtime)


def wait_recording(asterisk: PrivateAsterisk, conference: str) -> Path:
    wait_until(
        lambda: bool(recordings_of(asterisk, conference)),
        "no recording",
        lambda: str(list((asterisk.folder / "recordings").iterdir())),
    )
    return recordings_of(asterisk, conference)[0]
