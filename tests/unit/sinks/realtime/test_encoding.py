"""How values stand in columns (app_voicemail's drivers take `;` and `^` for syntax), and in COPY's text format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.backups.rows import masked_rows_diff, saved_rows
from gvma.sinks.realtime.rows.encoding import NOT_OURS, blocks, copy_line, decoded, encoded
from tests.hostile import CORPUS

# What the mailbox rules let through: no control character.
VALUES = st.text(st.characters(exclude_categories=("Cc", "Cs")))


@given(VALUES)
def test_a_value_comes_back_as_it_was_written(value: str) -> None:
    assert decoded(encoded(value)) == value
    assert ";" not in encoded(value)


@pytest.mark.parametrize("stored", ["a;b", "^41", "^3b", "a^", "^", ";"])
def test_a_text_that_gvma_would_not_have_written_is_no_wanted_value(stored: str) -> None:
    assert decoded(stored) == NOT_OURS + stored


@pytest.mark.parametrize("value", [one for one in CORPUS if "\0" not in one and one.isascii()])
def test_a_row_of_copy_comes_back_whole(value: str) -> None:
    head = b"context\tmailbox\temail\tpager\n"
    rows = list(saved_rows(head + copy_line("GVMA_DN", "1000", value, None).encode()))
    assert rows == [{"context": "GVMA_DN", "mailbox": "1000", "email": value, "pager": None}]


def test_many_lines_are_encoded_and_escaped_at_once() -> None:
    lines = ["1\ta;b\\c", f"2\t{NOT_OURS}", "3\t^"]
    assert "".join(blocks(lines)) == "1\ta^3Bb\\\\c\n2\t\\N\n3\t^5E\n"
    assert len(list(blocks("x" for _ in range(4001)))) == 3


def test_a_diff_of_rows_names_what_changed_and_shows_no_pin() -> None:
    head = "uniqueid\tcontext\tmailbox\tpassword\tfullname\n"
    old = f"{head}1\tGVMA_DN\t1000\t4711\tAnn\n2\tGVMA_DN\t1001\t1001\tBob\n3\tGVMA_DN\t1002\t1\t\\N\n".encode()
    new = f"{head}1\tGVMA_DN\t1000\t4711\tAnna\n2\tGVMA_DN\t1001\t8642\tBob\n".encode()
    assert masked_rows_diff("voicemail", old, new) == (
        "--- voicemail\n+++ voicemail\n"
        "-context=GVMA_DN mailbox=1000 password=**** fullname=Ann\n"
        "+context=GVMA_DN mailbox=1000 password=**** fullname=Anna\n"
        "-context=GVMA_DN mailbox=1001 password=**** fullname=Bob\n"
        "+context=GVMA_DN mailbox=1001 password=**** fullname=Bob\n"
        "\\ 1 line differs in a masked value (****) alone\n"
        "-context=GVMA_DN mailbox=1002 password=****\n"
    )
    assert masked_rows_diff("voicemail", old, old) == ""


def test_a_diff_without_pins_names_no_row_whose_pin_alone_differs() -> None:
    head = "context\tmailbox\tpassword\tfullname\n"
    old = f"{head}GVMA_DN\t1000\t4711\tAnn\n".encode()
    renamed = f"{head}GVMA_DN\t1000\t8642\tAnna\n".encode()
    assert masked_rows_diff("voicemail", old, old.replace(b"4711", b"8642"), pins=False) == ""
    assert "fullname=Anna" in masked_rows_diff("voicemail", old, renamed, pins=False)
