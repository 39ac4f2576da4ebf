"""What a value of Configuration Server may be where it is to stand in Asterisk's files.

Every string of Configuration Server can be hostile. A value is either kept as Asterisk will keep it,
or refused with the reason; nothing is cut, and nothing is guessed. Pure.
"""

from __future__ import annotations

import re

from gvma.asterisk.kept import KEPT_BYTES
from gvma.asterisk.order import BOX_CHARACTERS

BOX = re.compile(rf"[A-Za-z0-9+][A-Za-z0-9_.+-]{{0,{BOX_CHARACTERS - 1}}}")
CONTEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,78}")
SHOWN = 40
"""So many characters of a value are shown in a message."""
LINE_BYTES = 8000
"""The longest line that we write; config.c skips what does not fit into 8,191 bytes."""
SHORT = LINE_BYTES // 16
"""So many characters of e-mail and options always fit: a character is four bytes at most, and the others are short."""

_ALL_PLAIN = re.compile(
    r"[!-+\-.-{}~]{1,79}\t[!-+\-.-{}~]+(?: [!-+\-.-{}~]+){0,9}\t[!-+\-.-{}~]{0,79}\t[!-+\-.-{}~]{0,79}"
)
_PLAIN = re.compile(r"[!-+\-.-{}~]{0,79}")
_SPACES = str.maketrans(",|", "  ")
_DIALLED = re.compile(r"-?[0-9][0-9*]*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_COMMANDS = frozenset({"mailcmd"})
_PLAIN_VARIABLE = re.compile(r"\$\{[A-Za-z0-9_]+(?::-?[0-9]+){0,2}\}")


class Refused(Exception):
    """The value of ``option`` cannot stand where it belongs. reason: completes the sentence "<option> ..."."""

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(option, reason)
        self.option = option
        self.reason = reason


def box_name(option: str, text: str) -> str:
    """The name of a mailbox, or Refused. It becomes a folder, a section name and a part of an extension."""
    if BOX.fullmatch(text) is None or ".." in text:
        raise Refused(
            option,
            f"= {text[:SHOWN]!a} is not a valid mailbox name: 1 to {BOX_CHARACTERS} of letters, digits, _ . + -; "
            "the first a letter, digit or +; no '..'",
        )
    return text


def context_name(option: str, text: str) -> str:
    """A voicemail context, or Refused."""
    if CONTEXT.fullmatch(text) is None or ".." in text:
        raise Refused(
            option,
            f"= {text[:SHOWN]!a} is not a valid voicemail context: 1 to 79 of letters, digits, _ . -; "
            "the first a letter or digit; no '..'",
        )
    return text


def all_plain(pin: str, name: str, email: str, pager: str) -> bool:
    """Whether all four are short printable ASCII, as nearly all are, and need no closer look."""
    return len(name) <= KEPT_BYTES and _ALL_PLAIN.fullmatch(f"{pin}\t{name}\t{email}\t{pager}") is not None


def pin(option: str, text: str) -> str:
    """A PIN as app_voicemail keeps it, or Refused."""
    if "|" in text:
        raise Refused(option, "contains '|', which separates voicemail options")
    return field(option, text)


def field(option: str, text: str, *, limit: int = KEPT_BYTES) -> str:
    """An address, as app_voicemail keeps it, or Refused. limit: bytes.

    ``|`` stays: app_voicemail sends its mail to each of ``a@x|b@x``.
    """
    if _PLAIN.fullmatch(text) is not None:
        return text
    _printable(option, text)
    if "," in text:
        raise Refused(option, "contains a comma, which ends the value for app_voicemail")
    size = len(text.encode())
    if size > limit:
        raise Refused(option, f"is {size} bytes long; the limit is {limit}")
    return text


def name(option: str, text: str) -> str:
    """The name in a mailbox; a comma becomes a space, since app_voicemail ends a name there, and so does ``|``."""
    return field(option, text.translate(_SPACES).strip(" ") if "," in text or "|" in text else text)


def can_be_dialled(pin: str) -> bool:
    """Whether a phone can dial the PIN.

    ``#`` ends it, ``*`` in its first place leaves the mailbox (and app_voicemail reads such a PIN as none), and ``-``
    in its first place means that its owner may not change it (app_voicemail.c, vm_authenticate, append_mailbox).
    """
    return _DIALLED.fullmatch(pin) is not None


def _printable(option: str, text: str) -> None:
    if _CONTROL.search(text) is not None:
        raise Refused(option, "contains a control character or a line end")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(option, "is not valid UTF-8") from None


def voicemail_options(option: str, text: str, *, allow_mailcmd: bool) -> tuple[str, tuple[str, ...]]:
    """The voicemail options joined with ``|``, and the names of those that were left out.

    What makes Asterisk run a command is left out: ``mailcmd``, and a dialplan function call, ``${SHELL(...)}`` or
    one put together as ``${${VM_NAME}}``, which app_voicemail would evaluate in the subject, body or sender of its
    mail. allow_mailcmd: keep both.
    Blanks around an option and its ``=`` are dropped: app_voicemail does not know ``operator `` with a blank.
    """
    _printable(option, text)
    kept: list[str] = []
    left_out: list[str] = []
    for pair in text.split("|"):
        key, equals, value = pair.partition("=")
        key, value = key.strip(" "), value.strip(" ")
        if not key and not value:
            continue
        if not allow_mailcmd and _runs_a_command(key, value):
            left_out.append(key.lower())
            continue
        kept.append(key + equals + value)
    return "|".join(kept), tuple(left_out)


def _runs_a_command(key: str, value: str) -> bool:
    while key.lower() == "options":  # app_voicemail unpacks ``options=mailcmd=...`` as often as it is packed
        key, _, value = value.partition("=")
        key, value = key.strip(" "), value.strip(" ")
    return key.lower() in _COMMANDS or "${" in _PLAIN_VARIABLE.sub("", value)


def line_fits(option: str, box: str, fields: tuple[str, ...]) -> None:
    """Refused where ``box => field,field,...`` is longer than a line may be."""
    if sum(map(len, fields)) < LINE_BYTES // 8:
        return
    text = f"{box} => {','.join(fields)}"
    size = len(text.encode()) + text.count(";")
    if size > LINE_BYTES:
        raise Refused(
            option, f"makes a line of {size} bytes with the mailbox's other values; the limit is {LINE_BYTES}"
        )
