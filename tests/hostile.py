"""Values that play tricks on Asterisk's files, on paths, on terminals and on parsers.

A corpus for the rules and for real servers; nothing here knows what becomes of a value.
"""

from __future__ import annotations

OPTIONS = (
    "gvm_mailbox",
    "gvm_mailbox_context",
    "gvm_name",
    "gvm_password",
    "gvm_email",
    "gvm_pager_email",
    "gvm_options",
    "gvm_group_mailbox",
)
"""Where such a value can come from: every option that gvma reads of an object."""

_BREAKS = ("\n", "\r", "\r\n", "\0", "\t", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\v", "\f")
_LINES = (
    "[general]",
    "[GVMA_DN]",
    "[default](+)",
    "#include /etc/passwd",
    "#exec /bin/id",
    "#tryinclude x.conf",
    "9999 => 1,Evil,,,",
    ";$---GVMA-END-GVMA---$",
    ";$---GVMA-BEGIN-GVMA---$",
    "exten => s,1,System(id)",
    "mailcmd=/bin/id",
    ";-- off",
    "--;",
)
_SIGNS = (
    ";",
    ";--",
    "--;",
    ";-- x --;",
    "\\;",
    "\\",
    "\\\\;",
    "=>",
    "=",
    "+=",
    ",",
    ",,,",
    "|",
    "||",
    "a|b",
    "${SHELL(id)}",
    "${VM_NAME}",
    "${${VM_NAME}}",
    "$[1+1]",
    "`id`",
    "$(id)",
    "'",
    '"',
    "%s%n",
    "&",
    "<x>",
    "@",
    "a@b@c",
    "!",
    "*",
    "#",
    "[x]",
    "](+)",
    "(!)",
    ">",
    ">1",
    "-1000",
    "*1000",
    "~",
    "^",
    "{",
    "}",
    "?",
    "\\n",
    "\\x00",
)
_PATHS = ("../../etc", "..", ".", "a/../b", "/etc/passwd", "a..b", "~root", "INBOX", "con", "a/b", "a\\b")
_UNICODE = (
    "G\u00fcnther",
    "Gu\u0308nther",
    "\u202eabc",
    "\u05d0\u05d1\u05d2",
    "\u0645\u0631\u062d\u0628\u0627",
    "\u200b",
    "\ufeffx",
    "\U0001f4de",
    "\u00a0x\u00a0",
    "\u3000",
    "\u0661\u0662\u0663",
    "\u00b2",
    "\u2460",
    "\uff11\uff12",
    "\ufffd",
    "\uffff",
    "\ud800",
    "\udcff",
    "a\udc80b",
)
_LENGTHS = (
    "x" * 73,
    "x" * 74,
    "x" * 79,
    "x" * 80,
    "\u00fc" * 39,
    "\u00fc" * 40,
    "x" * 255,
    "x" * 8000,
    "x" * 10_000,
    "9" * 5000,
)
_BLANKS = ("", " ", "  x  ", " 1 2 ", "\u00a0")

CORPUS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *_LINES,
            *_SIGNS,
            *_PATHS,
            *_UNICODE,
            *_LENGTHS,
            *_BLANKS,
            *(f"a{brk}{line}" for brk in _BREAKS for line in _LINES),
            *(f"{sign}x" for sign in _SIGNS),
            *(f"x{sign}" for sign in _SIGNS),
            *(f"x{sign}y{sign}" for sign in _SIGNS),
        ]
    )
)
"""More than 300 different values."""
