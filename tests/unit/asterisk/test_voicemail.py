"""The block of voicemail.conf, written as the manual shows it and read as anybody wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvma.asterisk.entries import Mailbox
from gvma.asterisk.managed_block.header import same_meaning
from gvma.asterisk.voicemail import read_boxes, render_voicemail, with_pins

AT = "Tue Jan 15 20:36:50 2008"
GOLDEN = Path(__file__).parents[2] / "golden"
BOXES = (
    Mailbox("1111", "GVMA_DN", "1111", "1111"),
    Mailbox("2222", "GVMA_AGENT", "2222", "2222", "2222@192.168.0.200", "2222@192.168.0.200", "operator=yes"),
    Mailbox("3333", "GVMA_AGENTGROUP", "3333", "A; B", "", "", "operator=yes|tz=central"),
)


def test_the_block_is_the_manuals() -> None:
    assert render_voicemail(BOXES, AT) == (GOLDEN / "voicemail.conf").read_bytes()


def test_without_boxes_the_three_contexts_stand_there_empty() -> None:
    assert render_voicemail((), AT).count(b"\n[GVMA_") == 3


@pytest.mark.parametrize(
    "value", ["a;b", r"a\;b", ";--", "--;", "${SHELL(x)}", "#include x", "=>", "G\u00fcnther", "\u202eabc"]
)
def test_a_name_comes_back_as_it_was(value: str) -> None:
    boxes = read_boxes(render_voicemail([Mailbox("1", "GVMA_DN", "1", value)], AT))
    assert boxes["1@GVMA_DN"].name == value


def test_boxes_are_read_from_the_perl_gvma_and_from_asterisks_rewriting() -> None:
    text = (
        b";!\n;! Generator: app_voicemail\n;!\n[general]\nformat = wav\n[GVMA_DN]\n1111=>1234,1111,,,\n"
        b"[GVMA_AGENT]\n2222 => 2222, Name, a@b, c@d,operator=yes\n2222 => 9,Second\n"
        b"3333 = 1\\;2,N\xfc\n"
    )
    boxes = read_boxes(text)
    assert list(boxes) == ["1111@GVMA_DN", "2222@GVMA_AGENT", "3333@GVMA_AGENT"]
    assert boxes["1111@GVMA_DN"].pin == "1234"
    agent = boxes["2222@GVMA_AGENT"]
    assert (agent.name, agent.email, agent.pager, agent.options) == ("Name", "a@b", "c@d", "operator=yes")
    assert (boxes["3333@GVMA_AGENT"].pin, boxes["3333@GVMA_AGENT"].name) == ("1;2", "N\udcfc")


def test_a_trailing_comment_is_no_part_of_a_value() -> None:
    assert read_boxes(b"[GVMA_DN]\n1 => 1,A,,,tz=x ; note\n")["1@GVMA_DN"].options == "tz=x"


def test_only_the_pins_asked_for_change() -> None:
    body = b"[GVMA_DN]\n1 => 1,A,,,\r\n2=>2\n[GVMA_AGENT]\n1 => 1,,,,\n"
    assert with_pins(body, {"1@GVMA_DN": "5;6", "2@GVMA_DN": "77", "9@GVMA_DN": "0"}) == (
        b"[GVMA_DN]\n1 => 5\\;6,A,,,\r\n2=>77\n[GVMA_AGENT]\n1 => 1,,,,\n"
    )


def test_no_pin_is_in_a_repr() -> None:
    line = read_boxes(b"[GVMA_DN]\n1 => 987654,A,,,imappassword=987654\n")["1@GVMA_DN"]
    assert "987654" not in repr(line)
    assert "987654" not in repr(Mailbox("1", "GVMA_DN", "987654", options="imappassword=987654"))


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (b"; Content generated at x\n1 => 1,A,,,\n", b"; Content generated at y\n1 => 1,A,,,\n", True),
        (b";!\n;! Filename: x\n;!\n\n1=>1,A,,,\n", b"1 => 1,A,,,\n", True),
        (b"1 => 1, A, b@c, ,\n", b"1 => 1,A,b@c,,\n", True),
        (b"host = 1\n", b"host=1\n", True),
        (b"a=1\nb=2\n", b"a=1\n\n\nb=2\n", True),
        (b"1 => 1,A,,,\n", b"1 => 2,A,,,\n", False),
        (b"1 => 1,A,,,\n", b"1 => 1,A B,,,\n", False),
        (b"1 => 1,A B,,,\n", b"1 => 1,AB,,,\n", False),
        (b"1 => 1,A,,,\n", b"", False),
    ],
)
def test_two_blocks_mean_the_same_but_for_date_blanks_and_asterisks_header(old: bytes, new: bytes, same: bool) -> None:
    assert same_meaning(old, new) is same
