"""The one place where an AGI command becomes bytes; it refuses what Asterisk would read as something else.

Nothing here sends. Asterisk's reader (res_agi.c, parse_args) knows two characters: ``"`` opens and closes
a quoted argument, ``\\`` takes the next character as it stands. A line end ends the command, wherever it
stands, and a NUL ends the line; neither can be escaped, so both are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gvma.errors import GvmaError

# Asterisk read lines into 2,048 bytes until July 2025 (8,192 since), the last of them for the NUL.
LINE_BYTES = 2047
# Asterisk keeps 128 words and crashes on more in some versions.
WORDS = 120

_LINE_END = re.compile(r"[\r\n\0]")


class RefusedCommandError(GvmaError):
    """A command that Asterisk would misread: a line end or NUL in it, too long, or too many words."""

    code = "agi-command-refused"


def quoted(argument: str) -> str:
    """One argument between quotes, as parse_args reads it back.

    >>> print(quoted('say "hi"'))
    "say \\"hi\\""
    """
    if '"' in argument or "\\" in argument:
        argument = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{argument}"'


# Call flows ask the same few things in every call.
@lru_cache(maxsize=512)
def command_line(verb: str, arguments: tuple[str, ...] = ()) -> bytes:
    """The command's line, its line end included: at most LINE_BYTES bytes and WORDS words.

    Bytes that were no UTF-8 when they came in (surrogateescape) go out as they came.
    Raises RefusedCommandError; its message never holds an argument's text.
    """
    line = f"{verb} {' '.join(map(quoted, arguments))}" if arguments else verb
    if _LINE_END.search(line):
        raise RefusedCommandError("a line end or NUL in an AGI command", where=_shown(verb))
    if len(arguments) + verb.count(" ") + 1 > WORDS:
        raise RefusedCommandError(f"more than {WORDS} words in an AGI command", where=_shown(verb))
    try:
        encoded = line.encode("utf-8", "surrogateescape") + b"\n"
    except UnicodeEncodeError:
        raise RefusedCommandError("text that has no bytes in an AGI command", where=_shown(verb)) from None
    if len(encoded) > LINE_BYTES:
        raise RefusedCommandError(f"an AGI command of more than {LINE_BYTES} bytes", where=_shown(verb))
    return encoded


def _shown(verb: str) -> str:
    return _LINE_END.sub("?", verb)[:40]
