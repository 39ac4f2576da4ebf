"""What the commands print: lines, tables, warnings, errors, and in JSON mode the one object on stdout.

No command prints by itself. In JSON mode nothing reaches stdout before the command has ended, so that there is
exactly one object whatever happens; its ``exit_code`` is the one that the shell sees. A closed pipe
(``gvma ... | head``) never stops a command in the middle of its work.
"""

from __future__ import annotations

import io
import json
import os
import select
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from gvma.cli import exits
from gvma.cli.display import tables
from gvma.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from gvma.errors import GvmaError

RESULT_VERSION = 1


class AnyWarning(Protocol):
    """What every warning has: a stable code, a sentence, and a place."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def where(self) -> str: ...


class Output:
    """Takes all that one command prints.

    json: ``--output json``. quiet: ``-q``. verbosity: how many ``-v``.
    """

    def __init__(self, *, json: bool = False, quiet: bool = False, verbosity: int = 0) -> None:
        self.json = json
        self.quiet = quiet
        self.verbosity = verbosity
        self.command = ""
        self._status = ""
        self._fields: dict[str, Any] = {}
        self._warnings: list[dict[str, str]] = []
        self._errors: list[dict[str, str]] = []
        self._muted: GvmaError | None = None
        self._streamed = False
        self._lost = ""
        self.stdout = sys.stdout

    @property
    def stdout_is_terminal(self) -> bool:
        return _is_terminal(self.stdout)

    @property
    def stderr_is_terminal(self) -> bool:
        return _is_terminal(sys.stderr)

    @property
    def colour(self) -> bool:
        """Whether stdout takes colour: a terminal, and no ``NO_COLOR``."""
        return self.stdout_is_terminal and _colour_wanted()

    def console(self, *, stderr: bool = False) -> Console:
        """A rich console for diffs and progress on a terminal. Markup is off: names may hold ``[``."""
        from rich.console import Console  # noqa: PLC0415  (only on a terminal)

        terminal = self.stderr_is_terminal if stderr else self.stdout_is_terminal
        no_color = not (terminal and _colour_wanted())
        return Console(stderr=stderr, markup=False, emoji=False, highlight=False, no_color=no_color)

    def line(self, text: str) -> None:
        """A line of text (or several) on stdout, fit to be shown; nothing in JSON mode."""
        self.styled(printable(text))

    def styled(self, text: str) -> None:
        """As ``line``, for a text with styles of ours in which all that comes from elsewhere is printable already."""
        if not self.json:
            self._write(self.stdout, text)

    def table(self, rows: Sequence[Sequence[str]], heading: Sequence[str] = ()) -> None:
        """Rows of equal length in columns on stdout; nothing in JSON mode, or without a row."""
        if self.json or not rows:
            return
        cells = [[_in_a_cell(cell) for cell in row] for row in rows]
        if self.stdout_is_terminal and len(cells) <= tables.MOST_DRAWN_ROWS:
            self.console().print(tables.drawn(cells, heading))
        else:
            for line in tables.plain(cells, heading):
                self._write(self.stdout, line)

    def detail(self, text: str) -> None:
        """A line of text on stderr, with ``-v`` only."""
        if self.verbosity and not self.json:
            self._write(sys.stderr, printable(text))

    def warn(self, warning: AnyWarning, *, aloud: bool = True) -> None:
        """A warning: always in the JSON object; on stderr too, unless ``aloud`` is off or with ``-q``."""
        self._warnings.append({"code": warning.code, "message": warning.message, "where": str(warning.where)})
        if aloud and not self.quiet:
            place = f"{warning.where}: " if warning.where else ""
            self._write(sys.stderr, printable(f"warning: {place}{warning.message}"))

    def mute(self, error: GvmaError) -> None:
        """Do not print this error, which an earlier run printed already; it stays in the JSON object."""
        self._muted = error

    def error(self, error: GvmaError, *, shown: str = "") -> None:
        """An error, on stderr and in the JSON object. The caller chooses the exit status.

        shown: what stands on stderr in its place; nothing in JSON mode.
        """
        self._errors.append(error.as_json())
        if error is self._muted:
            return
        if shown:
            if not self.json:
                self._write(sys.stderr, shown)
            return
        self._write(sys.stderr, printable(str(error)))
        if error.hint:
            self._write(sys.stderr, printable(error.hint))

    def keep(self, **fields: object) -> None:
        """Fields of the JSON object that stay even if the command fails later, such as ``run_id``."""
        self._fields.update(fields)

    def result(self, command: str, status: str, **fields: object) -> None:
        """The command's result: ``ok``, ``changed`` or ``error``, and its own fields, for JSON mode."""
        self.command = command
        self._status = status
        self._fields.update(fields)

    def json_line(self, value: object) -> None:
        """One JSON value on stdout at once, for a command that answers line by line; no object follows then.

        Raises BrokenPipeError if the pipe is closed: there is no work to finish.
        """
        self._streamed = True
        self.stdout.write(_as_json(value) + "\n")

    @contextmanager
    def capturing_prints(self) -> Iterator[None]:
        """In JSON mode, what others print (click's ``--help``) becomes the field ``text``."""
        if not self.json:
            yield
            return
        caught = io.StringIO()
        try:
            with redirect_stdout(caught):
                yield
        finally:
            if caught.getvalue():
                self._fields["text"] = caught.getvalue()

    def object_of(self, error: GvmaError | None) -> str:
        """The JSON object as it would be if the command ended now, for whoever else wants it.

        error: how the command fails, None where it does not.
        """
        envelope = self._envelope(exits.OK if error is None else error.exit_status)
        if error is not None:
            envelope["errors"] = [*self._errors, error.as_json()]
        return _as_json(envelope)

    def finish(self, exit_code: int) -> int:
        """Write the JSON object at the end of the command. Called once, by main.

        Returns the exit status: ``exit_code``, or 1 if that is 0 and stdout could not be written.
        """
        if self.json and not self._streamed:
            self._write(self.stdout, _as_json(self._envelope(exit_code)))
        for stream in (self.stdout, sys.stderr):
            self._flush(stream)
        if not self._lost:
            return exit_code
        self._write(
            sys.stderr,
            f"stdout: cannot be written: {self._lost}\nThe command has done its work; only its output is lost.",
        )
        self._flush(sys.stderr)
        return exit_code or exits.INTERNAL_ERROR

    def _write(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text + "\n")
            if _is_terminal(stream):
                stream.flush()
        except OSError as error:
            self._give_up(stream, error)

    def _flush(self, stream: TextIO) -> None:
        try:
            stream.flush()
        except OSError as error:
            self._give_up(stream, error)

    def _give_up(self, stream: TextIO, error: OSError) -> None:
        """Send all further output to /dev/null, also what the interpreter flushes at its end: the work goes on."""
        if stream is self.stdout and not isinstance(error, BrokenPipeError):
            self._lost = error.strerror or type(error).__name__
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

    def _envelope(self, exit_code: int) -> dict[str, Any]:
        failed = bool(self._errors) or exit_code not in (exits.OK, exits.CHANGES_PENDING)
        status = self._status or "ok"
        return {
            "gvma_result_version": RESULT_VERSION,
            "command": self.command,
            "status": "error" if failed else status,
            "exit_code": exit_code,
            **self._fields,
            "warnings": self._warnings,
            "errors": self._errors,
        }


def _in_a_cell(text: str) -> str:
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def reader_is_gone(stream: TextIO) -> bool:
    """Whether this stream is a pipe whose other end is closed."""
    try:
        poll = select.poll()
        poll.register(stream.fileno(), 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


def _is_terminal(stream: TextIO) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _colour_wanted() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _as_json(value: object) -> str:
    return json.dumps(value, default=str)
