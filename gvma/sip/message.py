"""SIP messages as bytes: parsed and built (RFC 3261 sections 7 and 20).

Pure: it opens no socket, makes no tag and no branch, and knows no transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gvma.errors import SipError

_COMPACT = {
    "c": "content-type",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "t": "to",
    "u": "allow-events",
    "v": "via",
}
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6]\d\d) ?(.*)\Z")
_REQUEST_LINE = re.compile(r"([A-Z]+) (\S+) SIP/2\.0\Z")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_TAG = re.compile(r";\s*tag\s*=\s*([^;\s]+)", re.IGNORECASE)

_MOST_DIGITS = 10

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SipMessage:
    """One request or response.

    method: of the request; of a response, that of the request that it answers. uri: the Request-URI, empty in a
    response. status: 100 to 699, 0 in a request. headers: in order, names as they came, folded lines joined.
    """

    method: str
    uri: str
    status: int
    reason: str
    headers: tuple[Header, ...]
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first value of a header, in its long or its compact form; empty where there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order; values joined by commas stay joined."""
        wanted = name.lower()
        return [value for key, value in self.headers if _COMPACT.get(key.lower(), key.lower()) == wanted]

    @property
    def is_response(self) -> bool:
        return self.status != 0

    @property
    def call_id(self) -> str:
        return self.header("Call-ID")

    @property
    def cseq(self) -> int:
        """The number of CSeq; 0 where it is missing or no number."""
        return _number(self.header("CSeq").split(" ")[0]) or 0

    @property
    def text(self) -> str:
        """The body as text; a byte that is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def tag(self, name: str) -> str:
        """The tag of ``From`` or ``To``; empty where there is none."""
        found = _TAG.search(self.header(name).rpartition(">")[2])
        return found.group(1) if found else ""

    def contact(self) -> str:
        """The URI of the first Contact, without brackets and header parameters; empty where there is none."""
        return address_uri(self.header("Contact"))


def parse(datagram: bytes) -> SipMessage:
    """The message in one datagram.

    Lines end with CRLF or LF. The body is cut to Content-Length, where there is one.
    Raises SipError where the first line is not a start line, or a later one not a header line.
    """
    head, *rest = _BLANK_LINE.split(datagram.lstrip(b"\r\n"), maxsplit=1)
    body = b"".join(rest)
    first, *lines = head.decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n").split("\n")
    headers = tuple(_headers(lines))
    request_line, status_line = _REQUEST_LINE.match(first), _STATUS_LINE.match(first)
    if request_line is not None:
        message = SipMessage(request_line.group(1), request_line.group(2), 0, "", headers)
    elif status_line is not None:
        message = SipMessage("", "", int(status_line.group(1)), status_line.group(2), headers)
    else:
        raise SipError(f"not a SIP message; its first line is {first[:80]!r}")
    method = message.method or message.header("CSeq").rpartition(" ")[2]
    kept = body[: _number(message.header("Content-Length"))]
    return SipMessage(method, message.uri, message.status, message.reason, headers, kept)


def _number(text: str) -> int | None:
    """None where it is no number, or one with more digits than any header has: Python refuses to read thousands."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def build_request(method: str, uri: str, headers: Iterable[Header], body: bytes = b"") -> bytes:
    """The bytes of a request. headers: all but Content-Length, in order."""
    return _built(f"{method} {uri} SIP/2.0", headers, body)


def response_to(  # noqa: PLR0913 - what follows the status has a name in the call
    request: SipMessage, status: int, reason: str, *, tag: str, headers: Sequence[Header] = (), body: bytes = b""
) -> bytes:
    """The bytes of a response to ``request``. tag: this side's, added to To where To has none (RFC 3261 8.2.6.2)."""
    to = request.header("To")
    if status > 100 and not request.tag("To"):
        to += f";tag={tag}"
    copied = [
        *(("Via", via) for via in request.all("Via")),
        ("From", request.header("From")),
        ("To", to),
        ("Call-ID", request.call_id),
        ("CSeq", request.header("CSeq")),
    ]
    return _built(f"SIP/2.0 {status} {reason}", [*copied, *headers], body)


def address_uri(address: str) -> str:
    """The URI in a header value such as ``"Name" <sip:1000@host;x=y>;expires=60`` or ``sip:1000@host``."""
    unquoted = _QUOTED.sub("", address)
    found = re.search(r"<([^>]*)>", unquoted)
    return found.group(1) if found else unquoted.partition(";")[0].strip()


def _headers(lines: Iterable[str]) -> list[Header]:
    found: list[Header] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and found:
            name, value = found.pop()
            found.append((name, f"{value} {line.strip()}"))
            continue
        name, colon, value = line.partition(":")
        if not colon:
            raise SipError(f"not a header line: {line[:80]!r}")
        found.append((name.strip(), value.strip()))
    return found


def _built(first: str, headers: Iterable[Header], body: bytes) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}"]
    for line in lines:
        if "\r" in line or "\n" in line:
            raise SipError("a line end within a header; the message was not built")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
