"""Diffs of Asterisk's files: what changed is in them, no PIN and no secret is."""

from __future__ import annotations

import pytest

from gvma.backups.diff import masked_diff

OLD = b"[general]\nformat=wav\n[GVMA_DN]\n1000 => 4711,Ann,,,\n1001 => 4712,Bob,,,\n"


def test_equal_texts_have_no_diff() -> None:
    assert masked_diff("voicemail.conf", OLD, OLD, voicemail=True) == ""


def test_a_changed_name_is_shown_and_the_pin_is_not() -> None:
    new = OLD.replace(b"Ann", b"Anna")
    assert masked_diff("voicemail.conf", OLD, new, voicemail=True) == (
        "--- voicemail.conf\n+++ voicemail.conf\n@@ -1,5 +1,5 @@\n"
        " [general]\n format=wav\n [GVMA_DN]\n"
        "-1000 => ****,Ann,,,\n+1000 => ****,Anna,,,\n 1001 => ****,Bob,,,\n"
    )


def test_a_changed_pin_is_shown_as_a_change_without_either_pin() -> None:
    text = masked_diff("voicemail.conf", OLD, OLD.replace(b"4711", b"9999"), voicemail=True)
    assert "-1000 => ****,Ann,,,\n+1000 => ****,Ann,,,\n" in text
    assert "4711" not in text
    assert "9999" not in text


def test_the_pins_of_the_sites_own_boxes_around_the_change_are_masked_too() -> None:
    old = b"[default]\n7=>5555,Own\n8 => 6666\n"
    text = masked_diff("voicemail.conf", old, old + b"; new\n", voicemail=True)
    assert " 7=>****,Own\n 8 => ****\n" in text


def test_a_new_file_is_a_diff_from_nothing() -> None:
    assert masked_diff("x", b"", b"a\n", voicemail=False) == "--- x\n+++ x\n@@ -0,0 +1 @@\n+a\n"


def test_a_change_far_down_has_its_own_line_numbers() -> None:
    old = b"".join(b"line %d\n" % number for number in range(1, 101))
    text = masked_diff("x", old, old.replace(b"line 50\n", b""), voicemail=False)
    assert "@@ -47,7 +47,6 @@\n line 47\n line 48\n line 49\n-line 50\n line 51\n" in text


def test_lines_that_look_alike_are_said_to_differ() -> None:
    text = masked_diff("voicemail.conf", OLD, OLD.replace(b"4711", b"9999").replace(b"4712", b"8888"), voicemail=True)
    assert text.endswith("\n\\ 2 lines differ in a masked value (****) alone\n")


def test_lines_that_differ_to_the_eye_need_no_remark() -> None:
    assert "\\" not in masked_diff("voicemail.conf", OLD, OLD.replace(b"4711,Ann", b"9999,Anna"), voicemail=True)


@pytest.mark.parametrize("content", [b"", b"\n", b"a", b"a\n", b"a\n\n", b"\n\na"])
def test_the_lines_of_a_new_file_are_all_there(content: bytes) -> None:
    added = masked_diff("x", b"", content, voicemail=False).splitlines()[3:]
    assert [line[1:] for line in added] == content.decode().splitlines()


def test_the_pin_of_a_commented_out_box_and_a_password_among_options_are_masked() -> None:
    old = b"[zonemessages]\n;[sales]\n;7 => 5555,Own\n[default]\n8 => 6666,Bob,,,imappassword=hunter2|attach=no\n"
    text = masked_diff("voicemail.conf", old, b"; new\n" + old, voicemail=True)
    assert " ;7 => ****,Own\n" in text
    text = masked_diff("voicemail.conf", old, old + b"; new\n", voicemail=True)
    assert " 8 => ****,Bob,,,imappassword=****|attach=no\n" in text


def test_a_pin_in_the_dialplan_is_masked() -> None:
    text = masked_diff("extensions.conf", b"", b"exten => 1,1,Authenticate(4711)\n", voicemail=False)
    assert text.endswith("+exten => 1,1,Authenticate(****)\n")


def test_bytes_that_are_no_utf8_and_crlf_do_not_hinder_it() -> None:
    text = masked_diff("x", b"caf\xe9\r\n", b"caf\xe9\r\nnew\r\n", voicemail=False)
    assert text.endswith("+new\n")
