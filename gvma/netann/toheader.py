"""The URI in the value of a To header, as Asterisk passes the header on. Pure.

This file finds the URI and does not parse it. Blanks that the manual's own regular expressions allow are allowed
here too; any other header that RFC 3261 does not allow is refused.
"""

from __future__ import annotations

import re

from gvma.netann.uri import RefusedUriError

_FOLD = re.compile(r"\r?\n[ \t]+")
_LINE_BREAK = re.compile(r"[\r\n]")
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\x00-\x09\x0b\x0c\x0e-\x7f])*"')
_DISPLAY_TOKENS = re.compile(r"[A-Za-z0-9\-.!%*_+`'~ \t]*")
_HEADER_PARAMS = re.compile(r"[ \t]*(?:;[^<>\"\x00-\x08\x0a-\x1f\x7f]*)?")
_PADDING = re.compile(r"[ \t]*([;=])[ \t]*")
_BLANKS = " \t"


def uri_of(header: str) -> tuple[str, bool]:
    """The URI of a To header, and whether it stands in angle brackets.

    header: the value without ``To:``. Without brackets, RFC 3261 says that the parameters are the header's; the
    manual's macros take them as the URI's, and so does this function.
    Raises RefusedUriError(bad-uri). Source: RFC 3261 sections 7.3.1, 20.10, 25.1.
    """
    value = _FOLD.sub(" ", header)
    if _LINE_BREAK.search(value):  # an attempt to inject another header
        raise RefusedUriError("bad-uri")
    value = value.strip(_BLANKS)
    if value.startswith('"'):
        quoted = _QUOTED.match(value)
        if quoted is None:
            raise RefusedUriError("bad-uri")
        value = value[quoted.end() :].lstrip(_BLANKS)
        if not value.startswith("<"):
            raise RefusedUriError("bad-uri")
    display, bracket, rest = value.partition("<")
    if not bracket:
        return _without_padding(value), False
    if not _DISPLAY_TOKENS.fullmatch(display):
        raise RefusedUriError("bad-uri")
    inside, bracket, tail = rest.partition(">")
    if not bracket or "<" in inside or not _HEADER_PARAMS.fullmatch(_QUOTED.sub("", tail)):
        raise RefusedUriError("bad-uri")
    return _without_padding(inside.strip(_BLANKS)), True


def _without_padding(uri: str) -> str:
    """The URI without the blanks around ``;`` and ``=`` after its user part."""
    user, at, rest = uri.rpartition("@")
    return user + at + _PADDING.sub(r"\1", rest).rstrip(_BLANKS)
