"""What each exit status means, and the end of every ``--help``; this module prints nothing.

The table is a contract: cron jobs and systemd units act on these numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OK = 0
INTERNAL_ERROR = 1
CHANGES_PENDING = 2
USAGE = 64
SETTINGS = 78
INTERRUPTED = 130
OUTPUT_CLOSED = 141

MEANINGS: Mapping[int, str] = {
    OK: "done, or nothing to do",
    INTERNAL_ERROR: "internal error in gvma; please report it",
    CHANGES_PENDING: "changes are pending (only sync --dry-run --detailed-exitcode)",
    10: "Configuration Server unreachable, or its answer unusable; nothing written",
    11: "another run holds the lock",
    12: "credentials refused, by Configuration Server, AMI or the database, before anything was written",
    13: "safety brake, or the sync is paused; nothing written",
    14: "a target file is not safe to edit, or the database is not prepared; nothing written",
    15: "Asterisk did not take the change; files and Asterisk were put back (rows stay)",
    16: "Asterisk unreachable: nothing written; or lost, or its permission refused, after the write: reload pending",
    17: "a backup set is missing or damaged",
    18: "the database is unreachable, or a lock in it was not had in time; nothing written",
    USAGE: "wrong usage",
    SETTINGS: "settings invalid, or the file named by --config missing",
}


def help_ending(
    *examples: str, exits: Sequence[int] = (), meanings: Mapping[int, str] | None = None, further: str = ""
) -> str:
    """The ``epilog`` of a command: its examples, and its exit statuses.

    exits: the statuses beside 0, 1 and 64, which every command has.
    meanings: texts of this command's own, for numbers whose general text does not fit; they add the number.
    further: a paragraph below the statuses.

    >>> print(help_ending("gvma demo").split("Exit status:")[0].replace(chr(8), "").strip())
    Example:
      gvma demo
    """
    own = {**MEANINGS, **(meanings or {})}
    numbers = sorted({OK, INTERNAL_ERROR, USAGE, *exits, *(meanings or {})})
    title = "Example:" if len(examples) == 1 else "Examples:"
    lines = ["\b", title, *(f"  {example}" for example in examples), "", "\b", "Exit status:"]
    lines += [f"  {number:<3} {own[number]}" for number in numbers]
    if further:
        lines += ["", further]
    return "\n".join(lines)
