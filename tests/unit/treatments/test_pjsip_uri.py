"""What PJSIP makes of escapes is made undone, as far as it can be."""

from __future__ import annotations

import pytest

from gvma.netann.parser import parse
from gvma.netann.request import REQUEST_URI
from gvma.treatments.pjsip_uri import as_sent


# Each line: as sent, as Asterisk 22 hands it over, and what the play value is.
@pytest.mark.parametrize(
    ("handed_over", "play"),
    [
        ("http://h/a%20b.wav", "http://h/a%20b.wav"),  # sent as a%2520b.wav
        ("http://h/a%2Fb.wav", "http://h/a%2Fb.wav"),  # sent as a%252Fb.wav
        ("http://h/100%.wav", "http://h/100%.wav"),  # sent as 100%25.wav
        ("http://h/%25.wav", "http://h/%25.wav"),  # sent as %2525.wav
        ("http://h/q.wav%3fid%3d1&x", "http://h/q.wav?id=1&x"),  # sent as q.wav%3Fid%3D1%26x
        ("http://h/%c3%a4.wav", "http://h/%c3%a4.wav"),  # sent as %25c3%25a4.wav
        ("music/burst", "music/burst"),
    ],
)
def test_a_value_is_decoded_once(handed_over: str, play: str) -> None:
    request = parse(as_sent(f"sip:annc@h;play={handed_over};repeat=2"), REQUEST_URI)
    assert (request.play, request.repeat) == (play, 2)


@pytest.mark.parametrize("handed_over", ["a%0d%0ab", "a%00"])
def test_control_characters_stay_refused(handed_over: str) -> None:
    assert parse(as_sent(f"sip:annc@h;play={handed_over}"), REQUEST_URI).error == "bad-play"


def test_the_user_part_stays_as_it_is() -> None:
    assert as_sent("sip:conf=a%20b@h") == "sip:conf=a%20b@h"
