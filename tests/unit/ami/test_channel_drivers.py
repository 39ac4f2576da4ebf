"""Transports as the consoles of Asterisk 16 and 22 list them."""

from __future__ import annotations

import pytest

from gvma.ami.console.channel_drivers import has_transport

# pjsip show transports of Asterisk 22.
PJSIP = """\

Transport:  <TransportId........>  <Type>  <cos>  <tos>  <BindAddress....................>
==========================================================================================

"""
# sip show settings of Asterisk 16.
CHAN_SIP = """\


Global Settings:
----------------
  UDP Bindaddress:        0.0.0.0:5060
  TCP SIP Bindaddress:    Disabled
  TLS SIP Bindaddress:    Disabled
  RTP Bindaddress:        Disabled
"""


@pytest.mark.parametrize(
    ("answer", "there"),
    [
        (PJSIP, False),
        ("No objects found.\n\n", False),
        (f"{PJSIP}Transport:  udp                      udp      0      0  127.0.0.1:5060\n", True),
        (CHAN_SIP, True),
        (CHAN_SIP.replace("0.0.0.0:5060", "Disabled"), False),
    ],
)
def test_a_transport_is_no_heading(answer: str, there: bool) -> None:
    assert has_transport(answer.splitlines()) is there
