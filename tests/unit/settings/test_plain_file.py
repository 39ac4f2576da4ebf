"""A plain settings file is read as configupdater reads it, and any other file is left to configupdater."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gvma.settings.file.any_file import read_any
from gvma.settings.file.plain_file import read_plain
from gvma.settings.file.writer import new_text

_VALUES = st.text(alphabet="ab1=;#[] \t<>'\"/\\%:,\xe4\xa0\u2028", max_size=8)
_KEYS = st.sampled_from(["port", "Port", "url", "two words", "key:colon", "", "k\xe4", "[x", "#off", "; off"])
_HEADERS = st.sampled_from(
    ["[cfgserver]", "[Gvma_Settings]", "[media] # old", "[a]]", "[]", "[ media ]", "[DEFAULT]", "[a[b]", "[a#b]", "[x"]
)
_LINES = st.one_of(
    _HEADERS,
    st.builds("{}{}={}{}".format, _KEYS, st.sampled_from(["", " ", "\t"]), st.sampled_from(["", " "]), _VALUES),
    st.builds("{}{}".format, st.sampled_from(["#", ";", "# key = ", ";;Key=", "  # x"]), _VALUES),
    st.sampled_from(["", "  ", "word", "\0", "= value", "a = b\r", "  indented = 1", "key =\t", "a\rb = c"]),
)


@settings(max_examples=400)
@given(st.lists(_LINES, max_size=12))
def test_lines_are_read_as_configupdater_reads_them_or_not_at_all(lines: list[str]) -> None:
    plain = read_plain(lines)
    assert plain is None or vars(plain) == vars(read_any(lines))


def test_a_new_settings_file_is_plain() -> None:
    plain = read_plain(new_text().split("\n"))
    assert plain is not None
    assert ("gvma_settings", "siptserver_host") in plain.mentioned


@pytest.mark.parametrize(
    "text",
    [
        "port = 1\n[cfgserver]",
        "[cfgserver]\nport = 1\nPORT = 2",
        "[cfgserver]\n[CfgServer]",
        "[cfgserver] port = 1",
        "[cfgserver]\nport",
        "[cfgserver]\nport: 1",
        "[cfgserver]\nuser name = x",
        "[cfgserver]\nurl = a\0b",
        "[DEFAULT]\nport = 1",
    ],
)
def test_what_configupdater_may_see_otherwise_is_left_to_it(text: str) -> None:
    assert read_plain(text.split("\n")) is None


def test_an_indented_line_and_a_comment_behind_a_value_belong_to_nothing_else() -> None:
    found = read_plain(["[cfgserver]", "  host = a ; b  ", "   port = 1", "#url = x"])
    assert found is not None
    assert [entry[1:] for entry in found.entries] == [("host", "a ; b", 2), ("port", "1", 3)]
    assert ("cfgserver", "url") in found.mentioned
