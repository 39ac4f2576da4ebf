"""The URI inside a To header's value, as Asterisk hands the header over.

This module finds the URI and does not read it. Blanks that the manual's own regular expressions let pass
are let pass here too; a header that RFC 3261 would not take is refused.
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
    """The URI of a To header, and whether it stood in angle brackets.

    header: the value without ``To:``. Without brackets what follows the first ``;`` are header parameters
    by RFC 3261; the manual's macros took them as the URI's, and so does this.
    Raises RefusedUriError(bad-uri). Source: RFC 3261 sections 7.3.1, 20.10, 25.1.
    """
    value = _FOLD.sub(" ", header)
    if _LINE_BREAK.search(value):  # a header injected behind this one
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
    """The URI without blanks around ``;`` and ``=`` behind its user part."""
    user, at, rest = uri.rpartition("@")
    return user + at + _PADDING.sub(r"\1", rest).rstrip(_BLANKS)
