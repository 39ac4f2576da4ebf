"""The parser against the rules' vectors, against what peers send, and against anything at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gvma.netann.parser import parse
from gvma.netann.request import REFUSALS, REQUEST_URI, TO_HEADER, Kind

HERE = Path(__file__).parent


def lines_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


VECTORS = lines_of("vectors.jsonl")
WILD = lines_of("wild.jsonl")


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{vector['id']}-{vector['rule']}" for vector in VECTORS])
def test_a_vector_of_the_rules_is_read_as_the_rules_say(vector: dict[str, Any]) -> None:
    answer = parse(vector["input"], vector["kind"]).as_json()
    expected = vector["expect"]
    if expected["error"] is None:
        assert answer == expected
        return
    compared = ["service", "error", "sip_status"]
    compared += [name for name in ("user", "host", "port", "scheme") if expected[name] is not None]
    assert {name: answer[name] for name in compared} == {name: expected[name] for name in compared}


@pytest.mark.parametrize("wild", WILD, ids=[wild["id"] for wild in WILD])
def test_what_is_met_in_the_wild_gets_an_answer_and_never_an_exception(wild: dict[str, Any]) -> None:
    request = parse(wild["input"], wild["kind"])
    assert request.error is None or request.error in REFUSALS


SAVOURY = st.text('sipannconfdialog:@;=?%<>" \t\r\n\\/.0123456789AfF,&[]éß\x00\x7f\ud800')
URI = st.builds(
    lambda user, host, params: f"sip:{user}@{host}" + "".join(f";{param}" for param in params),
    st.sampled_from(["annc", "ANNC", "conf=1", "conf=", "conf", "dialog", "%61nnc", "annc%3D", "x"]),
    st.sampled_from(["h", "h:5060", "[::1]", "10.0.0.1", "h:0", "-", ""]),
    st.lists(
        st.builds(
            lambda name, value: f"{name}={value}",
            st.sampled_from(
                ["play", "repeat", "delay", "duration", "locale", "record", "param1", "voicexml", "aai", "maxage", "lr"]
            ),
            st.one_of(SAVOURY, st.sampled_from(["%2e%2e/x", "file:///a/%252e%252e/b", "%00", "9" * 50, "%c0%ae"])),
        )
    ),
)


@given(st.one_of(st.text(), SAVOURY, URI), st.sampled_from([REQUEST_URI, TO_HEADER]))
@example("sip:annc@h;play=a;aai=" + "[" * 2000, REQUEST_URI)
@example("sip:dialog@h;voicexml=x;aai=" + "[" * 2000, REQUEST_URI)
@example('"' + "\\" * 4000, TO_HEADER)
@example("sip:conf=" + "%41" * 1300 + "@h", REQUEST_URI)
def test_any_text_gets_a_result_or_a_documented_error(text: str, kind: Kind) -> None:
    request = parse(text, kind)
    refused = request.refusal is not None
    assert request.error is None or request.error in REFUSALS
    assert (request.sip_status is not None) == refused
    json.dumps(request.as_json())


@given(URI)
def test_what_may_be_played_never_leaves_the_sounds_folder(uri: str) -> None:
    request = parse(uri)
    if request.play is not None and ":" not in request.play:
        assert ".." not in request.play.split("/")
        assert not request.play.startswith("/") or request.play.lower().startswith("/provisioned/")
        assert not set(request.play) & set(' ,|&;"\\${}\r\n\0')


@given(URI)
def test_what_becomes_part_of_a_file_or_conference_name_is_harmless(uri: str) -> None:
    request = parse(uri)
    for name in filter(None, (request.record, request.conf_id)):
        assert not set(name) & set(' /,|&;"\\${}()\r\n\0')


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        # RFC 3261 19.1.1: userinfo has no second '@', not even behind '?'.
        ("sip:annc@h;play=a?to=b@c", "bad-uri"),
        # RFC 3261 25.1: no character outside US-ASCII in a URI, not even behind '?'.
        ("sip:annc@h;play=a?subject=\u00e9", "bad-uri"),
        ("sip:annc@h;play=a?subject=x y", "bad-uri"),
        ("sip:annc@h;play=a;locale=", "bad-locale"),
        ("sip:annc@h;play=a;locale", "bad-locale"),
        ("sip:annc@h;play=a;record=%ff", "bad-record"),
        ("sip:dialog@h;voicexml=%00", "bad-voicexml"),
        ("sip:dialog@h;voicexml=http://a/b;foo=", "missing-vxml-value"),
        ("sip:dialog@h;voicexml=http://a/b;aai=NaN", "bad-vxml-param"),
        ("sip:conf=" + "a" * 80 + "@h", "bad-conf-id"),
        ("sip:annc@h;play=" + "a" * 4096, "too-long"),
        ("sip:annc@h;play=a;record=" + "a" * 129, "bad-record"),
        # The order of the checks: record before play, play before repeat.
        ("sip:annc@h;play=../x;record=a/b;repeat=x", "bad-record"),
        ("sip:annc@h;play=../x;repeat=x", "unsafe-path"),
        ("sip:annc@h;play=x;play=y;record=a/b", "duplicate-param"),
    ],
)
def test_a_wrong_uri_is_refused_for_its_first_fault(uri: str, error: str) -> None:
    assert parse(uri).error == error


def test_the_misprinted_example_of_rfc_4240_keeps_its_content_type_as_it_came() -> None:
    uri = "sip:annc@h;play=file:///a;content-type=video/mpeg%3bencode%d3314M-25/625-50"
    assert parse(uri).content_type == "video/mpeg%3bencode%d3314M-25/625-50"


def test_the_tag_of_a_to_header_without_brackets_is_never_a_parameter_of_the_service() -> None:
    assert parse("sip:annc@h;play=a;TAG=1;x=2", TO_HEADER).params == {"x": "2"}


def test_a_header_that_was_injected_behind_to_is_refused() -> None:
    assert parse("<sip:annc@h;play=a>\r\nRoute: <sip:evil@h>", TO_HEADER).error == "bad-uri"


def test_a_conference_is_recorded_only_where_the_uri_says_what_for() -> None:
    assert parse("sip:conf=A@h;record=r1").record == "r1"
    assert parse("sip:conf=A@h;record").record is None
