"""``match`` of an identify means the senders that Asterisk 16 and 22 mean by it."""

from __future__ import annotations

import pytest

from gvma.asterisk.hosts import Match, match_has


@pytest.mark.parametrize(
    ("match", "there"),
    [
        ("10.0.0.1", True),
        ("10.0.0.1/32", True),
        ("10.0.0.0/24", True),
        ("10.0.0.0/255.255.255.0", True),
        ("10.0.0.1:5060", True),
        ("10.0.0.1:5060/32", True),
        ("10.0.0.1:5070/32", False),
        ("10.0.0.2", False),
        ("::1/128", False),
        ("sip.example", False),
        ("", False),
    ],
)
def test_an_address_and_a_port_are_matched_as_asterisk_matches_them(match: str, there: bool) -> None:
    assert match_has(match, "10.0.0.1", 5060) is there


@pytest.mark.parametrize("match", ["2001:db8::1", "[2001:db8::1]:5060", "2001:db8::1/128", "[2001:db8::1]:5060/128"])
def test_an_ipv6_address_is_read_in_each_of_its_spellings(match: str) -> None:
    assert match_has(match, "2001:db8::1", 5060)
    assert not match_has(match, "2001:db8::2", 5060)


def test_a_name_is_matched_as_it_is_written_without_case() -> None:
    assert match_has("SIP.example:5060", "sip.example", 5060)
    assert [Match.of(text).is_name for text in ("sip.example", "10.0.0.0/8", "10.0.0.1:5060", "")] == [
        True,
        False,
        False,
        False,
    ]
