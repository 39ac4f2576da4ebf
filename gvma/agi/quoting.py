"""AGI commands as bytes, quoted. A command that Asterisk would misread is refused. Pure.

Asterisk's reader (res_agi.c, parse_args) knows two special characters: ``"`` begins and ends a quoted argument,
and ``\\`` makes the next character an ordinary one. A line end always ends the command, and a NUL the line.
Neither can be escaped, so both are refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gvma.errors import GvmaError

# Asterisk's line buffer had 2,048 bytes until July 2025 (8,192 since), one of them for the NUL.
LINE_BYTES = 2047
# Asterisk keeps 128 words; some versions crash on more.
WORDS = 120

_LINE_END = re.compile(r"[\r\n\0]")


class RefusedCommandError(GvmaError):
    """A command that Asterisk would misread: it has a line end or NUL, too many bytes or too many words."""

    code = "agi-command-refused"


def quoted(argument: str) -> str:
    """One argument in quotes, as parse_args reads it.

    >>> print(quoted('say "hi"'))
    "say \\"hi\\""
    """
    if '"' in argument or "\\" in argument:
        argument = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{argument}"'


# Call flows send the same few commands in every call.
@lru_cache(maxsize=512)
def command_line(verb: str, arguments: tuple[str, ...] = ()) -> bytes:
    """The command's line with its line end: at most LINE_BYTES bytes and WORDS words.

    Bytes that were not UTF-8 when they were received (surrogateescape) are sent as they were.
    Raises RefusedCommandError; its message never contains an argument.
    """
    line = f"{verb} {' '.join(map(quoted, arguments))}" if arguments else verb
    if _LINE_END.search(line):
        raise RefusedCommandError("a line end or NUL in an AGI command", where=_shown(verb))
    if len(arguments) + verb.count(" ") + 1 > WORDS:
        raise RefusedCommandError(f"more than {WORDS} words in an AGI command", where=_shown(verb))
    try:
        encoded = line.encode("utf-8", "surrogateescape") + b"\n"
    except UnicodeEncodeError:
        raise RefusedCommandError("text that UTF-8 cannot encode in an AGI command", where=_shown(verb)) from None
    if len(encoded) > LINE_BYTES:
        raise RefusedCommandError(f"an AGI command of more than {LINE_BYTES} bytes", where=_shown(verb))
    return encoded


def _shown(verb: str) -> str:
    return _LINE_END.sub("?", verb)[:40]
