"""What a call flow yields and what it gets back: AGI commands and replies as values.

A call flow is a generator. It yields commands and receives replies. The FastAGI server, the stdin runner or a
test drives it, and writes and reads the bytes. Pure: nothing here quotes, parses or waits.

These are named tuples: as immutable as frozen dataclasses, and created in a third of the time. A call creates a
dozen.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import NamedTuple


class Command(NamedTuple):
    """One AGI command.

    verb: unquoted words such as ``STREAM FILE``. arguments: the driver quotes them.
    blocking: True where Asterisk may take as long as the call lasts, so that there is no deadline.
    """

    verb: str
    arguments: tuple[str, ...] = ()
    blocking: bool = False


class Failure(NamedTuple):
    """Why a call was not served. refused: before the answer, with a SIP status; else it failed after the answer.

    uri: the Request-URI or To header that was read. uri, call_id: empty where the flow did not learn them.
    """

    refused: bool
    reason: str
    uri: str = ""
    call_id: str = ""


class Note(NamedTuple):
    """A line for the log. The driver logs it with route, channel and unique id, and sends None back.

    text: constant, with a ``%s`` or ``%r`` for each of the values, so that notes of one text are of one kind.
    failure: where the call ends because of what the line says.
    """

    text: str
    values: tuple[str, ...] = ()
    warning: bool = False
    failure: Failure | None = None

    @property
    def message(self) -> str:
        """The text with its values."""
        return self.text % self.values


class Reply(NamedTuple):
    """Asterisk's answer: ``200 result=<result> (<text>) endpos=<endpos>``, or 510, 511, 520.

    text: what stands in parentheses, or after another code than 200; None where there is none.
    endpos: a position in the sound, in samples.
    """

    code: int
    result: str = ""
    text: str | None = None
    endpos: int | None = None

    @property
    def number(self) -> int:
        """The result as a number; -1, Asterisk's own sign of failure, where it is not a number."""
        try:
            return int(self.result)
        except ValueError:
            return -1


class Call(NamedTuple):
    """A call as AGI's preamble describes it.

    variables: values by name, names without ``agi_``. arguments: the values of ``agi_arg_1`` and so on.
    route: agi_network_script without its query and slashes; empty for a script over stdin and for ``agi://host``.
    uri: the Request-URI or To header that the flow has read since; empty before.
    """

    variables: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    route: str = ""
    uri: str = ""


class CallerGone(Exception):
    """Raised in a call flow when the caller has hung up or the connection is lost."""


# A call flow returns its outcome for the counters and the log, such as "played" or "not-found".
CallFlow = Generator[Command | Note, Reply | None, str]
