"""Line syntax, as main/config.c reads it."""

from __future__ import annotations

import pytest

from gvma.asterisk.lines import Directive, Section, Setting, escaped, lines, open_comment, read, unescaped


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
        Section(b"a", 1, template=True),
        Setting(b"a", b"x", b"1", 2),
        Section(b"b", 3, bases=(b"a", b"c")),
        Setting(b"b", b"y", b"2", 4),
        Section(b"b", 5, append=True),
        Directive("include", b"more.conf", 6),
        Directive("exec", b"/bin/x", 7),
        Directive("tryinclude", b"z", 8),
    ]


@pytest.mark.parametrize("text", ["", ";", r"\;", "a;--b;c", "Günther", "\\"])
def test_what_is_escaped_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("text", ["a;b", r"a\;b", ";--x", "--;x"])
def test_asterisk_reads_an_escaped_value_as_it_was(text: str) -> None:
    assert next(lines(b"1 => " + escaped(text))).text == b"1 => " + text.encode()
