"""SIP messages as RFC 3261 writes them, to and from bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvma.errors import SipError
from gvma.sip.message import address_uri, build_request, parse, response_to

SUBSCRIBE = (
    b"SUBSCRIBE sip:gvm-1000@10.0.0.5:5060 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
    b"Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK2\r\n"
    b"From: <sip:gvm-1000@10.0.0.5>;tag=a1\r\n"
    b"To: <sip:gvm-1000@10.0.0.5>\r\n"
    b"Call-ID: c1@10.0.0.1\r\n"
    b"CSeq: 7 SUBSCRIBE\r\n"
    b"Content-Length: 0\r\n\r\n"
)


def test_a_request_is_read() -> None:
    message = parse(SUBSCRIBE)
    assert (message.method, message.uri, message.status) == ("SUBSCRIBE", "sip:gvm-1000@10.0.0.5:5060", 0)
    assert (message.call_id, message.cseq, message.tag("From"), message.tag("To")) == ("c1@10.0.0.1", 7, "a1", "")
    assert not message.is_response


def test_a_response_is_of_the_method_in_cseq() -> None:
    message = parse(b"SIP/2.0 404 Not Found\r\nCSeq: 7 SUBSCRIBE\r\n\r\n")
    assert (message.status, message.reason, message.method) == (404, "Not Found", "SUBSCRIBE")
    assert message.is_response


def test_a_response_copies_what_the_rfc_says_and_tags_to() -> None:
    built = response_to(parse(SUBSCRIBE), 200, "OK", tag="b2", headers=[("Expires", "600")], body=b"x")
    assert built == (
        b"SIP/2.0 200 OK\r\n"
        b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
        b"Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK2\r\n"
        b"From: <sip:gvm-1000@10.0.0.5>;tag=a1\r\n"
        b"To: <sip:gvm-1000@10.0.0.5>;tag=b2\r\n"
        b"Call-ID: c1@10.0.0.1\r\n"
        b"CSeq: 7 SUBSCRIBE\r\n"
        b"Expires: 600\r\n"
        b"Content-Length: 1\r\n\r\nx"
    )


def test_a_tag_that_is_there_is_kept() -> None:
    tagged = parse(SUBSCRIBE.replace(b"To: <sip:gvm-1000@10.0.0.5>", b"To: <sip:gvm-1000@10.0.0.5>;tag=old"))
    assert b"To: <sip:gvm-1000@10.0.0.5>;tag=old\r\n" in response_to(tagged, 200, "OK", tag="new")


def test_compact_names_and_folded_lines_are_read() -> None:
    message = parse(b"NOTIFY sip:a@b SIP/2.0\r\ni: c1\r\no: message-summary\r\nSubject: one\r\n  two\r\nl: 0\r\n\r\n")
    assert message.call_id == "c1"
    assert message.header("Event") == "message-summary"
    assert message.header("subject") == "one two"


def test_content_length_cuts_the_body_and_its_line_ends_stay() -> None:
    assert parse(b"INFO sip:a@b SIP/2.0\r\nContent-Length: 10\r\n\r\na\r\n\r\nb: c\r\nrest").body == b"a\r\n\r\nb: c\r"
    assert parse(b"INFO sip:a@b SIP/2.0\nX: y\n\nbody\n").body == b"body\n"


def test_a_number_of_thousands_of_digits_is_none() -> None:
    digits = b"9" * 5000
    message = parse(b"SIP/2.0 200 OK\r\nCSeq: %b INVITE\r\nContent-Length: %b\r\n\r\nbody" % (digits, digits))
    assert message.cseq == 0
    assert message.body == b"body"


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"SIP/2.0 99 Low\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nno header\r\n\r\n",
    ],
)
def test_what_is_no_sip_message_is_an_error(datagram: bytes) -> None:
    with pytest.raises(SipError):
        parse(datagram)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(datagram: bytes) -> None:
    with suppress(SipError):
        parse(datagram)


@pytest.mark.parametrize("value", ["a\r\nRoute: <sip:evil@x>", "a\nb"])
def test_a_line_end_in_a_header_is_refused(value: str) -> None:
    with pytest.raises(SipError, match="line end"):
        build_request("SUBSCRIBE", "sip:a@b", [("From", value)])


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ('"A <b>" <sip:1000@h;x=y>;expires=60', "sip:1000@h;x=y"),
        ("<sip:1000@h>", "sip:1000@h"),
        ("sip:1000@h;tag=1", "sip:1000@h"),
        ("", ""),
    ],
)
def test_the_uri_of_an_address(address: str, uri: str) -> None:
    assert address_uri(address) == uri
