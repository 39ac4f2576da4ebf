"""Who starts this run: the account, the person behind sudo, the host, and what started it.

It asks the environment and /proc, and believes them: the history is for honest administrators.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from gvma.settings.ownership import user_name
from gvma.storage.history.model import Starter, shortened

_CRONS = frozenset({"cron", "crond", "anacron", "atd", "fcron", "busybox-crond"})
_MOST_ANCESTORS = 20


def starter() -> Starter:
    """Of this process."""
    return Starter(
        user=user_name(os.geteuid()),
        sudo_user=shortened(os.environ.get("SUDO_USER", "")),
        host=socket.gethostname(),
        by=started_by(os.environ, is_terminal=any(map(_is_terminal, (0, 1, 2))), ancestors=_ancestors()),
    )


def started_by(environment: Mapping[str, str], *, is_terminal: bool, ancestors: Iterator[str]) -> str:
    """``terminal``, ``cron``, ``timer`` or ``other``. ancestors: names of the processes above this one.

    systemd gives each unit that it starts an INVOCATION_ID (systemd.exec(5)); a terminal window of a desktop has
    inherited one, so that the terminal comes first.
    """
    if is_terminal:
        return "terminal"
    if not _CRONS.isdisjoint(ancestors):
        return "cron"
    if environment.get("TRIGGER_UNIT", "").endswith(".timer") or environment.get("INVOCATION_ID"):
        return "timer"
    return "other"


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def _ancestors() -> Iterator[str]:
    """Names from the parent up; where /proc says no more, that is the end."""
    process = os.getppid()
    for _ in range(_MOST_ANCESTORS):
        if process <= 1:
            return
        try:
            text = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
        except OSError:
            return
        name, _, rest = text.partition(" (")[2].rpartition(") ")
        yield name.lower()
        process = int(rest.split()[1])
