"""Parsers for the values of the settings file, one function for each kind; nothing here opens a file.

Each takes the text behind ``=`` and the folder of the settings file, to which paths are relative, and returns the
value. Each raises ValueError with a message that follows the key's name ("must be ..."). A value that would damage
one of Asterisk's files is refused here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from gvma.settings.model import Address, Secret

Parse = Callable[[str, Path], object]

_YES = frozenset({"yes", "true", "1", "on"})
_NO = frozenset({"no", "false", "0", "off"})
_HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,78}")
_PREFIX = re.compile(r"[A-Za-z0-9*#+]{1,64}")
_PATTERN_LETTERS = re.compile(r"[XZNxzn]")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
_QNAME = re.compile(r"\{[^{}\s]+\}[A-Za-z_][\w.-]*")
_XML_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_TIMEOUT = 86_400
# The switches whose tables the manual prints, by the ids under which `gvma check` keeps those.
SWITCHES = ("openscape-voice", "asterisk", "broadworks", "cisco-mgc", "audiocodes", "f5-bigip-ltm")
_COMMENT_HINT = "; a comment needs a line of its own"


def text(value: str, folder: Path) -> str:
    """Any text without control characters."""
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError("must not contain control characters")
    return value


def dsn(value: str, folder: Path) -> str:
    """A libpq connection string with a user and without a secret, or nothing."""
    if not value:
        return value
    from gvma.settings.dsn import SECRET_WORDS, dsn_words  # noqa: PLC0415  (start-up)

    words = dsn_words(text(value, folder))
    if SECRET_WORDS & words.keys():
        raise ValueError("must not contain a password: use realtime_password_file")
    if not words.get("user"):
        raise ValueError("must name the account: user=...")
    return value


def secret(value: str, folder: Path) -> Secret:
    return Secret(text(value, folder))


def yes_no(value: str, folder: Path) -> bool:
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise ValueError(f"must be yes or no, not {_shown(value)}")


def one_of(*choices: str) -> Parse:
    """One of the words, in upper or lower case; the value is the word as it is written here."""

    def parse(value: str, folder: Path) -> str:
        for choice in choices:
            if value.lower() == choice.lower():
                return choice
        raise ValueError(f"must be {', '.join(choices[:-1])} or {choices[-1]}, not {_shown(value)}")

    return parse


def number(lowest: int = 0, highest: int = 999_999_999) -> Callable[[str, Path], int]:
    def parse(value: str, folder: Path) -> int:
        if not _NUMBER.fullmatch(value) or not lowest <= int(value) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}, not {_shown(value)}")
        return int(value)

    return parse


port = number(1, 65535)


def seconds(value: str, folder: Path) -> float:
    """A time limit: more than zero, at most a day."""
    if not _SECONDS.fullmatch(value) or not 0 < float(value) <= _LONGEST_TIMEOUT:
        raise ValueError(f"must be a number of seconds above 0 and up to {_LONGEST_TIMEOUT}, not {_shown(value)}")
    return float(value)


def path(value: str, folder: Path) -> Path:
    """A path; a relative one is relative to the settings file."""
    if not value:
        raise ValueError("must name a path")
    return folder / text(value, folder)


def optional_path(value: str, folder: Path) -> Path | None:
    return path(value, folder) if value else None


def command_line(value: str, folder: Path) -> str:
    """A command with its arguments, as ``shlex`` splits it, or nothing. No shell will see it."""
    import shlex  # noqa: PLC0415  (start-up)

    try:
        words = shlex.split(text(value, folder))
    except ValueError as error:
        raise ValueError(f"must be a command line: {str(error).lower()}") from None
    if value and not (words and words[0]):
        raise ValueError("must begin with the name of a command")
    return value


def file_name(value: str, folder: Path) -> str:
    if not value or value in {".", ".."} or value.endswith("/"):
        raise ValueError(f"must name a file, not {_shown(value)}")
    return text(value, folder)


def url(value: str, folder: Path) -> str:
    """An http or https URL without credentials in it, or nothing."""
    if not value:
        return ""
    try:
        parts = urlsplit(text(value, folder))
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or " " in value:
        raise ValueError("must be a URL that begins with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not contain credentials: use the keys username and password")
    return value


def wsdl(value: str, folder: Path) -> str:
    """A URL, or a path relative to the settings file, or nothing."""
    if not value or value.startswith(("http://", "https://")):
        return url(value, folder)
    return str(path(value, folder))


def qualified_name(value: str, folder: Path) -> str:
    if not _QNAME.fullmatch(value):
        raise ValueError(f"must be a name such as {{urn:example}}Binding, not {_shown(value)}")
    return value


def xml_name(value: str, folder: Path) -> str:
    if not _XML_NAME.fullmatch(value):
        raise ValueError(f"must be a name of the WSDL, not {_shown(value)}")
    return value


def host(value: str, folder: Path) -> str:
    """A host name, an IPv4 or an IPv6 address (brackets are dropped); no port."""
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    try:
        return str(ipaddress.ip_address(bare)) if ":" in bare else _host_name(bare)
    except ValueError:
        raise ValueError(f"must be a host name or an IP address without a port, not {_shown(value)}") from None


def _host_name(value: str) -> str:
    """Raises ValueError. A name in DNS has labels of 1 to 63 characters; Python's resolver fails on any other."""
    if not _HOST_NAME.fullmatch(value) or not all(0 < len(label) < 64 for label in value.removesuffix(".").split(".")):
        raise ValueError
    if value.replace(".", "").isdigit():
        ipaddress.ip_address(value)
    return value


def optional_host(value: str, folder: Path) -> str:
    return host(value, folder) if value else ""


def hosts(value: str, folder: Path) -> str:
    """Host names or addresses, comma-separated (an HA pair), or nothing; blanks are removed."""
    found = [host(part.strip(), folder) for part in value.split(",")] if value else []
    if len(set(found)) != len(found):
        raise ValueError("names the same address twice")
    return ",".join(found)


def listed(value: str, folder: Path) -> tuple[str, ...]:
    """Host names, with or without a port, separated by commas or blanks; may be empty."""
    parts = tuple(part.lower() for part in re.split(r"[,\s]+", value) if part)
    for part in parts:
        name, _, digits = part.rpartition(":") if re.search(r"[^:]:\d+\Z", part) else (part, "", "1")
        port(digits, folder)
        host(name, folder)
    return parts


def address_or_none(value: str, folder: Path) -> Address | None:
    """``host:port``, an IPv6 address in brackets; or nothing."""
    if not value:
        return None
    name, colon, digits = value.rpartition(":")
    if not colon or (":" in name and not name.startswith("[")):
        raise ValueError(f"must be host:port, not {_shown(value)}")
    return Address(host(name, folder), port(digits, folder))


def networks(value: str, folder: Path) -> tuple[str, ...]:
    """Networks in CIDR form or single addresses, separated by commas or blanks."""
    found = []
    for part in re.split(r"[,\s]+", value):
        try:
            found.append(str(ipaddress.ip_network(part, strict=False)))
        except ValueError:
            raise ValueError(f"must be networks such as 10.0.0.0/8, not {_shown(value)}") from None
    return tuple(found)


def prefix(value: str, folder: Path) -> str:
    """Digits and letters to dial before a mailbox number, without those that are wildcards in a dialplan pattern."""
    if not _PREFIX.fullmatch(value):
        raise ValueError(f"must be digits, letters, * # or +, not {_shown(value)}")
    if _PATTERN_LETTERS.search(value):
        raise ValueError(f"must not contain X, Z or N, which mean any digit in a dialplan pattern: {_shown(value)}")
    return value


def prefix_or_none(value: str, folder: Path) -> str:
    """A prefix, or nothing."""
    return prefix(value, folder) if value else ""


def extension(value: str, folder: Path) -> str:
    if not _PREFIX.fullmatch(value):
        raise ValueError(f"must be digits, letters, * # or +, not {_shown(value)}")
    return value


def name(value: str, folder: Path) -> str:
    """The name of a context or a peer."""
    if not _NAME.fullmatch(value) or ".." in value:
        raise ValueError(
            f"must begin with a letter or digit and contain only letters, digits, _ . or -, not {_shown(value)}"
        )
    return value


def marker(value: str, folder: Path) -> str:
    """A comment line of Asterisk's files, but not of a kind that Asterisk itself writes or treats specially."""
    if not value.startswith(";") or not value.isascii() or not value.isprintable():
        raise ValueError("must begin with ; and contain only printable ASCII characters, on one line")
    if value.startswith(";--") and not value.startswith(";---"):
        raise ValueError("must not begin with ;-- which opens a comment block in Asterisk")
    if value.startswith(";!"):
        raise ValueError("must not begin with ;! which Asterisk treats as its own header and removes")
    if len(value) > 200 or value == ";":
        raise ValueError("must be longer than a single ; and have at most 200 characters")
    return value


def query(value: str, folder: Path) -> str:
    """An XPath query with its quotes and brackets closed, or nothing."""
    stripped = re.sub(r"'[^']*'|\"[^\"]*\"", "", text(value, folder))
    for opened, closed in ("[]", "()"):
        if stripped.count(opened) != stripped.count(closed) or re.search("['\"]", stripped):
            raise ValueError("has a quote or bracket that is not closed; a query must be on one line")
    return value


def switch_profile(value: str, folder: Path) -> tuple[str, ...]:
    """The manual's switches that the site has, or none (``gvma check`` then guesses, and says so)."""
    known = one_of(*SWITCHES)
    named = [str(known(part.strip(), folder)) for part in value.split(",")] if value else []
    if len(named) != len(set(named)):
        raise ValueError(f"names the same switch twice: {_shown(value)}")
    return tuple(named)


def codes(value: str, folder: Path) -> tuple[str, ...]:
    """Codes of findings, separated by commas or blanks; may be empty."""
    named = tuple(part.lower() for part in re.split(r"[,\s]+", value) if part)
    for code in named:
        if not _CODE.fullmatch(code):
            raise ValueError(f"must be codes such as configserver-query-unset, not {_shown(code)}")
    return tuple(dict.fromkeys(named))


def _shown(value: str) -> str:
    if not value:
        return "nothing"
    hint = _COMMENT_HINT if re.search(r"\s[#;]", value) else ""
    return f"{value[:60]!r}{hint}"
