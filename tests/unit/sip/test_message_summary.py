"""Counts out of message summaries, as RFC 3842 and Asterisk write them."""

from __future__ import annotations

import pytest

from gvma.errors import MessageSummaryError
from gvma.sip.message_summary import MessageCounts, voice_messages


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        ("Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n", MessageCounts(2, 8, 0, 2)),
        ("Messages-Waiting: no\nMessage-Account: sip:a@b\nVoice-Message: 0/0\n", MessageCounts(0, 0)),
        ("voice-message:1/0(0/0)", MessageCounts(1, 0, 0, 0)),
        ("Fax-Message: 9/9\r\nVoice-Message : 3 / 4 ( 1 / 0 )", MessageCounts(3, 4, 1, 0)),
    ],
)
def test_the_voice_messages_are_counted(body: str, counts: MessageCounts) -> None:
    assert voice_messages(body) == counts


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Messages-Waiting: no\n",
        "Voice-Message: none\n",
        "Voice-Message: 1\n",
        "Voice-Message: -1/0\n",
        f"Voice-Message: {'9' * 5000}/0\n",
    ],
)
def test_what_says_no_counts_is_an_error_and_never_a_zero(body: str) -> None:
    with pytest.raises(MessageSummaryError):
        voice_messages(body)


def test_the_line_that_is_wrong_is_named() -> None:
    with pytest.raises(MessageSummaryError) as raised:
        voice_messages("Messages-Waiting: yes\r\nVoice-Message: many\r\n")
    assert raised.value.where == "2"
