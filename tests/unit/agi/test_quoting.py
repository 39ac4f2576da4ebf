"""An AGI command reaches Asterisk as it was meant, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.agi.quoting import LINE_BYTES, WORDS, RefusedCommandError, command_line, quoted


def parse_args(line: bytes) -> list[bytes]:
    """Asterisk's reader, written from res_agi.c (parse_args): quotes toggle, a backslash takes the next
    character, blanks and tabs part words outside quotes."""
    words: list[bytes] = []
    word = bytearray()
    in_quotes = escaped = begun = False
    for byte in line:
        character = bytes([byte])
        if escaped:
            word += character
            escaped = False
        elif character == b"\\":
            escaped = begun = True
        elif character == b'"':
            in_quotes = not in_quotes
            begun = True
        elif character in b" \t" and not in_quotes:
            if begun:
                words.append(bytes(word))
            word.clear()
            begun = False
        else:
            word += character
            begun = True
    return [*words, bytes(word)] if begun else words


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("welcome", '"welcome"'),
        ("", '""'),
        ('a"b', r'"a\"b"'),
        ("a\\", r'"a\\"'),
        ('\\"', r'"\\\""'),
        ("a b,c&d|${e}", '"a b,c&d|${e}"'),
    ],
)
def test_an_argument_is_quoted_as_asterisk_reads_it(argument: str, expected: str) -> None:
    assert quoted(argument) == expected


def test_a_command_is_its_verb_and_its_quoted_arguments() -> None:
    assert command_line("ANSWER") == b"ANSWER\n"
    assert command_line("STREAM FILE", ("welcome", "")) == b'STREAM FILE "welcome" ""\n'


def test_bytes_that_were_no_utf8_go_out_as_they_came() -> None:
    assert command_line("SET VARIABLE", ("X", b"M\xfcller".decode("utf-8", "surrogateescape"))) == (
        b'SET VARIABLE "X" "M\xfcller"\n'
    )


@pytest.mark.parametrize("character", ["\r", "\n", "\0"])
@pytest.mark.parametrize("place", ["{}", "a{}", "{}b", "a{}b"])
def test_what_would_begin_a_second_command_is_refused(character: str, place: str) -> None:
    with pytest.raises(RefusedCommandError):
        command_line("SET VARIABLE", ("X", place.format(character)))
    with pytest.raises(RefusedCommandError):
        command_line("NOOP" + place.format(character))


def test_text_that_has_no_bytes_is_refused() -> None:
    with pytest.raises(RefusedCommandError):
        command_line("NOOP", ("\ud800",))


def test_a_line_fills_the_buffer_of_an_older_asterisk_and_no_more() -> None:
    room = LINE_BYTES - len(b'NOOP ""\n')
    assert len(command_line("NOOP", ("x" * room,))) == 2047
    with pytest.raises(RefusedCommandError):
        command_line("NOOP", ("x" * (room + 1),))
    with pytest.raises(RefusedCommandError):
        command_line("NOOP", ("é" * (room // 2 + 1),))


def test_more_words_than_asterisk_keeps_are_refused() -> None:
    assert command_line("SAY", ("1",) * (WORDS - 1)).count(b'"1"') == 119
    with pytest.raises(RefusedCommandError):
        command_line("SAY", ("1",) * WORDS)


def test_a_refusal_names_the_command_and_never_its_arguments() -> None:
    with pytest.raises(RefusedCommandError) as refused:
        command_line("SET VARIABLE", ("PIN", "4711\n"))
    assert refused.value.where == "SET VARIABLE"
    assert "4711" not in str(refused.value)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])), max_size=8))
def test_asterisk_reads_back_what_was_quoted(arguments: list[str]) -> None:
    try:
        line = command_line("EXEC", tuple(arguments))
    except RefusedCommandError:
        return
    assert line.count(b"\n") == 1
    assert parse_args(line[:-1]) == [b"EXEC", *(argument.encode() for argument in arguments)]
