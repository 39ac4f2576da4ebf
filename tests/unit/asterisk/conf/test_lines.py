"""Line syntax, as main/config.c reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.asterisk.conf.lines import (
    SectionLine,
    directive_line,
    escaped,
    lines,
    open_comment,
    parts,
    plain,
    rest_of,
    section_line,
    setting_line,
)


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
        # Tried on Asterisk 16 and 22.
        (b"x --; y\nz\n", [b"x --; y", b""]),
        (b"x --; y ; z\\;\nz\n", [b"x --; y ; z;", b""]),
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


@pytest.mark.parametrize(
    ("rest", "section"),
    [
        ("[a](!)", SectionLine("a", template=True)),
        ("[b](a,c)", SectionLine("b", bases=("a", "c"))),
        ("[b](+)", SectionLine("b", append=True)),
        ("[b] (a)", SectionLine("b")),
        ("[open", None),
    ],
)
def test_a_section_is_opened_with_all_that_its_brackets_say(rest: str, section: SectionLine | None) -> None:
    assert section_line(rest) == section


@pytest.mark.parametrize(
    ("rest", "directive"),
    [
        ('#include "more.conf"', ("include", "more.conf")),
        ("#exec /bin/x", ("exec", "/bin/x")),
        ("#TryInclude <z>", ("tryinclude", "z")),
        ("#include", None),
        ("#define x", None),
    ],
)
def test_a_directive_has_an_argument(rest: str, directive: tuple[str, str] | None) -> None:
    assert directive_line(rest) == directive


@pytest.mark.parametrize(
    ("rest", "setting"),
    [
        ("x=1", ("x", "1")),
        ("y => 2", ("y", "2")),
        ("allow += ulaw", ("allow", "ulaw")),
        ("a=b=c", ("a", "b=c")),
        ("x =", ("x", "")),
        ("nothing", None),
    ],
)
def test_a_setting_has_an_equals_sign_or_an_arrow(rest: str, setting: tuple[str, str] | None) -> None:
    assert setting_line(rest) == setting


@pytest.mark.parametrize("text", ["", ";", "a;b", r"a\;b", ";--x", "--;x", "a;--b;c", "Günther", "x\\"])
def test_asterisk_reads_an_escaped_value_as_it_was(text: str) -> None:
    assert next(lines(b"1 => " + escaped(text))).text == f"1 => {text}".strip().encode()
    assert remains(b"[a]\n1 => " + escaped(text)) == [(1, "[a]"), (2, f"1 => {text}".strip())]


@given(st.text(alphabet=";\\-[]=#> \t\r\nab!(+)", max_size=80))
def test_a_comment_block_at_the_end_changes_nothing_above_it(text: str) -> None:
    """A text without comment blocks is read another, faster way."""
    above = text.replace(";--", "").replace("--;", "").encode() + b"\n"
    assert remains(above) == remains(above + b";--\n--;\n")


def remains(text: bytes) -> list[tuple[int, str]]:
    """Number and rest of each line of which something is left."""
    every = [line for part in parts(plain(text)) for line in part.split("\n")]
    return [(number, rest) for number, line in enumerate(every, start=1) if (rest := rest_of(line))]
