"""Line syntax, as main/config.c reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.asterisk.lines import DirectiveLine, SectionLine, SettingLine, escaped, lines, open_comment, read


def texts(text: bytes) -> list[bytes]:
    return [line.text for line in lines(text)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"a=b ; note", [b"a=b"]),
        (b"a=b\\;c ; note", [b"a=b;c"]),
        (b"a;-- x\ny\nz --;b\n", [b"a", b"", b"b"]),
        (b"a ;-- x --; b", [b"a  b"]),
        (b";-- one ;-- two --; still --; out", [b"out"]),
        (b";---- not a comment block\nb", [b"", b"b"]),
        (b"  a = b\t\r\n", [b"a = b"]),
        (b"a\0b\n", [b"a"]),
        (b"x --; y\nz\n", [b"x --", b""]),
    ],
)
def test_comments_are_dropped_as_asterisk_drops_them(text: bytes, left: list[bytes]) -> None:
    assert texts(text) == left


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"a\n;-- b\nc --;\n", None),
        (b"a\n;-- b\nc\n", 2),
        (b";-- a\n;-- b\n--;\n", 1),
        (b"; ;-- a\n", None),
        (b"a --; b\n", 1),
    ],
)
def test_an_open_comment_is_found_by_its_line(text: bytes, number: int | None) -> None:
    assert open_comment(text) == number


def test_sections_settings_and_directives_are_read_in_order() -> None:
    text = (
        b'[a](!)\nx=1\n[b](a,c)\ny => 2\n[b](+)\n#include "more.conf"\n#exec /bin/x\n#tryinclude <z>\nnothing\n[open\n'
    )
    assert list(read(text)) == [
        SectionLine("a", 1, template=True),
        SettingLine("a", "x", "1", 2),
        SectionLine("b", 3, bases=("a", "c")),
        SettingLine("b", "y", "2", 4),
        SectionLine("b", 5, append=True),
        DirectiveLine("include", "more.conf", 6),
        DirectiveLine("exec", "/bin/x", 7),
        DirectiveLine("tryinclude", "z", 8),
    ]


@pytest.mark.parametrize("text", ["", ";", "a;b", r"a\;b", ";--x", "--;x", "a;--b;c", "Günther", "x\\"])
def test_asterisk_reads_an_escaped_value_as_it_was(text: str) -> None:
    assert next(lines(b"1 => " + escaped(text))).text == f"1 => {text}".strip().encode()
    assert list(read(b"[a]\n1 => " + escaped(text)))[1:] == [SettingLine("a", "1", text, 2)]


@given(st.text(alphabet=";\\-[]=#> \t\r\nab!(+)", max_size=80))
def test_a_comment_block_at_the_end_changes_nothing_above_it(text: str) -> None:
    """A text without comment blocks is read another, faster way."""
    above = text.replace(";--", "").replace("--;", "").encode() + b"\n"
    assert list(read(above)) == list(read(above + b";--\n--;\n"))
