"""A URI as PJSIP hands it over, made into what was sent. Nothing here parses, and nothing fails.

PJSIP decodes every parameter when it reads it, and escapes again what a parameter may not hold raw when it
writes it; ``%`` counts as one that may stand raw. So ``%2520`` comes as ``%20``, and ``%2F`` as ``/``.
Source: pjproject, sip_uri.c and sip_parser.c (pjsip_PARAM_CHAR_SPEC); tried on Asterisk 22.
"""

from __future__ import annotations

import re

_RAW = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789[]/:&+$-_.!~*'()%")
# ``%20`` may have been sent as %20 or as %2520. Of the two only the second can stand in a URL to be played.
_IN_NO_URL = frozenset([*b' "<>{}|\\^`', *range(0x80, 0x100)])
_ESCAPED_TWICE = _RAW | _IN_NO_URL
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")


def as_sent(uri: str) -> str:
    """The URI, or the To header, with the escapes back that PJSIP has taken away.

    >>> as_sent("sip:annc@h;play=http://h/a%20b.wav%3Fx")
    'sip:annc@h;play=http://h/a%2520b.wav%3Fx'
    """
    user, at, rest = uri.partition("@")
    return user + at + _ESCAPE.sub(_as_sent, rest)


def _as_sent(escape: re.Match[str]) -> str:
    code = escape[1]
    return f"%25{code or ''}" if code is None or int(code, 16) in _ESCAPED_TWICE else escape[0]
