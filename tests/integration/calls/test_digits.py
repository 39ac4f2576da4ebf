"""Keys on real calls: each comes back to SIP Server as one MESSAGE, however it was pressed."""

from __future__ import annotations

import pytest

from tests.harness.servers.media_server import MediaServer
from tests.integration.calls.conftest import StartServer
from tests.useragent import Call, UserAgent


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> MediaServer:
    return start_server(digits_prompt="prompt")


def collecting(caller: UserAgent, play: str) -> Call:
    call = caller.call("annc", parameters=f";play={play}")
    assert call.wait_final().status == 200
    return call


def texts(call: Call, number: int) -> list[str]:
    """The texts of the first so many MESSAGEs, each within the call's dialog."""
    call.wait_request("MESSAGE", number=number)
    messages = call.requested("MESSAGE")
    assert {message.call_id for message in messages} == {call.call_id}
    return [message.text.strip() for message in messages]


def test_keys_by_rfc_4733_come_back_as_messages(caller: UserAgent) -> None:
    call = collecting(caller, "music/silence")
    call.audio.send_digits("15*#")
    assert texts(call, 4) == ["Signal=1", "Signal=5", "Signal=*", "Signal=#"]
    call.hang_up()


def test_keys_by_sip_info_come_back_as_messages(caller: UserAgent) -> None:
    call = collecting(caller, "music/silence")
    for number, key in enumerate("907", start=1):
        call.send_info_digit(key)
        assert texts(call, number)[-1] == f"Signal={key}"
    call.hang_up()


def test_a_key_during_the_prompt_ends_the_prompt_and_the_next_ones_count_too(caller: UserAgent) -> None:
    call = collecting(caller, "music/collect")
    call.audio.wait_level(300)
    call.audio.send_digits("246")
    assert texts(call, 3) == ["Signal=2", "Signal=4", "Signal=6"]
    call.audio.wait_silence()
    call.hang_up()


def test_nothing_is_sent_where_no_key_is_pressed(caller: UserAgent) -> None:
    call = collecting(caller, "music/collect")
    call.audio.wait_level(300)
    call.audio.wait_silence()  # the prompt is over, and Asterisk waits for a key
    call.send_info_digit("1")
    assert texts(call, 1) == ["Signal=1"]
    call.hang_up()
    assert len(call.requested("MESSAGE")) == 1


def test_silence_collects_without_a_prompt(caller: UserAgent) -> None:
    call = collecting(caller, "music/silence")
    call.send_info_digit("1")
    texts(call, 1)
    assert call.audio.level() < 50
    call.hang_up()
