"""The parts of a SIP URI by RFC 3261 sections 19.1 and 25.1: split first, then decode; nothing is repaired. Pure.

This file knows neither the services nor Genesys. A text that is not a SIP URI is refused, never guessed at.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 4096

_UNRESERVED = r"A-Za-z0-9\-_.!~*'()"
_ESCAPE = "%[0-9A-Fa-f]{2}"


def _text_of(extra: str, at_least: str = "*") -> re.Pattern[str]:
    """Unreserved characters, ``extra`` and escapes. Unrolled, so that matching is linear."""
    characters = f"[{_UNRESERVED}{extra}]"
    lookahead = "" if at_least == "*" else "(?=.)"
    return re.compile(f"{lookahead}{characters}*(?:{_ESCAPE}{characters}*)*", re.ASCII)


SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
SAFE_PATH = re.compile("[A-Za-z0-9._+@~/-]+")
"""A sound's path that no argument of Asterisk's cuts; ``..`` is for its reader to refuse."""
_USER = _text_of("&=+$,;?/", at_least="+")
_PASSWORD = _text_of("&=+$,")
_PARAM_NAME = _text_of(r"\[\]/:&+$", at_least="+")
_PARAM_VALUE = _text_of(r"\[\]/:&+$=,")  # '=' and ',' occur in practice: builtin:tone:440,500
_BLANK_OR_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_ASCII = re.compile(r"[\x00-\x7f]*")
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]+))?")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_\-]*[A-Za-z0-9])?"
_TOP_LABEL = r"[A-Za-z](?:[A-Za-z0-9_\-]*[A-Za-z0-9])?"
_HOST_NAME = re.compile(rf"(?:{_LABEL}\.)*{_TOP_LABEL}\.?")
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_IPV6 = re.compile(r"\[([0-9A-Fa-f:.]+)\]")
_HEX = re.compile(rb"%([0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class RefusedUriError(Exception):
    """A URI that is refused; ``error`` is a key of ``gvma.netann.request.REFUSALS``."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class SipUri(NamedTuple):
    """The parts of a SIP URI, still escaped. params: (name, value), None where there is no ``=``."""

    scheme: str
    user: str | None
    host: str
    port: int | None
    params: tuple[tuple[str, str | None], ...]


def split_uri(text: str, *, without_param: str = "") -> SipUri:
    """The parts of a SIP or SIPS URI.

    without_param: the name, in lower case, of a parameter that is left out without being read.
    Raises RefusedUriError: bad-scheme, bad-uri.
    Source: RFC 3261 sections 19.1.1 and 25.1; RFC 5954 for IPv6.
    """
    scheme = SCHEME.match(text)
    if scheme is None:
        raise RefusedUriError("bad-uri")
    if scheme[1].lower() not in ("sip", "sips"):
        raise RefusedUriError("bad-scheme")
    rest = text[scheme.end() :]
    # The URI's headers (after ?) are not parsed, but these characters are forbidden in them as in the rest.
    if _BLANK_OR_CONTROL.search(rest) or not _ASCII.fullmatch(rest) or rest.count("@") > 1:
        raise RefusedUriError("bad-uri")
    userinfo, at, address = rest.rpartition("@")
    user = _user(userinfo) if at else None
    host_and_port, *params = address.partition("?")[0].split(";")
    host, port = _host_and_port(host_and_port)
    return SipUri(scheme[1].lower(), user, host, port, _params(params, without_param))


def decode(escaped: str) -> str | None:
    """The text with every escape decoded once; None where that is not UTF-8 or has a control character."""
    if "%" not in escaped:
        return escaped
    octets = _HEX.sub(lambda match: bytes((int(match[1], 16),)), escaped.encode("ascii"))
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _user(userinfo: str) -> str:
    user, _, password = userinfo.partition(":")
    if not _USER.fullmatch(user) or not _PASSWORD.fullmatch(password):
        raise RefusedUriError("bad-uri")
    return user


def _host_and_port(text: str) -> tuple[str, int | None]:
    parts = _HOST_AND_PORT.fullmatch(text)
    if parts is None or not _is_host(parts[1]):
        raise RefusedUriError("bad-uri")
    if parts[2] is None:
        return parts[1].lower(), None
    port = int(parts[2])
    if not 1 <= port <= 65535:
        raise RefusedUriError("bad-uri")
    return parts[1].lower(), port


def _is_host(host: str) -> bool:
    if _HOST_NAME.fullmatch(host) or _IPV4.fullmatch(host):
        return True
    ipv6 = _IPV6.fullmatch(host)
    return ipv6 is not None and _is_ipv6(ipv6[1])


def _is_ipv6(address: str) -> bool:
    import ipaddress  # noqa: PLC0415  (start-up: few URIs need it)

    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True


def _params(params: list[str], without: str) -> tuple[tuple[str, str | None], ...]:
    pairs: list[tuple[str, str | None]] = []
    for param in params:
        if not param:
            continue  # ';;' and a ';' at the end occur in practice
        name, equals, value = param.partition("=")
        if without and name.lower() == without:
            continue
        if not _PARAM_NAME.fullmatch(name) or not _PARAM_VALUE.fullmatch(value):
            raise RefusedUriError("bad-uri")
        pairs.append((name, value if equals else None))
    return tuple(pairs)
