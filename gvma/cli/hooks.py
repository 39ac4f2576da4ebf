"""The commands of ``on_change`` and ``on_failure`` around a run of the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gvma.asterisk.entries import GvmaWarning
from gvma.errors import GvmaError

if TYPE_CHECKING:
    from gvma.cli.output import Output
    from gvma.settings.model import Settings
    from gvma.sync.report import RunReport


@contextmanager
def reported(tell: Callable[[], None], hooks: Callable[[GvmaError | None], None]) -> Iterator[None]:
    """Around a run: tell says what it did, however it ended; hooks then run, unless a signal ended it."""
    try:
        yield
    except GvmaError as error:
        tell()
        hooks(error)
        raise
    except BaseException:
        tell()
        raise
    tell()
    hooks(None)


def run_hooks(output: Output, settings: Settings | None, report: RunReport, error: GvmaError | None) -> None:
    """After a run that was reported. A hook that fails is a warning. settings: None where they could not be read."""
    if settings is None:
        return
    gvma = settings.gvma
    wanted = {"on_change": report.changed and gvma.on_change, "on_failure": error is not None and gvma.on_failure}
    commands = {key: command for key, command in wanted.items() if command}
    if not commands:
        return
    from gvma.cli.logs import logging_to  # noqa: PLC0415  (start-up)
    from gvma.sync.after.hooks import run_hook  # noqa: PLC0415

    folder = settings.path.absolute().parent if settings.path is not None else Path("/")
    with logging_to(settings, run_id=report.run_id, verbosity=output.verbosity):
        for key, command in commands.items():
            problem = run_hook(key, command, f"{output.object_of(error)}\n", folder)
            if problem:
                output.warn(GvmaWarning("hook-failed", f"the command of {key}: {problem}", f"[gvma_settings] {key}"))
