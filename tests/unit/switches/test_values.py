"""What the manual's tables allow, and what they do not."""

from __future__ import annotations

import pytest

from gvma.switches.values import complaint


@pytest.mark.parametrize(
    ("allowed", "value"),
    [
        ("false", "false"),
        ("false", "FALSE"),
        ("REGISTER | SUBSCRIBE", "subscribe"),
        ("true, false", "true"),
        ("0-300 (s)", "0"),
        ("0-300 (s)", "300"),
        ("positive integer (s)", "1800"),
        ("non-negative integer", "0"),
        ("numerical string", "0078"),
        ("SIP URI", "10.0.0.1"),
        ("SIP URI", "10.0.0.1:5060"),
        ("SIP URI", "sip:8866@192.168.6.167"),
        ("SIP URI", "sips:agent@[2001:db8::1]:5061;transport=tls"),
        ("<ipaddress>:<SIP port>", "192.168.22.63:6060"),
        ("<ipaddress>:<SIP port>", "192.168.22.63"),
        ("host or IP", "pbx.example"),
        ("port", "5060"),
        ("string", "anything at all"),
    ],
)
def test_a_value_of_the_table_is_right(allowed: str, value: str) -> None:
    assert complaint(allowed, value) == ""


@pytest.mark.parametrize(
    ("allowed", "value"),
    [
        ("false", "no"),
        ("REGISTER | SUBSCRIBE", "NOTIFY"),
        ("0-300 (s)", "301"),
        ("0-300 (s)", "-1"),
        ("0-30 (s)", "ten"),
        ("positive integer (s)", "0"),
        ("positive integer", "1.5"),
        ("numerical string", "7a"),
        ("SIP URI", "<sip:x>"),
        ("SIP URI", "10.0.0.1:99999"),
        ("SIP URI", "two words"),
        ("<ipaddress>:<SIP port>", "sip:user@host:5060"),
        ("<ipaddress>:<SIP port>", "10.0.0.1:0"),
        ("port", "65536"),
        ("host or IP", "host:5060"),
        ("BIG-IP VIP, e.g. 192.168.203.164", "192.168.203.164:5060"),
        ("string", ""),
        ("false", "  "),
    ],
)
def test_of_another_value_it_is_said_why_it_is_wrong(allowed: str, value: str) -> None:
    assert complaint(allowed, value) != ""
