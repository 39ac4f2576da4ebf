"""The state of a telephone in a presence document (RFC 3863)."""

from __future__ import annotations

import pytest

from gvma.errors import SipError
from gvma.sip.presence import Presence, presence

# As RFC 3863 section 4.1.1 has it.
RFC = """<?xml version="1.0" encoding="UTF-8"?>
<impp:presence xmlns:impp="urn:ietf:params:xml:ns:pidf" entity="pres:someone@example.com">
  <impp:tuple id="sg89ae"><impp:status><impp:basic>open</impp:basic></impp:status></impp:tuple>
</impp:presence>"""


def test_the_state_is_read_whatever_the_prefix_of_its_name_space() -> None:
    assert presence(RFC) == Presence("open")


def test_the_note_says_what_the_telephone_does() -> None:
    body = "<presence><note>On the\n phone</note><tuple><status><basic> OPEN </basic></status></tuple></presence>"
    assert presence(body) == Presence("open", "On the phone")


@pytest.mark.parametrize("body", ["", "<basic>perhaps</basic>", "<basic>open", "Messages-Waiting: no"])
def test_what_is_no_presence_document_is_an_error_and_never_a_state(body: str) -> None:
    with pytest.raises(SipError):
        presence(body)
