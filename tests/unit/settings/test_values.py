"""What a value may look like."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.settings import values as v
from gvma.settings.keys import KEYS
from gvma.settings.model import Address

FOLDER = Path("/site")


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (v.yes_no, "YES", True),
        (v.yes_no, "on", True),
        (v.yes_no, "1", True),
        (v.yes_no, "true", True),
        (v.yes_no, "Off", False),
        (v.yes_no, "0", False),
        (v.port, "65535", 65535),
        (v.number(), "0", 0),
        (v.seconds, "2.5", 2.5),
        (v.host, "sip-1.example.net", "sip-1.example.net"),
        (v.host, "a" * 63 + ".example.net.", "a" * 63 + ".example.net."),
        (v.host, "10.0.0.1", "10.0.0.1"),
        (v.host, "[2001:db8::1]", "2001:db8::1"),
        (v.hosts, "10.0.0.1 , 10.0.0.2", "10.0.0.1,10.0.0.2"),
        (v.hosts, "", ""),
        (v.listed, "a.example, B.example:8080", ("a.example", "b.example:8080")),
        (v.listed, "", ()),
        (v.address_or_none, "127.0.0.1:4574", Address("127.0.0.1", 4574)),
        (v.address_or_none, "[::1]:4574", Address("::1", 4574)),
        (v.address_or_none, "", None),
        (v.networks, "10.1.2.3/8, ::1", ("10.0.0.0/8", "::1/128")),
        (v.prefix, "*37", "*37"),
        (v.prefix_or_none, "", ""),
        (v.prefix_or_none, "901", "901"),
        (v.prefix_or_none, "0", "0"),
        (v.prefix, "0", "0"),
        (v.prefix, "3", "3"),
        (v.extension, "9500", "9500"),
        (v.marker, ";---- ours ----", ";---- ours ----"),
        (v.url, "https://h:8443/x", "https://h:8443/x"),
        (v.path, "a/b", Path("/site/a/b")),
        (v.path, "/a", Path("/a")),
        (v.optional_path, "", None),
        (v.one_of("auto", "pjsip"), "PJSIP", "pjsip"),
        (v.switch_profile, "", ()),
        (v.switch_profile, "BroadWorks", ("broadworks",)),
        (v.switch_profile, "asterisk, f5-bigip-ltm", ("asterisk", "f5-bigip-ltm")),
        (v.codes, "", ()),
        (v.codes, "pin-is-number, configserver-query-unset", ("pin-is-number", "configserver-query-unset")),
        (v.query, "CfgDN[(@a='[') and (@type=1)]", "CfgDN[(@a='[') and (@type=1)]"),
    ],
)
def test_what_is_right_is_read(parse: v.Parse, text: str, value: object) -> None:
    assert parse(text, FOLDER) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (v.yes_no, "y"),
        (v.port, "0"),
        (v.port, "+80"),
        (v.port, "٣"),
        (v.number(), "-1"),
        (v.number(0, 100), "101"),
        (v.seconds, "0"),
        (v.seconds, "nan"),
        (v.seconds, "inf"),
        (v.seconds, "1e3"),
        (v.host, ""),
        (v.host, "a b"),
        (v.host, "h:5060"),
        (v.host, "10.0.0.256"),
        (v.host, "a;transport=tcp"),
        (v.host, "a]"),
        (v.host, "sip:a"),
        (v.host, "pbx..example.net"),
        (v.host, "a" * 64),
        (v.listed, "pbx..example.net:5038"),
        (v.hosts, "a,,b"),
        (v.hosts, "a,a"),
        (v.listed, "http://a"),
        (v.listed, "a:99999"),
        (v.address_or_none, "127.0.0.1"),
        (v.address_or_none, "::1:4574"),
        (v.address_or_none, "a:0"),
        (v.address_or_none, ":4574"),
        (v.networks, ""),
        (v.networks, "10.0.0.0/33"),
        (v.prefix, ""),
        (v.prefix, "3."),
        (v.prefix_or_none, "9X"),
        (v.prefix, "3!"),
        (v.prefix, "[37]"),
        (v.prefix, "n1"),
        (v.prefix, "3Z"),
        (v.prefix, "3 7"),
        (v.extension, "_95"),
        (v.extension, "95,1"),
        (v.name, "a]b"),
        (v.name, "a..b"),
        (v.name, ""),
        (v.name, "a\nb"),
        (v.marker, ";"),
        (v.marker, ";-- x --;"),
        (v.marker, ";!x"),
        (v.marker, "; a\nb"),
        (v.marker, "# x"),
        (v.url, "h:80"),
        (v.url, "http://"),
        (v.url, "http://h:99999/"),
        (v.url, "http://user:pa55word@h/"),
        (v.file_name, ""),
        (v.file_name, "a/"),
        (v.path, "a\0b"),
        (v.query, "CfgDN[@type='1'"),
        (v.query, "CfgDN[@name='a]"),
        (v.codes, "pin is 1234;"),
        (v.switch_profile, "nortel"),
        (v.switch_profile, "asterisk, nortel"),
        (v.switch_profile, "asterisk,"),
        (v.switch_profile, "asterisk, Asterisk"),
    ],
)
def test_what_is_wrong_is_refused(parse: v.Parse, text: str) -> None:
    with pytest.raises(ValueError, match=r"must|has a quote|names the same"):
        parse(text, FOLDER)


def test_a_password_in_a_url_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match="credentials") as caught:
        v.url("http://user:pa55word@h/", FOLDER)
    assert "pa55word" not in str(caught.value)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for key in KEYS:
        with suppress(ValueError):
            key.parse(text, FOLDER)


def test_the_switches_are_those_of_the_tables_that_check_compares_with() -> None:
    tables = json.loads(files("gvma.switches").joinpath("options.json").read_text(encoding="utf-8"))
    assert set(v.SWITCHES) == {system["id"] for system in tables["systems"]}
