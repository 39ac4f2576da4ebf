"""The options behind a mailbox's pager address, as app_voicemail reads them (apply_options, app_voicemail.c). Pure.

Asterisk says nothing of an option that it does not know, and takes any value of a yes/no option that is not yes for
no; so gvma warns of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gvma.asterisk.conf.booleans import NO, YES
from gvma.nearest import nearest
from gvma.secrecy import is_secret

YES_NO = frozenset(
    {
        "attach", "attachextrecs", "delete", "deletevoicemail", "envelope", "forcegreetings", "forcename",
        "leaveurgent", "messagewrap", "moveheard", "nextaftercmd", "operator", "review", "saycid", "sayduration",
        "sendvoicemail", "tempgreetwarn",
    }
)  # fmt: skip
_NUMBERS = {"saydurationm": (0, None), "minsecs": (0, None), "maxsecs": (1, None), "maxmessage": (1, None),
            "maxmsg": (0, 9999), "backupdeleted": (0, 9999)}  # fmt: skip
"""The least and the largest value; None where Asterisk has no limit."""
_MAIL_TEXTS = frozenset({"emailbody", "emailsubject", "fromstring"})
_TEXTS = frozenset(
    {
        "attachfmt", "callback", "dialout", "exitcontext", "imapflags", "imapfolder", "imappassword", "imapport",
        "imapsecret", "imapserver", "imapuser", "imapvmshareid", "language", "locale", "mailcmd", "options",
        "passwordlocation", "serveremail", "tz", "volgain",
    }
)  # fmt: skip
KNOWN = frozenset({*YES_NO, *_NUMBERS, *_MAIL_TEXTS, *_TEXTS})
"""Every option of Asterisk 16 and 22, those of its builds for IMAP included."""

_ANOTHER = re.compile(r",\s*([A-Za-z]+)\s*=")
_GAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_SHOWN = 40


def complaints(options: str) -> tuple[str, ...]:
    """What Asterisk will not take as it was meant, a sentence for each; no secret stands in one.

    options: ``name=value`` pairs joined with ``|``, as ``Mailbox.options`` has them.
    """
    return tuple(_complaints(options))


def _complaints(options: str) -> Iterator[str]:
    behind_secret = False
    for pair in options.split("|"):
        name, equals, value = pair.partition("=")
        known = name.lower()
        if known == "options" and equals:
            yield from _complaints(value)
        elif known in KNOWN:
            problem = _of_value(known, value) if equals else "has no value"
            if problem:
                yield f"{known} {problem}"
        elif name and not behind_secret:
            yield _unknown(name)
        behind_secret = behind_secret or is_secret(known)


def _unknown(name: str) -> str:
    if "," in name:
        return f"{name[:_SHOWN]!a} has a comma: app_voicemail separates options by |"
    meant = nearest(name.lower(), KNOWN, 0.6)
    probably = f"; {meant} is probably meant" if meant else ""
    return f"{name[:_SHOWN]!a} is no option that app_voicemail knows{probably}"


def _of_value(name: str, value: str) -> str:
    """Why the value is not taken as it was meant; it completes a sentence that begins with the name."""
    another = _ANOTHER.search(value)
    may_have_commas = name in _MAIL_TEXTS or is_secret(name)
    if another and (not may_have_commas or another[1].lower() in KNOWN):
        return f"has a comma before {another[1][:_SHOWN]}: app_voicemail separates options by |, and reads one value"
    if is_secret(name):
        return "is a password, which stands in the clear in Configuration Server and in voicemail.conf"
    if name in YES_NO:
        return "" if value.lower() in YES | NO else f"= {value[:_SHOWN]!a} is neither yes nor no; Asterisk takes no"
    if name == "backupdeleted" and value.lower() in YES | NO:
        return ""
    if name in _NUMBERS:
        return _of_number(value, *_NUMBERS[name])
    if name == "volgain" and _GAIN.fullmatch(value) is None:
        return f"= {value[:_SHOWN]!a} is no number"
    if name == "passwordlocation" and value.lower() not in {"spooldir", "voicemail.conf"}:
        return f"= {value[:_SHOWN]!a} is neither spooldir nor voicemail.conf; Asterisk takes voicemail.conf"
    return ""


def _of_number(value: str, least: int, largest: int | None) -> str:
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1
    if least <= number and (largest is None or number <= largest):
        return ""
    bounds = f"from {least} to {largest}" if largest is not None else f"of at least {least}"
    return f"= {value[:_SHOWN]!a} is no whole number {bounds}"
