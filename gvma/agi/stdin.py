"""The call flows behind ``AGI(script)``: one call over stdin and stdout, without a server.

pyst2 has the stream: it reads the preamble and hears SIGHUP. Quoting and replies are ours, since pyst2
escapes nothing and loses values with line ends. Law of this file: nothing but AGI reaches the stream that
Asterisk reads; the scripts have turned ``sys.stdout`` to stderr before they import it.
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

DEFECT = 1


class _AgiInput:
    """Asterisk's lines as text, each byte kept; pyst2 reads its preamble here."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self) -> str:
        return self._stream.readline().decode("utf-8", "surrogateescape")


class _Silence:
    """pyst2 repeats every line on stderr, where Asterisk's console shows it: callers' numbers too."""

    def write(self, text: str) -> None:
        """Nothing."""


def main(route: str, output: int) -> int:
    """Runs one call; the scripts' only function.

    route: a name of ``gvma.treatments.ROUTES``. output: the file descriptor that Asterisk reads.
    Returns the exit status; a failure has been told to Asterisk, so that AGISTATUS says FAILURE.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="gvma: %(message)s")
    with open(0, "rb", closefd=False) as asterisk_says, open(output, "wb", buffering=0) as asterisk_reads:
        try:
            return run(ROUTES[route], _media(), asterisk_says, asterisk_reads)
        except GvmaError as error:
            log.error("%s. %s", error, error.hint)  # noqa: TRY400  (a user's mistake, no traceback)
            asterisk_reads.write(failure_line(error.code))
            return error.exit_status


def run(flow: Flow, media: MediaSettings, asterisk_says: BinaryIO, asterisk_reads: BinaryIO) -> int:
    """Drives one flow over the two streams; returns 0, or DEFECT where the flow broke."""
    lines = _AgiInput(asterisk_says)
    agi = AGI(stdin=lines, stdout=asterisk_reads, stderr=_Silence())
    driver = CallDriver(lambda call: flow(call, media), _note)
    out = driver.receive(_preamble(agi.env))
    while driver.outcome is None:
        heard = asterisk_says.readline() if _written(asterisk_reads, out) else b""
        out = driver.receive(_hangup(agi) + heard) if heard else driver.receive(b"")
    _written(asterisk_reads, out)
    if driver.defect is not None:
        log.error("a defect of ours", exc_info=driver.defect)
        return DEFECT
    log.info("%s", driver.outcome)
    return 0


def _hangup(agi: AGI) -> bytes:
    """Asterisk says by SIGHUP to a script what it says by a line to a server."""
    try:
        agi.test_hangup()
    except AGISIGHUPHangup:
        return b"HANGUP\n"
    return b""


def _preamble(env: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}\n" for name, value in env.items() if name.startswith("agi_")]
    return "".join([*lines, "\n"]).encode("utf-8", "surrogateescape")


def _written(asterisk_reads: BinaryIO, out: bytes) -> bool:
    try:
        asterisk_reads.write(out)
    except BrokenPipeError:
        return False
    return True


def _media() -> MediaSettings:
    if reader.find(None, os.environ) is None:
        return MediaSettings()
    return reader.load(None, os.environ, without=("cfgserver", "gvma_settings")).settings.media


def _note(call: Call, note: Note) -> None:
    channel = call.variables.get("channel", "?")
    log.log(logging.WARNING if note.warning else logging.INFO, "%s: %s", channel, note.message)
