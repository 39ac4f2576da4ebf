"""Diffs of Asterisk's files: what changed is in them, no PIN and no secret is."""

from __future__ import annotations

import pytest

from gvma.backups.diff import mask_line, masked_diff

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


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("secret = hunter2\n", "secret = ****\n"),
        ("md5secret=0123\n", "md5secret=****\n"),
        ("password=x\n", "password=****\n"),
        ("register => user:pw@host/1\n", "register => ****\n"),
        (";secret=old\n", ";secret=****\n"),
        ("imappassword = x\n", "imappassword = ****\n"),
        ("host=10.0.0.1\n", "host=10.0.0.1\n"),
    ],
)
def test_values_of_secrets_are_masked_in_every_file(line: str, shown: str) -> None:
    assert mask_line(line, box=False) == shown


def test_bytes_that_are_no_utf8_and_crlf_do_not_hinder_it() -> None:
    text = masked_diff("x", b"caf\xe9\r\n", b"caf\xe9\r\nnew\r\n", voicemail=False)
    assert text.endswith("+new\n")
