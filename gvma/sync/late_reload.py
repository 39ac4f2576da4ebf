"""A reload that an earlier run has left pending, done by a later one, although no file changes now."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from gvma.ami.asterisk import nothing_changed
from gvma.errors import AsteriskRefusedError, GvmaError
from gvma.sinks.base import Change
from gvma.storage.state import pending_reload
from gvma.sync.execute import Execution, first_of

_log = logging.getLogger(__name__)


def reload_quietly(backup_path: Path, execution: Callable[[], Execution]) -> None:
    """Asterisk reloads the files as they are, where a reload is pending; what fails stays pending.

    execution: makes one, and reaches Asterisk for it.
    """
    if not pending_reload.read(backup_path):
        return
    try:
        made = execution()
        found = made.reload_pending(made.sink.as_it_is())
    except GvmaError as error:
        _log.warning("the reload stays pending: %s", error)
    else:
        if found:
            _log.warning("the reload stays pending, since Asterisk did not take the files: %s", first_of(found))


def reload_as_the_files_are(execution: Execution, change: Change, state: str) -> None:
    """The reload that is pending, where the files are as wanted already. Raises AsteriskRefusedError.

    state: what its hint says of the files, or of the sync, behind a comma.
    """
    found = execution.reload_pending(change)
    if found:
        raise AsteriskRefusedError(
            f"Asterisk has something else than its files say: {first_of(found)}",
            where=execution.settings.asterisk_cm_host,
            hint=f"The files stay as they are, {state}. Asterisk's own log says why it refused them.",
        )


def reload_or_refuse(execution: Execution, change: Change) -> None:
    """The reload that is pending, before a run ends that changes no file. Raises AsteriskRefusedError."""
    with nothing_changed("No file was changed, and the reload stays pending."):
        found = execution.reload_pending(change)
    if found:
        raise AsteriskRefusedError(
            f"Asterisk did not take the files that an earlier run wrote: {first_of(found)}",
            where=", ".join(map(str, change.files)),
            hint="Nothing was changed by this run. Asterisk's own log says why it refused; "
            "`gvma backup restore latest` brings back the files as they were before.",
        )
