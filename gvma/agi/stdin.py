"""The call flows behind ``AGI(script)``: one call over stdin and stdout, without a server.

pyst2 reads the preamble and catches SIGHUP. Quoting and replies are ours, since pyst2 escapes nothing and loses
values with line ends. **Only AGI is written to the stream that Asterisk reads**: the scripts point ``sys.stdout``
to stderr before they import anything.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import BinaryIO

from asterisk.agi import AGI, AGISIGHUPHangup

from gvma.agi.driver import CallDriver, failure_line
from gvma.agi.routes import Flow
from gvma.errors import GvmaError
from gvma.settings import MediaSettings, reader
from gvma.treatments import ROUTES
from gvma.treatments.commands import Call, Note

log = logging.getLogger("gvma.agi")

INTERNAL_ERROR = 1


class _AgiInput:
    """Asterisk's lines as text, with no byte lost; pyst2 reads the preamble here."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> str:
        return self._stream.readline().decode("utf-8", "surrogateescape")


class _Discard:
    """pyst2's stderr. It would repeat every line, and Asterisk's console would show callers' numbers."""

    def write(self, text: str) -> None:
        """Discard the text."""


def main(route: str, output: int) -> int:
    """Run one call; the scripts' only function.

    route: a name of ``gvma.treatments.ROUTES``. output: the file descriptor that Asterisk reads.
    Returns the exit status. Where it is not 0, Asterisk has been sent the line that makes AGISTATUS FAILURE.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="gvma: %(message)s")
    with open(0, "rb", closefd=False) as from_asterisk, open(output, "wb", buffering=0) as to_asterisk:
        try:
            return run(ROUTES[route], _media(), from_asterisk, to_asterisk)
        except GvmaError as error:
            log.error("%s. %s", error, error.hint)  # noqa: TRY400  (a user's mistake, no traceback)
            to_asterisk.write(failure_line(error.code))
            return error.exit_status


def run(flow: Flow, media: MediaSettings, from_asterisk: BinaryIO, to_asterisk: BinaryIO) -> int:
    """Drive one flow over the two streams. Returns 0, or INTERNAL_ERROR where the flow failed."""
    agi = AGI(stdin=_AgiInput(from_asterisk), stdout=to_asterisk, stderr=_Discard())
    driver = CallDriver(lambda call: flow(call, media), _log_note)
    out = driver.receive(_preamble(agi.env))
    while driver.outcome is None:
        line = from_asterisk.readline() if _written(to_asterisk, out) else b""
        out = driver.receive(_hangup_line(agi) + line) if line else driver.receive(b"")
    _written(to_asterisk, out)
    if driver.error is not None:
        log.error("internal error in gvma; please report it", exc_info=driver.error)
        return INTERNAL_ERROR
    log.info("%s", driver.outcome)
    return 0


def _hangup_line(agi: AGI) -> bytes:
    """The line ``HANGUP`` where Asterisk has sent SIGHUP: a script gets the signal, a server the line."""
    try:
        agi.test_hangup()
    except AGISIGHUPHangup:
        return b"HANGUP\n"
    return b""


def _preamble(env: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}\n" for name, value in env.items() if name.startswith("agi_")]
    return "".join([*lines, "\n"]).encode("utf-8", "surrogateescape")


def _written(to_asterisk: BinaryIO, out: bytes) -> bool:
    try:
        to_asterisk.write(out)
    except BrokenPipeError:
        return False
    return True


def _media() -> MediaSettings:
    if reader.find(None, os.environ) is None:
        return MediaSettings()
    return reader.load(None, os.environ, without=("cfgserver", "gvma_settings")).settings.media


def _log_note(call: Call, note: Note) -> None:
    channel = call.variables.get("channel", "?")
    log.log(logging.WARNING if note.warning else logging.INFO, f"%s: {note.text}", channel, *note.values)
