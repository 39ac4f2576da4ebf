"""The forms that a value of ``gvma switch`` may have. Pure.

A value that does not have its form is refused: what is printed goes into a gateway's command line, a BIG-IP's
configuration or Configuration Server, and no value may end its line or its word there. Digits are ASCII's.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from gvma.asterisk.hosts import HOST

Form = Callable[[str], str]
"""Takes what was given and returns the value. Raises ValueError with a message that follows the key, "must be ..."."""

MOST_NUMBERS = 10_000
_HOST = re.compile(rf"{HOST}\Z")
_HOST_PORT = re.compile(rf"({HOST})(?::(\d{{1,5}}))?\Z")
_RANGE = re.compile(r"(\d{1,15})-(\d{1,15})\Z", re.ASCII)
_NUMBER = re.compile(r"\+?\d{1,15}\Z", re.ASCII)
_SHOWN = 60


def _matching(pattern: str, what: str) -> Form:
    compiled = re.compile(rf"(?:{pattern})\Z", re.ASCII)

    def form(text: str) -> str:
        if not compiled.match(text):
            raise ValueError(f"must be {what}, not {_shown(text)}")
        return text

    return form


name = _matching(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,62}", "a name of letters, digits, _ . + and -")
title = _matching(
    r"[A-Za-z0-9](?:[A-Za-z0-9 _.+-]{0,61}[A-Za-z0-9_.+-])?", "a name of letters, digits, blanks, _ . + and -"
)
digits = _matching(r"\d{1,32}", "digits")
optional_digits = _matching(r"\d{0,32}", "digits or nothing")
pattern = _matching(r"[0-9*#+T.\[\]-]{1,32}", "digits and the signs of a destination-pattern: . T * # + [ ]")
controller = _matching(r"\d{1,2}(?:/\d{1,2}){1,2}", "a place such as 0/2/0")
interface = _matching(r"[A-Za-z0-9][A-Za-z0-9./]{0,15}", "an interface such as 1.1")
user_and_host = _matching(rf"[A-Za-z0-9_.+-]{{1,64}}@{HOST}", "a user and a host such as 8866@192.0.2.8")


def one_of(*choices: str) -> Form:
    def form(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be {', '.join(choices[:-1])} or {choices[-1]}, not {_shown(text)}")
        return text

    return form


def number(least: int, most: int) -> Form:
    def form(text: str) -> str:
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"must be a number from {least} to {most}, not {_shown(text)}")
        return str(int(text))

    return form


port = number(1, 65535)


def host(text: str) -> str:
    """A name or an address; IPv6 with brackets or without."""
    if ":" in text and not text.startswith("["):
        return address(text)
    if not _HOST.match(text):
        raise ValueError(f"must be a host name or an address, not {_shown(text)}")
    return text


def contact(text: str) -> str:
    """``host:port``; without a port 5060."""
    found = _HOST_PORT.match(text)
    if not found:
        raise ValueError(f"must be an address and a port such as 192.0.2.8:5060, not {_shown(text)}")
    return f"{found[1]}:{port(found[2] or '5060')}"


def address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(f"must be an IP address, not {_shown(text)}") from None


def self_address(text: str) -> str:
    """An address with its network's length or mask, as ``192.0.2.1/24``."""
    try:
        return str(ipaddress.ip_interface(text)) if "/" in text else _raise()
    except ValueError:
        raise ValueError(f"must be an address with its mask such as 192.0.2.1/24, not {_shown(text)}") from None


def networks(text: str) -> str:
    """Addresses, and networks with their length, with commas between; nothing for none."""
    try:
        return ",".join(_network(part) for part in listed(text))
    except ValueError:
        raise ValueError(f"must be addresses or networks such as 192.0.2.0/24, not {_shown(text)}") from None


def numbers(text: str) -> str:
    """Numbers and ranges with commas between, such as ``2001,2010-2019``; nothing for none."""
    for part in listed(text):
        if not _NUMBER.match(part) and not _RANGE.match(part):
            raise ValueError(f"must be numbers such as 2001,2010-2019, not {_shown(part)}")
    if len(expanded(text, MOST_NUMBERS + 1)) > MOST_NUMBERS:
        raise ValueError(f"must be at most {MOST_NUMBERS:,} numbers, from the lower to the higher")
    return ",".join(listed(text))


def several(form: Form) -> Form:
    """One or more values of a form, with commas between."""

    def forms(text: str) -> str:
        if not listed(text):
            raise ValueError("must name at least one")
        return ",".join(form(part) for part in listed(text))

    return forms


def listed(value: str) -> list[str]:
    """The parts of a list, without blanks and empty ones."""
    return [part for word in value.split(",") if (part := word.strip())]


def expanded(value: str, most: int = MOST_NUMBERS) -> list[str]:
    """Each number of ``numbers``, leading zeros kept; at most ``most``."""
    found: list[str] = []
    for part in listed(value):
        ends = _RANGE.match(part)
        if not ends:
            found.append(part)
            continue
        first, last = int(ends[1]), int(ends[2])
        if last < first:
            raise ValueError(f"must run from the lower number to the higher, not {_shown(part)}")
        found += [str(one).zfill(len(ends[1])) for one in range(first, min(last, first + most) + 1)]
    return list(dict.fromkeys(found))[:most]


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False)) if "/" in text else str(ipaddress.ip_address(text))


def _raise() -> str:
    raise ValueError


def _shown(text: str) -> str:
    return repr(text[:_SHOWN]) if text else "nothing"
