"""What somebody pastes from a SIP trace: the URI or header value in a ``To:`` line or a request line. Pure."""

from __future__ import annotations

import re

from gvma.netann.request import REQUEST_URI, TO_HEADER, Kind

# ``t`` is the compact form of To (RFC 3261 section 7.3.3).
_TO_LINE = re.compile(r"\s*to?[ \t]*:(.*)", re.IGNORECASE | re.DOTALL)
_REQUEST_LINE = re.compile(r"\s*[A-Z]+[ \t]+(\S+)[ \t]+SIP/2\.0\s*", re.IGNORECASE)


def from_trace(text: str, kind: Kind) -> tuple[str, Kind]:
    """The text to parse, and its kind. A text that is neither of the two lines stays as it is.

    >>> from_trace("INVITE sip:annc@ms.example.net;play=welcome SIP/2.0", "to-header")
    ('sip:annc@ms.example.net;play=welcome', 'request-uri')
    """
    if (line := _REQUEST_LINE.fullmatch(text)) is not None:
        return line[1], REQUEST_URI
    if (line := _TO_LINE.fullmatch(text)) is not None:
        return line[1].strip(), TO_HEADER
    return text, kind
