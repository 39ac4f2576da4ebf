"""Which values the manual's tables allow for an option; nothing here knows an object.

The tables print a value (``false``), a choice (``REGISTER | SUBSCRIBE``), a range (``0-300 (s)``) or a kind
of value (``SIP URI``). ``complaint`` gives the reason why a value does not fit, or an empty text.
"""

from __future__ import annotations

import re

from gvma.asterisk.hosts import HOST

_RANGE = re.compile(r"(\d+)-(\d+)(?: \(s\))?\Z")
_HOST_PORT = re.compile(rf"(?:sips?:)?{HOST}(?::(\d{{1,5}}))?(?:;[^\s]*)?\Z")
_SIP_URI = re.compile(rf"(?:sips?:)?(?:[^\s@<>\"]+@)?{HOST}(?::(\d{{1,5}}))?(?:[;?][^\s]*)?\Z")
_ADDRESS = re.compile(rf"{HOST}\Z")
BOOLEANS = ("true", "false")


def complaint(allowed: str, value: str) -> str:
    """Why ``value`` is not what the table's ``allowed`` says; empty where it fits."""
    value = value.strip()
    if not value:
        return "is empty"
    bounds = _RANGE.match(allowed)
    if bounds:
        return _number(value, int(bounds[1]), int(bounds[2]))
    if allowed in _KINDS:
        return _kind(allowed, value)
    choices = [choice.strip() for choice in re.split(r"[|,]", allowed)]
    return "" if value.lower() in {choice.lower() for choice in choices} else f"should be {' or '.join(choices)}"


def _number(value: str, least: int, most: int | None) -> str:
    bounds = f"a number of at least {least}" if most is None else f"a number from {least} to {most}"
    fits = (
        re.fullmatch(r"[0-9]{1,9}", value) is not None and least <= int(value) and (most is None or int(value) <= most)
    )
    return "" if fits else f"should be {bounds}"


def _uri(pattern: re.Pattern[str], value: str, form: str) -> str:
    match = pattern.match(value)
    if match is None:
        return f"should be {form}"
    return "" if match[1] is None or 1 <= int(match[1]) <= 65535 else "has a port outside 1 to 65535"


def _kind(allowed: str, value: str) -> str:
    if allowed in {"positive integer", "positive integer (s)"}:
        return _number(value, 1, None)
    if allowed == "non-negative integer":
        return _number(value, 0, None)
    if allowed == "numerical string":
        return "" if re.fullmatch(r"[0-9]+", value) else "should be digits"
    if allowed == "port":
        return _number(value, 1, 65535)
    if allowed == "SIP URI":
        return _uri(_SIP_URI, value, "a SIP URI such as 10.0.0.1:5060")
    if allowed == "<ipaddress>:<SIP port>":
        return _uri(_HOST_PORT, value, "an address and SIP port such as 10.0.0.1:5060")
    if allowed in _ADDRESSES:
        return "" if _ADDRESS.match(value) else "should be a host name or an address"
    return ""


_ADDRESSES = frozenset(
    {
        "host or IP",
        "domain name",
        "BIG-IP VIP, e.g. 192.168.203.164",
        "physical IP of this host (192.168.63.201 primary / .203 backup)",
    }
)
# Kinds of value as the tables print them. The last ones take any text.
_KINDS = frozenset(
    {
        "positive integer",
        "positive integer (s)",
        "non-negative integer",
        "numerical string",
        "port",
        "SIP URI",
        "<ipaddress>:<SIP port>",
        *_ADDRESSES,
        "string",
        "mailbox name",
        "voicemail.conf context",
        "e-mail",
        "opt|opt|...",
        "voice mail box name",
        "time",
    }
)
