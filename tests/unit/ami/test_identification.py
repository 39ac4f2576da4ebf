"""What Asterisk 16 and 22 print of identifies and identifiers is read in both of their ways."""

from __future__ import annotations

from gvma.ami.console.identification import identifiers, identifies
from gvma.asterisk.identification.pjsip import Identify

HEADING = """
 Identify:  <Identify/Endpoint...........................................................>
      Match:  <criteria...........................>
==========================================================================================
"""
OF_22 = """
 Identify:  gone/nothere
      Match: 127.0.0.99/32

 Identify:  hserver/hserver
     Header: User-Agent: /^SIPServer/

 Identify:  mixed/pserver
      Match: 127.0.0.4:5070/32
      Match: [2001:db8::2]:5070/128
      Match: 10.0.0.0/16
     Header: X: y

 Identify:  rr/A
 RequestURI: /^sip:1/


Objects found: 4
"""
OF_16 = """
 Identify:  hserver/hserver
      Match: User-Agent: /^SIPServer/

 Identify:  both/with blanks
      Match: 127.0.0.4/32
      Match: X: y


Objects found: 2
"""


def lines(text: str) -> list[str]:
    return (HEADING + text).splitlines()


def test_asterisk_22_names_headers_and_request_uris() -> None:
    assert list(identifies(lines(OF_22))) == [
        Identify("nothere", ("127.0.0.99/32",)),
        Identify("hserver", (), frozenset({"header"})),
        Identify("pserver", ("127.0.0.4:5070/32", "[2001:db8::2]:5070/128", "10.0.0.0/16"), frozenset({"header"})),
        Identify("A", (), frozenset({"request_uri"})),
    ]


def test_asterisk_16_shows_a_header_as_a_match() -> None:
    assert list(identifies(lines(OF_16))) == [
        Identify("hserver", (), frozenset({"header"})),
        Identify("with blanks", ("127.0.0.4/32",), frozenset({"header"})),
    ]


def test_no_identify_is_none() -> None:
    assert list(identifies(["", "No objects found.", ""])) == []


def test_identifiers_keep_their_order_and_one_without_a_name_is_none() -> None:
    printed = ["Identifier Names:   ", "name not specified  ", "ip                  ", "username            ", "header"]
    assert list(identifiers(printed)) == ["ip", "username", "header"]
