"""Lines pasted from a SIP trace, and texts that only look like them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gvma.netann.pasted import from_trace
from gvma.netann.request import REQUEST_URI, TO_HEADER, Kind


@pytest.mark.parametrize(
    ("line", "text", "kind"),
    [
        ("To: <sip:annc@h;play=a>;tag=1\r\n", "<sip:annc@h;play=a>;tag=1", TO_HEADER),
        ("t:<sip:annc@h>", "<sip:annc@h>", TO_HEADER),
        ('  TO : "Media" <sip:annc@h>', '"Media" <sip:annc@h>', TO_HEADER),
        ("INVITE sip:annc@h;play=a SIP/2.0", "sip:annc@h;play=a", REQUEST_URI),
        ("OPTIONS  sip:conf=1@h\tSIP/2.0\r\n", "sip:conf=1@h", REQUEST_URI),
        ("invite tel:1 sip/2.0", "tel:1", REQUEST_URI),
    ],
)
def test_the_line_says_what_is_parsed_and_of_which_kind_it_is(line: str, text: str, kind: Kind) -> None:
    assert from_trace(line, REQUEST_URI) == from_trace(line, TO_HEADER) == (text, kind)


@pytest.mark.parametrize(
    "text",
    ["sip:annc@h", "tel:+1201", "Tony <sip:annc@h>", "INVITE sip:a b@h SIP/2.0", "SIP/2.0 200 OK", "sip:t:o@h", ""],
)
@pytest.mark.parametrize("kind", [REQUEST_URI, TO_HEADER])
def test_any_other_text_stays_as_it_is(text: str, kind: Kind) -> None:
    assert from_trace(text, kind) == (text, kind)


@pytest.mark.parametrize("name", ["vectors", "wild"])
def test_no_uri_of_the_vectors_is_taken_for_such_a_line(name: str) -> None:
    for line in (Path(__file__).parent / f"{name}.jsonl").read_text("utf-8").splitlines():
        vector = json.loads(line)
        assert from_trace(vector["input"], vector["kind"]) == (vector["input"], vector["kind"])
