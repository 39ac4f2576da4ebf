"""What a call flow yields and what it gets back: AGI commands and replies, without their bytes.

A call flow is a generator. It yields commands and receives replies; whoever drives it (the FastAGI
server, the stdin runner, a test) writes and reads the wire. Nothing here quotes, parses or waits.

Named tuples: as unchangeable as frozen dataclasses, and made in a third of the time; a call makes a dozen.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import NamedTuple


class Command(NamedTuple):
    """One AGI command.

    verb: bare words such as ``STREAM FILE``; arguments are quoted by the driver.
    blocking: True where Asterisk may take as long as the call lasts, so that no deadline holds.
    """

    verb: str
    arguments: tuple[str, ...] = ()
    blocking: bool = False


class Note(NamedTuple):
    """A line for the log; the driver adds the route and the call's names, and sends None back."""

    message: str
    warning: bool = False


class Reply(NamedTuple):
    """Asterisk's answer: ``200 result=<result> (<text>) endpos=<endpos>``, or 510, 511, 520.

    text: what stands in parentheses, or behind another code; None where there is none. endpos: in samples.
    """

    code: int
    result: str = ""
    text: str | None = None
    endpos: int | None = None

    @property
    def number(self) -> int:
        """The result as a number; -1 where it is none (Asterisk's own sign of failure)."""
        try:
            return int(self.result)
        except ValueError:
            return -1


class Call(NamedTuple):
    """The preamble: every ``agi_*`` name without its prefix, and ``agi_arg_N`` in order.

    route: agi_network_script without its query and slashes; empty for a script over stdin and for ``agi://host``.
    """

    variables: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    route: str = ""


class CallerGone(Exception):
    """Thrown into a call flow when the channel has hung up or the connection is gone."""


# A call flow returns the word that the counters and the log know it by, such as "played" or "not-found".
CallFlow = Generator[Command | Note, Reply | None, str]
