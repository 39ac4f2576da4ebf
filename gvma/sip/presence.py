"""The state of a telephone as a NOTIFY for presence carries it (RFC 3863, PIDF).

Pure: text in, words out. It looks for two elements by name and parses no XML: what comes by UDP may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gvma.errors import SipError

_BASIC = re.compile(r"<(?:[\w.-]+:)?basic>\s*(open|closed)\s*</(?:[\w.-]+:)?basic>", re.IGNORECASE)
_NOTE = re.compile(r"<(?:[\w.-]+:)?note(?:\s[^<>]*)?>([^<>]{1,80})</")


@dataclass(frozen=True, slots=True)
class Presence:
    """basic: ``open`` where the telephone is registered, else ``closed`` (the manual's lines 1523-1525).

    note: Asterisk's word for what it does, such as ``Ready`` or ``On the phone``; empty where there is none.
    """

    basic: str
    note: str = ""


def presence(body: str) -> Presence:
    """What a PIDF document says.

    Raises SipError where it has no ``basic``, as another kind of body.
    >>> presence("<tuple id='2001'><status><basic>open</basic></status></tuple>").basic
    'open'
    """
    basic, note = _BASIC.search(body), _NOTE.search(body)
    if basic is None:
        raise SipError("the presence document has no basic status")
    return Presence(basic[1].lower(), " ".join(note[1].split()) if note else "")
