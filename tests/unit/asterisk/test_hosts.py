"""Addresses as pjsip.conf and Asterisk's console write them."""

from __future__ import annotations

import pytest

from gvma.asterisk.hosts import host_and_port, match_has, match_wants_port


@pytest.mark.parametrize(
    ("match", "host", "has", "wants_port"),
    [
        ("10.0.0.1", "10.0.0.1", True, False),
        ("10.0.0.0/24", "10.0.0.1", True, False),
        ("10.0.0.1:5060", "10.0.0.1", True, True),
        ("10.0.0.1:5070", "10.0.0.1", False, True),
        ("10.0.0.1:5060/32", "10.0.0.1", True, True),
        ("2001:db8::1", "2001:db8::1", True, False),
        ("2001:db8::/64", "[2001:db8::1]", True, False),
        ("[2001:db8::1]:5060", "2001:db8::1", True, True),
        ("[2001:db8::1]:5070", "2001:db8::1", False, True),
        ("SIP.example", "sip.example", True, False),
        ("sip.example", "10.0.0.1", False, False),
        ("", "10.0.0.1", False, False),
    ],
)
def test_a_match_has_a_host(match: str, host: str, has: bool, wants_port: bool) -> None:
    assert (match_has(match, host, 5060), match_wants_port(match)) == (has, wants_port)


@pytest.mark.parametrize(
    ("contact", "place"),
    [
        ("10.0.0.1:5061", ("10.0.0.1", 5061)),
        ("sip:PBX.example", ("pbx.example", 5060)),
        ("sip:user@pbx.example:6060;transport=tcp", ("pbx.example", 6060)),
        ("[::1]:5060", ("[::1]", 5060)),
        ("not a contact", ("", 0)),
    ],
)
def test_host_and_port_of_a_contact(contact: str, place: tuple[str, int]) -> None:
    assert host_and_port(contact) == place
