"""From a URI as PJSIP gives it back to the URI that was sent. Pure; every text is accepted.

PJSIP decodes every parameter when it reads a URI. When it writes the URI again, it escapes only the characters
that a parameter must not contain, and ``%`` is not one of them for PJSIP. So ``%2520`` becomes ``%20``, and
``%2F`` becomes ``/``.
Source: pjproject, sip_uri.c and sip_parser.c (pjsip_PARAM_CHAR_SPEC); tried on Asterisk 22.
"""

from __future__ import annotations

import re

_RAW = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789[]/:&+$-_.!~*'()%")
# ``%20`` may have been sent as %20 or as %2520. Only the second can stand in the URL of a sound.
_IN_NO_URL = frozenset([*b' "<>{}|\\^`', *range(0x80, 0x100)])
_ESCAPED_TWICE = _RAW | _IN_NO_URL
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")


def as_sent(uri: str) -> str:
    """The URI, or the To header, with the escapes that PJSIP has decoded.

    >>> as_sent("sip:annc@h;play=http://h/a%20b.wav%3Fx")
    'sip:annc@h;play=http://h/a%2520b.wav%3Fx'
    """
    user, at, rest = uri.partition("@")
    return user + at + _ESCAPE.sub(_as_sent, rest)


def _as_sent(escape: re.Match[str]) -> str:
    code = escape[1]
    return f"%25{code or ''}" if code is None or int(code, 16) in _ESCAPED_TWICE else escape[0]
