"""The figures of a run for node_exporter's textfile collector; nothing else is decided by them.

The file is replaced as a whole, so that a collector never reads half of it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gvma import __version__
from gvma.settings.model import GvmaSettings
from gvma.storage.atomic import Rights, read_whole, write_atomically
from gvma.sync.report import SyncReport

_LAST_SUCCESS = re.compile(r"^gvma_sync_last_success_timestamp_seconds (\d+(?:\.\d+)?)$", re.MULTILINE)
_HELP = {
    "gvma_sync_last_run_timestamp_seconds": "When the last sync ended.",
    "gvma_sync_last_success_timestamp_seconds": "When a sync last ended with exit status 0.",
    "gvma_sync_duration_seconds": "How long the last sync took.",
    "gvma_sync_exit_code": "Exit status of the last sync.",
    "gvma_sync_changes": "Mailboxes and subscriptions that the last sync changed.",
    "gvma_sync_objects": "Objects that Configuration Server answered with.",
    "gvma_sync_reload_ok": "Whether Asterisk reloaded a module that the last sync touched.",
    "gvma_build_info": "Version of gvma.",
}


class Figures(NamedTuple):
    """One run. ended, duration: seconds. changes: by action. objects: by kind. reloads: module to success."""

    ended: float
    duration: float
    exit_code: int
    changes: Mapping[str, int]
    objects: Mapping[str, int]
    reloads: Mapping[str, bool]


def metrics_text(figures: Figures, earlier: str) -> str:
    """The file's text. earlier: its text so far, for the time of the last success."""
    found = _LAST_SUCCESS.search(earlier)
    success = figures.ended if figures.exit_code == 0 else float(found[1]) if found else None
    samples: dict[str, list[tuple[str, str]]] = {
        "gvma_sync_last_run_timestamp_seconds": [("", f"{figures.ended:.3f}")],
        "gvma_sync_last_success_timestamp_seconds": [("", f"{success:.3f}")] if success is not None else [],
        "gvma_sync_duration_seconds": [("", f"{figures.duration:.3f}")],
        "gvma_sync_exit_code": [("", str(figures.exit_code))],
        "gvma_sync_changes": [(f'{{action="{key}"}}', str(value)) for key, value in figures.changes.items()],
        "gvma_sync_objects": [(f'{{type="{key}"}}', str(value)) for key, value in figures.objects.items()],
        "gvma_sync_reload_ok": [(f'{{module="{key}"}}', str(int(ok))) for key, ok in figures.reloads.items()],
        "gvma_build_info": [(f'{{version="{__version__}"}}', "1")],
    }
    lines: list[str] = []
    for name, values in samples.items():
        if values:
            lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge"]
            lines += [f"{name}{label} {value}" for label, value in values]
    return "\n".join(lines) + "\n"


def leave_metrics(settings: GvmaSettings, report: SyncReport, exit_code: int, duration: float) -> None:
    """Writes the figures of a run where the settings want them; a failure is a warning of the run."""
    if settings.metrics_file is None:
        return
    figures = Figures(
        ended=time.time(),
        duration=duration,
        exit_code=exit_code,
        changes=report.counts.as_json(),
        objects=report.objects,
        reloads={**dict.fromkeys(report.reloaded, True), **dict.fromkeys(report.reload_failed, False)},
    )
    try:
        write_metrics(settings.metrics_file, figures)
    except OSError as error:
        report.warn("metrics-file", f"it cannot be written: {error.strerror or error}", settings.metrics_file)


def write_metrics(path: Path, figures: Figures) -> None:
    """Replace the file. Everyone may read it, since the collector runs as another user. Raises OSError."""
    earlier = (read_whole(path) or b"").decode("utf-8", "replace")
    write_atomically(path, metrics_text(figures, earlier).encode(), Rights(os.geteuid(), os.getegid(), 0o644))
