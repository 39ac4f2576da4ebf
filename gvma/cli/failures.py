"""Every way in which a command can end, as the exit status of the table; nothing shows a secret.

Of an exception that nobody foresaw only the class and the place are shown.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from gvma.cli import exits
from gvma.cli.output import Output, reader_is_gone
from gvma.errors import GvmaError, UsageError
from gvma.nearest import nearest

_LIKENESS = 0.6


def exit_status(output: Output, command: Callable[[], None]) -> int:
    """Run the command and return its exit status; every failure has been reported to ``output`` by then."""
    status = exits.OK
    try:
        command()
    except click.exceptions.Exit as leave:
        status = leave.exit_code
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else exits.INTERNAL_ERROR if leave.code else exits.OK
    except (KeyboardInterrupt, click.Abort):
        status = _reported(output, _interrupted())
    except click.exceptions.NoArgsIsHelpError as bare:
        status = _reported(output, _usage_error(bare), shown=bare.format_message())
    except click.ClickException as wrong:
        status = _reported(output, _usage_error(wrong))
    except GvmaError as error:
        status = _reported(output, error)
    except BrokenPipeError as error:
        gone = reader_is_gone(output.stdout)
        status = exits.OUTPUT_CLOSED if gone else _reported(output, _internal_error(output, error))
    except Exception as error:  # the last line of defence: no traceback may show a secret
        status = _reported(output, _internal_error(output, error))
    return status


def _reported(output: Output, error: GvmaError, *, shown: str = "") -> int:
    """shown: what a person reads in the error's place."""
    output.error(error, shown=shown)
    return error.exit_status


class _Interrupted(GvmaError):
    code = "interrupted"
    exit_status = exits.INTERRUPTED


def _interrupted() -> GvmaError:
    return _Interrupted(
        "interrupted",
        where="gvma",
        hint="The next `gvma sync` first finishes or undoes what was interrupted.",
    )


def _usage_error(wrong: click.ClickException) -> UsageError:
    where = "gvma"
    if isinstance(wrong, click.UsageError) and wrong.ctx is not None:
        where = wrong.ctx.command_path
    hint = f"Nothing was changed. `{where} --help` shows the usage and an example."
    message = wrong.format_message().rstrip(".")
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        message = "no command given"
    elif isinstance(wrong, click.NoSuchOption) and wrong.ctx is not None:
        known = frozenset(name for level in _levels(wrong.ctx) for option in level.params for name in option.opts)
        message = f"{wrong.message.rstrip('.')}{did_you_mean(wrong.option_name, known)}"
    return UsageError(message, where=where, hint=hint)


def _levels(ctx: click.Context) -> Iterator[click.Command]:
    """The command and those above it, whose options it takes too."""
    level: click.Context | None = ctx
    while level is not None:
        yield level.command
        level = level.parent


def did_you_mean(word: str, known: frozenset[str]) -> str:
    """The end of an error's sentence that names the word that was probably meant; empty where none is like it."""
    meant = nearest(word, known, _LIKENESS)
    return f". Did you mean {meant!r}?" if meant else ""


def _internal_error(output: Output, error: Exception) -> GvmaError:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    if output.verbosity >= 2:  # the frames alone: an exception's own text could hold a secret
        sys.stderr.write("".join(traceback.format_list(frames)))
    return GvmaError(
        f"internal error in gvma: {type(error).__name__} at {place}",
        where="gvma",
        hint="Files may have been changed: `gvma check` shows the present state, and `gvma backup list` the earlier "
        "ones. Please report it, with the output of the same command under `gvma -v -v`.",
    )
