"""Message counts as a NOTIFY for ``message-summary`` carries them (RFC 3842).

Pure: text in, numbers out. A body that is not a message summary is an error and never a zero, since a zero says
that there are no messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gvma.errors import MessageSummaryError

# Python refuses to read numbers of thousands of digits, which a peer may send.
_COUNT = r"(\d{1,9})"
_VALUE = re.compile(rf"{_COUNT}\s*/\s*{_COUNT}(?:\s*\(\s*{_COUNT}\s*/\s*{_COUNT}\s*\))?\Z")


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """Voice messages in one mailbox: new and old ones, and how many of each are urgent."""

    new: int
    old: int
    urgent_new: int = 0
    urgent_old: int = 0


def voice_messages(body: str) -> MessageCounts:
    """The counts of the ``Voice-Message`` line. body: lines end with CRLF or LF, names in any case.

    Raises MessageSummaryError where the line is missing or has no counts; ``where`` is its number, from 1.
    Source: RFC 3842 section 5.2. The urgent ones are optional there; Asterisk sends ``(0/0)``.
    """
    for number, line in enumerate(body.splitlines(), start=1):
        name, colon, value = line.partition(":")
        if not colon or name.strip().lower() != "voice-message":
            continue
        counts = _VALUE.match(value.strip())
        if counts is None:
            raise MessageSummaryError(f"no counts in {value.strip()!r}", where=number)
        return MessageCounts(*(int(group or 0) for group in counts.groups()))
    raise MessageSummaryError("the message summary has no Voice-Message line")
