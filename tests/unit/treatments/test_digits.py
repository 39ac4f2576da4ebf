"""Collecting keys: each is sent once, in order, and nothing else is."""

from __future__ import annotations

from gvma.settings.model import MediaSettings
from gvma.treatments import ROUTES
from gvma.treatments.commands import Call, Command, Reply
from tests.unit.treatments.scripted import HANG_UP, Asterisk

SERVICE = ROUTES["service"]
COLLECT = "sip:annc@h;play=music/collect"
SILENCE = "sip:annc@h;play=music/silence"
PROMPTED = MediaSettings(digits_prompt="custom/please")


def test_each_key_is_sent_as_one_text_until_the_caller_hangs_up() -> None:
    asterisk = Asterisk(SILENCE, keys=["1", "*", "#", "0", "D", HANG_UP])
    assert asterisk.runs(SERVICE) == "collected"
    assert asterisk.texts == ["Signal=1", "Signal=*", "Signal=#", "Signal=0", "Signal=D"]


def test_nothing_is_sent_where_no_key_was_pressed() -> None:
    asterisk = Asterisk(SILENCE, keys=["", "5", "", HANG_UP])
    asterisk.runs(SERVICE)
    assert asterisk.texts == ["Signal=5"]


def test_a_key_during_the_prompt_ends_the_prompt_and_is_not_lost() -> None:
    asterisk = Asterisk(COLLECT, sounds={"custom/please": 3.0}, keys=["7", "8", HANG_UP])
    asterisk.runs(SERVICE, PROMPTED)
    assert asterisk.heard == ["custom/please"]
    assert asterisk.texts == ["Signal=7", "Signal=8"]


def test_a_letter_key_has_no_case_also_in_the_prompt() -> None:
    asterisk = Asterisk(COLLECT, sounds={"custom/please": 3.0}, keys=["a", "d", HANG_UP])
    asterisk.runs(SERVICE, PROMPTED)
    assert asterisk.texts == ["Signal=A", "Signal=D"]


def test_a_number_that_is_no_key_sends_nothing() -> None:
    flow = ROUTES["digits"](Call({"type": "PJSIP"}, ("music/silence",)), MediaSettings())
    step = next(flow)
    while not (isinstance(step, Command) and step.verb == "WAIT FOR DIGIT"):
        step = flow.send(Reply(200, "0"))
    assert flow.send(Reply(200, "99999999999")) == step


def test_silence_has_no_prompt() -> None:
    asterisk = Asterisk(SILENCE, sounds={"custom/please": 3.0}, keys=["7", HANG_UP])
    asterisk.runs(SERVICE, PROMPTED)
    assert asterisk.heard == []
    assert asterisk.texts == ["Signal=7"]


def test_a_prompt_that_is_missing_is_no_reason_to_lose_the_keys() -> None:
    asterisk = Asterisk(COLLECT, keys=["7", HANG_UP])
    asterisk.runs(SERVICE, PROMPTED)
    assert asterisk.texts == ["Signal=7"]
    assert "digits_prompt" in asterisk.notes[0].message


def test_collecting_lasts_as_long_as_the_caller_does() -> None:
    asterisk = Asterisk(SILENCE, keys=[HANG_UP])
    asterisk.runs(SERVICE)
    assert asterisk.variables["TIMEOUT(absolute)"] == "0"
    assert asterisk.commands[-1].blocking


def test_digits_come_before_record_as_in_the_manuals_macro() -> None:
    asterisk = Asterisk("sip:annc@h;play=music/silence;record=x1", keys=["7", HANG_UP])
    assert asterisk.runs(SERVICE) == "collected"
    assert asterisk.files == set()


def test_the_digits_route_collects_whatever_the_uri_says() -> None:
    asterisk = Asterisk("sip:5000@h", keys=["7", HANG_UP], sounds={"custom/please": 3.0})
    asterisk.runs(ROUTES["digits"], PROMPTED)
    assert asterisk.texts == ["Signal=7"]
    assert asterisk.heard == ["custom/please"]
    silent = Asterisk("sip:5000@h", keys=[HANG_UP], sounds={"custom/please": 3.0}, arguments=("music/silence",))
    silent.runs(ROUTES["digits"], PROMPTED)
    assert silent.heard == []


def test_a_caller_to_whom_chan_sip_sends_no_text_is_named_in_the_log() -> None:
    refusing = Asterisk(SILENCE, channel="SIP", allow="INVITE, ACK, BYE", keys=["7", HANG_UP])
    refusing.runs(SERVICE)
    assert any("Allow lacks MESSAGE" in note.message for note in refusing.notes)
    for allow in ("", "INVITE, ACK, BYE, MESSAGE"):
        taking = Asterisk(SILENCE, channel="SIP", allow=allow, keys=["7", HANG_UP])
        taking.runs(SERVICE)
        assert taking.notes == []
