"""What is a secret, and how a text is shown without it: the one answer for every command, diff, snapshot and log.

Three kinds of text hold secrets: options of Configuration Server and keys of Asterisk's files (known by their
names), lines of Asterisk's files (PINs of mailboxes, applications of the dialplan), and what others say (URLs,
headers, faults). Pure. In doubt too much is masked, never too little.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from gvma.printable import MASK

_SECRET_NAME = re.compile(
    r"passw|passphrase|passcode|secret|token|credential|md5_cred|^externpass|(?<!by)pass\Z|(?:pwd|pincode)\Z"
    r"|(?<!s)pins?\Z",
    re.IGNORECASE,
)
_HARMLESS_NAME = re.compile(r"(?:file|path|location|format|length)\Z|\A(?:min|max)_?pass", re.IGNORECASE)
# Asterisk's own keys whose whole value is, or may hold, `user:secret@realm` or `user#md5secret@realm`.
_REGISTRATION = frozenset({"register", "auth"})

# A name and its equal sign anywhere in a text: `imappassword=`, `CONFBRIDGE(user,pin)=`, `"${PIN}"=`.
_NAME_AND_SIGN = re.compile(r"""(?<![\w./-])([\w./-]++)[)}"'\]]*+[ \t]*+={1,2}[ \t]*""")
_BEFORE_AT = re.compile(r"(?<![^\s/@])([^\s/@]++)(?=@)")
_AUTHORIZATION = re.compile(r"(\bAuthorization\W{1,8}\w++\s++)[^\s\"'<>]++", re.IGNORECASE)

# Blanks, and what makes a comment of a line of Asterisk's files: `;` or `;--`.
_COMMENT = r"[\s;]*+(?:(?<=;)--++\s*+)?"
_AROUND_A_KEY = " \t;-+)}\"'"
_LONGEST_KEY = 80
_BOX = re.compile(rf"({_COMMENT}[^\s=\[;#][^=\[;#]*+=>?\s*)([^,;\\]*+(?:\\.[^,;\\]*+)*+)(.*)", re.DOTALL)
_MAY_BE_A_BOX = re.compile(rf"{_COMMENT}[\d+*][^\s=]*+\s*+=|\s*+;[^=\[]*+=>")
_SECTION = re.compile(r"\s*+\[([^\]]*)\]")
_NO_BOXES = frozenset({"general", "zonemessages"})
_APPLICATION = re.compile(r"(\b(?:Authenticate|DISA)\(|\bMeetMe\([^,)]*+,[^,)]*+,)[^,|)]*+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether an option or key of this name holds a secret, in Configuration Server or in a file of Asterisk's.

    >>> is_secret("auth-secret"), is_secret("gvm_name"), is_secret("passwordlocation")
    (True, False, False)
    """
    return _SECRET_NAME.search(name) is not None and _HARMLESS_NAME.search(name) is None


def masked_option(name: str, value: str) -> str:
    """The value of an option of Configuration Server; secrets among a mailbox's options are masked too.

    >>> masked_option("gvm_options", "operator=yes|imappassword=x"), masked_option("gvm_password", "4711")
    ('operator=yes|imappassword=****', '****')
    """
    if is_secret(name):
        return MASK
    return _masked_options(value) if "=" in value else masked_text(value)


def masked_line(line: str, *, box: bool) -> str:
    """A line of a file of Asterisk's, commented out or not.

    box: the line may define a mailbox (see ``box_lines``), whose PIN is its first field.
    """
    body = line.rstrip("\r\n")
    return _masked_body(body, box) + line[len(body) :]


def box_lines(lines: Iterable[str]) -> list[bool]:
    """Which lines of voicemail.conf may define a mailbox: by their section, or by how they look.

    Looks count where no section helps: a commented-out box may stand below a commented-out header.
    """
    marks = []
    in_boxes = False
    for line in lines:
        section = _SECTION.match(line)
        if section is not None:
            in_boxes = section[1].strip().lower() not in _NO_BOXES
            marks.append(False)
        else:
            marks.append((in_boxes and "=" in line) or _MAY_BE_A_BOX.match(line) is not None)
    return marks


def masked_text(text: str) -> str:
    """A text of somebody else's: passwords in URLs and ``Authorization`` headers are masked.

    >>> masked_text("no route to http://ann:hunter2@10.0.0.1/ or sip:ann@10.0.0.1:5060")
    'no route to http://ann:****@10.0.0.1/ or sip:ann@10.0.0.1:5060'
    """
    if "uthorization" in text:
        text = _AUTHORIZATION.sub(rf"\1{MASK}", text)
    return _BEFORE_AT.sub(_without_password, text) if "@" in text and ":" in text else text


def masked_echo(text: str, username: str, password: str) -> str:
    """What a server said, in which it may have echoed the password that it was sent, in one form or another."""
    if password:
        basic = b2a_base64(f"{username}:{password}".encode(), newline=False).decode()
        in_xml = password.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for form in (basic, quote(password, safe=""), in_xml, password):
            text = text.replace(form, MASK)
    return masked_text(text)


def _without_password(found: re.Match[str]) -> str:
    """``user:****`` of ``user:password``; without a ``/`` before it, the first colon ends the scheme (``sip:``)."""
    text = found[1]
    after_scheme = 0 if found.string[: found.start()].endswith("/") else text.find(":") + 1
    user, colon, password = text[after_scheme:].partition(":")
    return f"{text[:after_scheme]}{user}:{MASK}" if colon and password else text


def _masked_body(line: str, box: bool) -> str:
    if box and (found := _BOX.match(line)) is not None:
        pin = found[2].rstrip()
        rest = found[2][len(pin) :] + found[3]
        options = rest.rfind(",", 0, rest.find("=")) + 1 if "=" in rest else len(rest)
        return f"{found[1]}{MASK if pin else ''}{masked_text(rest[:options])}{_masked_options(rest[options:])}"
    key, sign, value = line.partition("=")
    if sign and _is_secret_setting(key[-_LONGEST_KEY:].strip(_AROUND_A_KEY).lower(), value):
        before = value[: len(value) - len(value.removeprefix(">").lstrip())]
        return f"{key}={before}{MASK}" if before != value else line
    if "(" in line:
        line = _APPLICATION.sub(rf"\1{MASK}", line)
    return _masked_within(line, until="") if "=" in value else masked_text(line)


def _is_secret_setting(key: str, value: str) -> bool:
    if key in _REGISTRATION:
        return key == "register" or ":" in value or "#" in value
    return is_secret(key)


@lru_cache(maxsize=1024)
def _masked_options(text: str) -> str:
    """A mailbox's options, ``operator=yes|imappassword=****``; most mailboxes have the same ones."""
    return _masked_within(text, until="|")


def _masked_within(text: str, *, until: str) -> str:
    """The text with the values of secret names in it masked, and the passwords of URLs.

    until: the sign that ends such a value. Without one it goes on to the last closing bracket, else to the end.
    """
    out = []
    at = 0
    for found in _NAME_AND_SIGN.finditer(text):
        start = found.end()
        if found.start() < at or not is_secret(found[1]):
            continue
        end = text.find(until, start) if until else text.rfind(")", start)
        end = len(text) if end < 0 else end
        out += [text[at:start], MASK if end > start else ""]
        at = end
    return masked_text("".join([*out, text[at:]]))
